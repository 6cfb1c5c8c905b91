"""Put closures away that are long over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from api.message import Message
from domain.policy import Policy
from persistence.repositories.closures import archive
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ArchiveClosures(Message[int]):
    """Those that ended so long ago, `limit` at most."""

    ended_for: timedelta
    limit: int


async def handle(command: ArchiveClosures, uow: UnitOfWork, _policy: Policy) -> int:
    """How many were put away; for the worker alone, which sees the archive."""
    return await archive(uow, uow.now - command.ended_for, command.limit)
