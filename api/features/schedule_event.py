"""Schedule an event on a calendar, or hold a slot for it."""

from __future__ import annotations

from dataclasses import dataclass

from api.booking.place import place_new
from api.booking.wanted_booking import WantedBooking
from api.message import Message
from domain.policy import Policy
from persistence.readers.bookings import BookingDetail
from persistence.readers.schedules import get_schedule
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ScheduleEvent(WantedBooking, Message[BookingDetail]):
    """Book a slot."""


async def handle(command: ScheduleEvent, uow: UnitOfWork, policy: Policy) -> BookingDetail:
    """Make the booking and answer with it, the conflicts recorded beside it included."""
    booking = await place_new(uow, command.proposal(uow), policy)
    detail = await get_schedule(uow, booking.scheduled_event_id)
    assert detail is not None
    return detail
