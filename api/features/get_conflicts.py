"""A page of conflicts."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.policy import Policy
from persistence.readers.conflicts import ConflictFilter, ConflictView, SortKey, list_conflicts
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetConflicts(Message[list[ConflictView]]):
    """Which conflicts, how many, and the level, start and id of the one to go on from."""

    wanted: ConflictFilter
    limit: int
    after: SortKey | None = None


async def handle(query: GetConflicts, uow: UnitOfWork, _policy: Policy) -> list[ConflictView]:
    """The conflicts the viewer may see: the worst first, then the earliest."""
    return await list_conflicts(uow, query.wanted, query.limit, query.after)
