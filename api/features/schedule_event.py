"""Schedule an event on a calendar, or hold a slot for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.booking.place import place_new
from api.message import Message
from domain.entities import Claim
from domain.enums import ScheduleStatus
from domain.policy import Policy
from domain.proposal import Proposal
from domain.rules.overbooking import override_reason
from domain.time_slot import TimeSlot
from persistence.readers.bookings import BookingDetail
from persistence.readers.schedules import get_schedule
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ScheduleEvent(Message[BookingDetail]):
    """Book a slot. status: Scheduled, or Tentative for a hold, which may expire."""

    event_id: UUID
    calendar_id: UUID
    slot: TimeSlot
    time_zone: str
    status: ScheduleStatus = ScheduleStatus.Scheduled
    claims: tuple[Claim, ...] = ()
    hold_expires_at: datetime | None = None
    override_reason: str | None = None


async def handle(command: ScheduleEvent, uow: UnitOfWork, policy: Policy) -> BookingDetail:
    """Make the booking and answer with it, the conflicts recorded beside it included."""
    reason = override_reason(command.override_reason, uow.viewer.role)
    proposal = Proposal(
        scheduled_event_id=uow.ids.ordered(),
        event_id=command.event_id,
        calendar_id=command.calendar_id,
        slot=command.slot,
        time_zone=command.time_zone,
        status=command.status,
        created_at=uow.now,
        claims=command.claims,
        hold_expires_at=command.hold_expires_at,
        override_reason=reason,
    )
    booking = await place_new(uow, proposal, policy)
    detail = await get_schedule(uow, booking.scheduled_event_id)
    assert detail is not None
    return detail
