"""Dismiss a conflict: it is no trouble, for as long as its clash lasts."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.booking.handle_conflict import handle_conflict
from api.message import Message
from domain.conflict_handling import dismissed
from domain.policy import Policy
from persistence.readers.conflicts import ConflictView
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class DismissConflict(Message[ConflictView]):
    """Which conflict, and why."""

    schedule_conflict_id: UUID
    reason: str | None = None


async def handle(command: DismissConflict, uow: UnitOfWork, _policy: Policy) -> ConflictView:
    """The conflict, dismissed; detection leaves it so."""
    return await handle_conflict(
        uow,
        command.schedule_conflict_id,
        "ConflictDismissed",
        lambda conflict: dismissed(conflict, command.reason),
    )
