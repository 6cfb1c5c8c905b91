"""What waits to be done in the background."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from persistence import tables


@dataclass(frozen=True, slots=True)
class Backlog:
    """Facts that are committed and not published: how many, and how long the oldest has waited."""

    facts: int
    oldest_seconds: float


async def backlog(connection: AsyncConnection, now: datetime) -> Backlog:
    """For the worker, which sees all rows."""
    outbox = tables.outbox
    statement = select(func.count(), func.min(outbox.c.occurred_at)).where(outbox.c.published_at.is_(None))
    count, oldest = (await connection.execute(statement)).one()
    return Backlog(count, 0.0 if oldest is None else max((now - oldest).total_seconds(), 0.0))
