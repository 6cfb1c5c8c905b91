"""Make a change that waits for a manager (SCH-005)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from api.approval.ask import Handle
from api.approval.stored_command import command_from
from api.approval.waiting import NONE_WAITS, close_change, seen_schedule, waiting_change
from api.message import Message
from domain.errors import StaleVersion, StateConflict
from domain.facts import ScheduleChangeApproved
from domain.policy import Policy
from persistence.readers.bookings import BookingDetail
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ApproveChange(Message[BookingDetail]):
    """Of which booking or series."""

    scheduled_event_id: UUID


def handle_with(makers: Mapping[type, Handle]) -> Handle:
    """The handler. makers: by message, what makes the change: use cases do not know each other."""
    kinds = {kind.__name__: kind for kind in makers}

    async def handle(command: ApproveChange, uow: UnitOfWork, policy: Policy) -> BookingDetail:
        """Make the change as the manager's own, judged anew. Raises StateConflict, and what that raises."""
        key = command.scheduled_event_id
        detail, change = await waiting_change(uow, key)
        kind = kinds[change.command]
        try:
            await makers[kind](command_from(kind, change.request), uow, policy)
        except StaleVersion as error:
            raise StateConflict(NONE_WAITS) from error
        await close_change(uow, detail, change, "Approved")
        uow.record(key, ScheduleChangeApproved(key, detail.summary.calendar_id, uow.viewer.user_id))
        uow.audit(
            "ChangeApproved",
            key,
            before=change.document,
            after={"status": "Approved"},
        )
        return await seen_schedule(uow, key)

    return handle
