"""Leave a booking as it is: a manager says so, or whoever asked takes the change back (SCH-005)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.approval.waiting import close_change, seen_schedule, waiting_change
from api.message import Message
from domain.enums import Role
from domain.errors import ForbiddenException
from domain.facts import ScheduleChangeRejected
from domain.policy import Policy
from persistence.readers.bookings import BookingDetail
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RejectChange(Message[BookingDetail]):
    """Of which booking or series, and why."""

    scheduled_event_id: UUID
    reason: str | None = None


async def handle(command: RejectChange, uow: UnitOfWork, _policy: Policy) -> BookingDetail:
    """The booking as it stays. Raises ForbiddenException for another's, unless to a manager."""
    key = command.scheduled_event_id
    detail, change = await waiting_change(uow, key)
    own = change.requested_by == uow.viewer.user_id
    if not own and uow.viewer.role < Role.Manager:
        raise ForbiddenException("Only a manager, or whoever asked for it, can reject a change")
    outcome = "Withdrawn" if own else "Rejected"
    await close_change(uow, detail, change, outcome, command.reason)
    fact = ScheduleChangeRejected(key, detail.summary.calendar_id, uow.viewer.user_id, command.reason)
    uow.record(key, fact)
    after = {"status": outcome, "reason": command.reason}
    uow.audit("ChangeRejected", key, before=change.document, after=after)
    return await seen_schedule(uow, key)
