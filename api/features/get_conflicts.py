"""A page of conflicts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.message import Message
from domain.policy import Policy
from persistence.readers.conflicts import (
    ConflictFilter,
    ConflictView,
    list_conflicts,
    next_lapse,
)
from persistence.sorting import Sort
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Some conflicts. lapses_at: when one is over though nobody does anything; None for never."""

    views: list[ConflictView]
    lapses_at: datetime | None


@dataclass(frozen=True, slots=True)
class GetConflicts(Message[Conflicts]):
    """Which conflicts, in which order, how many, and the position of the one to go on from."""

    wanted: ConflictFilter
    sort: Sort
    limit: int
    after: tuple[Any, ...] | None = None


async def handle(query: GetConflicts, uow: UnitOfWork, _policy: Policy) -> Conflicts:
    """The conflicts the viewer may see."""
    views = await list_conflicts(uow, query.wanted, query.sort, query.limit, query.after)
    return Conflicts(views, await next_lapse(uow))
