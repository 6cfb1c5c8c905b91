"""Take a conflict under review."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.booking.handle_conflict import handle_conflict
from api.message import Message
from domain.conflict_handling import reviewed
from domain.policy import Policy
from persistence.readers.conflicts import ConflictView
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ReviewConflict(Message[ConflictView]):
    """Which conflict."""

    schedule_conflict_id: UUID


async def handle(command: ReviewConflict, uow: UnitOfWork, _policy: Policy) -> ConflictView:
    """The conflict, under review."""
    return await handle_conflict(uow, command.schedule_conflict_id, "ConflictUnderReview", reviewed)
