"""Confirm a booking; confirming a hold books it for good."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from api.booking.place import Change, place_changed
from api.message import Message
from domain.entities import ScheduledEvent
from domain.enums import ConflictLevel, ScheduleStatus
from domain.errors import NotFoundException, StateConflict
from domain.policy import Policy
from domain.proposal import Proposal
from domain.rules.scheduling import ensure_not_in_past
from persistence.readers.bookings import BookingDetail, get_booking
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ConfirmSchedule(Message[BookingDetail]):
    """Say that the booking will take place."""

    scheduled_event_id: UUID
    expected_version: int | None = None


async def handle(command: ConfirmSchedule, uow: UnitOfWork, policy: Policy) -> BookingDetail:
    """Confirm the booking; refused while a Critical conflict of it is open."""
    before = await get_booking(uow, command.scheduled_event_id)
    if before is None:
        raise NotFoundException("Schedule", command.scheduled_event_id)
    if before.summary.conflict_level is ConflictLevel.Critical:
        raise StateConflict("A Critical conflict of this booking is open; resolve it before confirming")

    def propose(booking: ScheduledEvent) -> Proposal:
        if booking.status is ScheduleStatus.Tentative:
            ensure_not_in_past(booking.slot, uow.now)
        return replace(Proposal.of(booking), status=ScheduleStatus.Confirmed, hold_expires_at=None)

    if before.summary.status is not ScheduleStatus.Confirmed:
        change = Change(
            command.scheduled_event_id,
            "ScheduleConfirmed",
            propose,
            command.expected_version,
            needs_notice=False,
        )
        await place_changed(uow, change, policy)
    detail = await get_booking(uow, command.scheduled_event_id)
    assert detail is not None
    return detail
