"""What a manager makes of a change that waits; whoever asked may take it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from api.approval.ask import Handle, touch_schedule
from api.approval.stored_command import command_from
from api.message import Message
from domain.enums import Role
from domain.errors import ForbiddenException, NotFoundException, StaleVersion, StateConflict
from domain.facts import ScheduleChangeApproved, ScheduleChangeRejected
from domain.policy import Policy
from persistence.readers.bookings import BookingDetail
from persistence.readers.schedules import get_schedule
from persistence.repositories import change_requests
from persistence.repositories.change_requests import ChangeRequest
from persistence.unit_of_work import TransactionLost, UnitOfWork

_NONE_WAITS = "No change of this booking waits: it was decided, has lapsed, or the booking has changed since"


@dataclass(frozen=True, slots=True)
class ApproveChange(Message[BookingDetail]):
    """Make the change that waits for a booking or series."""

    scheduled_event_id: UUID


@dataclass(frozen=True, slots=True)
class RejectChange(Message[BookingDetail]):
    """Leave the booking or series as it is."""

    scheduled_event_id: UUID
    reason: str | None = None


def approve_with(makers: Mapping[type, Handle]) -> Handle:
    """The handler of ApproveChange. makers: by message, what makes the change."""
    kinds = {kind.__name__: kind for kind in makers}

    async def handle(command: ApproveChange, uow: UnitOfWork, policy: Policy) -> BookingDetail:
        """Make the change as the manager's own, judged anew. Raises StateConflict, and what that raises."""
        detail, change = await _waiting(uow, command.scheduled_event_id)
        kind = kinds[change.command]
        try:
            await makers[kind](command_from(kind, change.request), uow, policy)
        except StaleVersion as error:
            raise StateConflict(_NONE_WAITS) from error
        await _close(uow, detail, change, "Approved")
        key = change.schedule_id
        uow.record(key, ScheduleChangeApproved(key, detail.summary.calendar_id, uow.viewer.user_id))
        uow.audit("ChangeApproved", key, after={"requestedBy": str(change.requested_by)})
        return await _seen(uow, key)

    return handle


async def reject(command: RejectChange, uow: UnitOfWork, _policy: Policy) -> BookingDetail:
    """The booking as it stays. Raises ForbiddenException for another's, unless to a manager."""
    detail, change = await _waiting(uow, command.scheduled_event_id)
    own = change.requested_by == uow.viewer.user_id
    if not own and uow.viewer.role < Role.Manager:
        raise ForbiddenException("Only a manager, or whoever asked for it, can reject a change")
    await _close(uow, detail, change, "Withdrawn" if own else "Rejected", command.reason)
    key = change.schedule_id
    fact = ScheduleChangeRejected(key, detail.summary.calendar_id, uow.viewer.user_id, command.reason)
    uow.record(key, fact)
    uow.audit("ChangeRejected", key, after={"reason": command.reason})
    return await _seen(uow, key)


async def _waiting(uow: UnitOfWork, schedule_id: UUID) -> tuple[BookingDetail, ChangeRequest]:
    detail = await _seen(uow, schedule_id)
    change = await change_requests.waiting_for(uow, schedule_id, detail.summary.version)
    if change is None:
        raise StateConflict(_NONE_WAITS)
    return detail, change


async def _close(
    uow: UnitOfWork, detail: BookingDetail, change: ChangeRequest, decision: str, reason: str | None = None
) -> None:
    """After the booking's locks, as when it is asked for; another decision in between: begin anew."""
    if not await change_requests.decide(uow, change.change_request_id, decision, reason):
        raise TransactionLost("somebody else has decided it")
    touch_schedule(uow, detail)


async def _seen(uow: UnitOfWork, schedule_id: UUID) -> BookingDetail:
    detail = await get_schedule(uow, schedule_id)
    if detail is None:
        raise NotFoundException("Schedule", schedule_id)
    return detail
