"""Update a booking: its event, calendar, time, zone and resources at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from api.booking.place import Change, place_changed
from api.message import Message
from domain.entities import Claim, ScheduledEvent
from domain.policy import Policy
from domain.proposal import Proposal
from domain.rules.overbooking import override_reason
from domain.time_slot import TimeSlot
from persistence.readers.bookings import BookingDetail, get_booking
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class UpdateScheduledEvent(Message[BookingDetail]):
    """What the booking is to be from now on.

    claims: replaces what it claims besides its calendar's owner and what the viewer cannot see.
    """

    scheduled_event_id: UUID
    event_id: UUID
    calendar_id: UUID
    slot: TimeSlot
    time_zone: str
    claims: tuple[Claim, ...] = ()
    override_reason: str | None = None
    expected_version: int | None = None


async def handle(command: UpdateScheduledEvent, uow: UnitOfWork, policy: Policy) -> BookingDetail:
    """Change the booking and answer with it."""
    override = override_reason(command.override_reason, uow.viewer.role)

    def propose(booking: ScheduledEvent) -> Proposal:
        return replace(
            Proposal.of(booking),
            event_id=command.event_id,
            calendar_id=command.calendar_id,
            slot=command.slot,
            time_zone=command.time_zone,
            claims=command.claims,
            override_reason=override,
        )

    change = Change(
        command.scheduled_event_id, "EventUpdated", propose, command.expected_version, keeps_hidden=True
    )
    await place_changed(uow, change, policy)
    detail = await get_booking(uow, command.scheduled_event_id)
    assert detail is not None
    return detail
