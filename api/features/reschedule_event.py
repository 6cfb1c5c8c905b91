"""Move a booking to another time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from api.booking.place import Change, place_changed
from api.message import Message
from domain.policy import Policy
from domain.proposal import Proposal
from domain.rules.overbooking import override_reason
from domain.time_slot import TimeSlot
from persistence.readers.bookings import BookingDetail, get_booking
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RescheduleEvent(Message[BookingDetail]):
    """Keep calendar and resources, change the time."""

    scheduled_event_id: UUID
    slot: TimeSlot
    reason: str | None = None
    override_reason: str | None = None
    expected_version: int | None = None


async def handle(command: RescheduleEvent, uow: UnitOfWork, policy: Policy) -> BookingDetail:
    """Move the booking and answer with it."""
    override = override_reason(command.override_reason, uow.viewer.role)
    change = Change(
        command.scheduled_event_id,
        "EventRescheduled",
        lambda booking: replace(Proposal.of(booking), slot=command.slot, override_reason=override),
        command.expected_version,
        command.reason,
    )
    await place_changed(uow, change, policy)
    detail = await get_booking(uow, command.scheduled_event_id)
    assert detail is not None
    return detail
