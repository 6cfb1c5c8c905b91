"""Asking a manager: a change that is too near for who makes it is checked, kept, and waits (SCH-005)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID

from api.approval.stored_command import command_document
from domain.enums import ScheduleStatus
from domain.errors import ApprovalRequired, NotFoundException, StateConflict
from domain.facts import ScheduleChangeRequested
from domain.policy import Policy
from persistence.readers.bookings import BookingDetail
from persistence.readers.schedules import get_schedule
from persistence.repositories import change_requests
from persistence.repositories.change_requests import ChangeRequest
from persistence.unit_of_work import UnitOfWork


class ScheduleChange(Protocol):
    """A message that changes a booking or a series."""

    @property
    def scheduled_event_id(self) -> UUID: ...


C = TypeVar("C", bound=ScheduleChange)
Handle = Callable[[Any, UnitOfWork, Policy], Awaitable[Any]]


def with_approval(handle: Handle) -> Handle:
    """The handler, but what needs a manager's approval is asked for instead of refused.

    What comes back then is the booking as it is, with the change that waits.
    """

    async def handle_or_ask(command: C, uow: UnitOfWork, policy: Policy) -> Any:  # noqa: ANN401
        try:
            return await handle(command, uow, policy)
        except ApprovalRequired as refusal:
            return await _ask(command, handle, uow, policy, refusal)

    return handle_or_ask


async def _ask(
    command: C, handle: Handle, uow: UnitOfWork, policy: Policy, refusal: ApprovalRequired
) -> BookingDetail:
    """Keep the change for a manager. Raises what the change would, and the refusal for what has begun."""
    detail = await get_schedule(uow, command.scheduled_event_id)
    if detail is None:
        raise NotFoundException("Schedule", command.scheduled_event_id)
    lapses_at = _lapse(command, detail, uow.now)
    if lapses_at <= uow.now:
        raise refusal
    version = detail.summary.version
    async with uow.rehearsal():
        await handle(command, uow, replace(policy, approval_notice=timedelta.min))
    # The locks that it took are held on: nobody else asks meanwhile.
    waiting = await change_requests.waiting_for(uow, command.scheduled_event_id, version)
    if waiting is not None:
        if waiting.requested_by != uow.viewer.user_id:
            raise StateConflict("Another change of this booking waits for a manager already")
        await change_requests.decide(uow, waiting.change_request_id, "Withdrawn")
    change = _request(command, uow, version, lapses_at)
    await change_requests.add(uow, change)
    _note(uow, detail, change)
    asked = await get_schedule(uow, command.scheduled_event_id)
    assert asked is not None
    return replace(asked, is_asked=True)


def _lapse(command: ScheduleChange, detail: BookingDetail, now: datetime) -> datetime:
    """When the change can no longer be made: as the booking begins, or at the time it is to begin."""
    ahead = [
        one.slot.start_date_time
        for one in detail.occurrences
        if one.slot.start_date_time > now and one.status is not ScheduleStatus.Cancelled
    ]
    starts = [min(ahead, default=detail.summary.slot.start_date_time)]
    slot = getattr(command, "slot", None)
    if slot is not None:
        starts.append(slot.start_date_time)
    return min(starts)


def _request(command: C, uow: UnitOfWork, version: int, lapses_at: datetime) -> ChangeRequest:
    # As it is now is what a manager approves a change of.
    pinned = replace(command, expected_version=version)  # type: ignore[type-var]
    return ChangeRequest(
        change_request_id=uow.ids.ordered(),
        schedule_id=command.scheduled_event_id,
        schedule_version=version,
        command=type(command).__name__,
        request=command_document(pinned),
        calendar_id=getattr(command, "calendar_id", None),
        slot=getattr(command, "slot", None),
        reason=getattr(command, "reason", None),
        requested_by=uow.viewer.user_id,
        requested_at=uow.now,
        lapses_at=lapses_at,
    )


def _note(uow: UnitOfWork, detail: BookingDetail, change: ChangeRequest) -> None:
    touch_schedule(uow, detail)
    key = change.schedule_id
    fact = ScheduleChangeRequested(
        key, detail.summary.calendar_id, change.command, uow.viewer.user_id, change.lapses_at
    )
    uow.record(key, fact)
    uow.audit("ChangeRequested", key, after=change.document)


def touch_schedule(uow: UnitOfWork, detail: BookingDetail) -> None:
    """What is shown of the booking, or of the series' dates, is not so any more."""
    shown = [detail.summary, *detail.occurrences]
    uow.touch(
        booking_ids=[one.scheduled_event_id for one in shown],
        calendar_ids={one.calendar_id for one in shown},
    )
