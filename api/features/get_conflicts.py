"""A page of conflicts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.message import Message
from domain.policy import Policy
from persistence.readers.conflicts import (
    ConflictFilter,
    ConflictView,
    SortKey,
    list_conflicts,
    next_lapse,
)
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Some conflicts. lapses_at: when one is over though nobody does anything; None for never."""

    views: list[ConflictView]
    lapses_at: datetime | None


@dataclass(frozen=True, slots=True)
class GetConflicts(Message[Conflicts]):
    """Which conflicts, how many, and the level, start and id of the one to go on from."""

    wanted: ConflictFilter
    limit: int
    after: SortKey | None = None


async def handle(query: GetConflicts, uow: UnitOfWork, _policy: Policy) -> Conflicts:
    """The conflicts the viewer may see: the worst first, then the earliest."""
    views = await list_conflicts(uow, query.wanted, query.limit, query.after)
    return Conflicts(views, await next_lapse(uow))
