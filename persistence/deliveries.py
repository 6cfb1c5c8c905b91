"""Deliveries to webhooks that wait in the job queue or are under way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    column,
    exists,
    func,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

DELIVER = "deliver_to_webhook"
REDELIVER = "redeliver_to_webhook"

_jobs = table(
    "procrastinate_jobs", column("task_name", Text), column("status", Text), column("args", JSONB)
).alias()
_webhook_id = _jobs.c.args["webhook_id"].astext
_sequence = cast(_jobs.c.args["sequence"].astext, BigInteger)
_attempt = cast(_jobs.c.args["attempt"].astext, Integer)
_after = cast(_jobs.c.args["after"].astext, BigInteger)
_open = cast(_jobs.c.status, Text).in_(["todo", "doing"])


def earliest_failing(
    webhook_id: UUID, noted: ColumnElement[int | None], *, delivered: int
) -> ColumnElement[int | None]:
    """The earliest fact that has failed and is to be tried again, but for one that has just arrived.

    noted: the earliest so far. Between its failure and the job of its next attempt it is the one under way.
    """
    statement = select(func.min(_sequence)).where(
        _of(webhook_id), _sequence != delivered, or_(_attempt > 0, _sequence == noted)
    )
    return statement.correlate_except(_jobs).scalar_subquery()


async def deliveries_waiting(connection: AsyncConnection, webhook_id: UUID, most: int) -> int:
    """How many facts are on their way to a webhook; `most` when there are more."""
    found = select(_sequence).where(_of(webhook_id)).limit(most).subquery()
    return int((await connection.execute(select(func.count()).select_from(found))).scalar_one())


async def redelivery_goes_on(connection: AsyncConnection, webhook_id: UUID) -> bool:
    """Whether facts of the past are still being put on their way to a webhook."""
    running = exists().where(_jobs.c.task_name == REDELIVER, _open, _webhook_id == str(webhook_id))
    return bool((await connection.execute(select(running))).scalar_one())


def awaited() -> Select[tuple[int | None]]:
    """The earliest fact that some delivery is still to read."""
    position = case((_jobs.c.task_name == REDELIVER, _after + 1), else_=_sequence)
    return select(func.min(position)).where(_jobs.c.task_name.in_([DELIVER, REDELIVER]), _open)


def cause_of(cause: Mapping[str, str] | None) -> dict[str, dict[str, Any]]:
    """The argument that tells a job of its cause; left out without one, as workers before 0013 want it."""
    return {"cause": dict(cause)} if cause else {}


def _of(webhook_id: UUID) -> ColumnElement[bool]:
    return and_(_jobs.c.task_name == DELIVER, _open, _webhook_id == str(webhook_id))
