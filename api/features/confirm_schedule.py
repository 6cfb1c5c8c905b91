"""Confirm a booking or what lies ahead of a series; confirming a hold books it for good."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from api.booking.confirm_series import confirm_series
from api.booking.place import Change, place_changed
from api.message import Message
from domain.enums import ConflictLevel, ScheduleStatus
from domain.errors import StateConflict
from domain.policy import Policy
from domain.proposal import Proposal
from persistence.readers.bookings import BookingDetail
from persistence.readers.occurrences import is_series
from persistence.readers.schedules import get_schedule
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ConfirmSchedule(Message[BookingDetail]):
    """Say that the booking will take place."""

    scheduled_event_id: UUID
    expected_version: int | None = None


async def handle(command: ConfirmSchedule, uow: UnitOfWork, policy: Policy) -> BookingDetail:
    """Confirm the booking or series; refused while a Critical conflict is open. Twice changes nothing."""

    async def ensure_no_critical_conflict(uow: UnitOfWork) -> None:
        if (await _detail(command, uow)).summary.conflict_level is ConflictLevel.Critical:
            raise StateConflict("A Critical conflict of this booking is open; resolve it before confirming")

    if await is_series(uow, command.scheduled_event_id):
        await confirm_series(uow, command.scheduled_event_id, policy, command.expected_version)
        return await _detail(command, uow)
    change = Change(
        command.scheduled_event_id,
        "ScheduleConfirmed",
        lambda booking: replace(Proposal.of(booking), status=ScheduleStatus.Confirmed, hold_expires_at=None),
        command.expected_version,
        needs_notice=False,
        guard=ensure_no_critical_conflict,
    )
    await place_changed(uow, change, policy)
    return await _detail(command, uow)


async def _detail(command: ConfirmSchedule, uow: UnitOfWork) -> BookingDetail:
    detail = await get_schedule(uow, command.scheduled_event_id)
    assert detail is not None
    return detail
