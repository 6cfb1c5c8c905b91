"""One conflict, as its viewer may see it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.errors import NotFoundException
from domain.policy import Policy
from persistence.readers.conflicts import ConflictView, get_conflict
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetConflictById(Message[ConflictView]):
    """Which conflict."""

    schedule_conflict_id: UUID


async def handle(query: GetConflictById, uow: UnitOfWork, _policy: Policy) -> ConflictView:
    """The conflict. Raises NotFoundException for one that is hidden as for one that is not there."""
    view = await get_conflict(uow, query.schedule_conflict_id)
    if view is None:
        raise NotFoundException("Conflict", query.schedule_conflict_id)
    return view
