"""Hand a conflict to somebody."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.booking.handle_conflict import handle_conflict
from api.message import Message
from domain.conflict_handling import escalated
from domain.entities import ScheduleConflict
from domain.facts import ScheduleConflictEscalated
from domain.policy import Policy
from persistence.readers.conflicts import ConflictView
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class EscalateConflict(Message[ConflictView]):
    """Which conflict, to whom, and why."""

    schedule_conflict_id: UUID
    escalated_to: UUID
    reason: str


async def handle(command: EscalateConflict, uow: UnitOfWork, _policy: Policy) -> ConflictView:
    """The conflict, escalated (SCH-015)."""

    def escalate(conflict: ScheduleConflict) -> ScheduleConflict:
        after = escalated(conflict, command.escalated_to, command.reason, uow.now)
        if after != conflict:
            key = conflict.schedule_conflict_id
            uow.record(key, ScheduleConflictEscalated(key, command.escalated_to, command.reason, uow.now))
        return after

    return await handle_conflict(uow, command.schedule_conflict_id, "ConflictEscalated", escalate)
