"""Update a booking, or what lies ahead of a series: event, calendar, time, zone and resources at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from api.booking.place import Change, place_changed
from api.booking.replace_series import SeriesReplacement, replace_series
from api.message import Message
from domain.entities import Claim, ScheduledEvent
from domain.errors import FieldException
from domain.policy import Policy
from domain.proposal import Proposal
from domain.recurrence.pattern import RecurrencePattern
from domain.rules.overbooking import override_reason
from domain.time_slot import TimeSlot
from persistence.readers.bookings import BookingDetail
from persistence.readers.occurrences import is_series
from persistence.readers.schedules import get_schedule
from persistence.repositories.bookings import find_booking
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class UpdateScheduledEvent(Message[BookingDetail]):
    """What the booking is to be from now on.

    claims: replaces what it claims besides its calendar's owner and what the viewer cannot see.
    pattern: how a series is to repeat; None for a booking by itself.
    """

    scheduled_event_id: UUID
    event_id: UUID
    calendar_id: UUID
    slot: TimeSlot
    time_zone: str
    claims: tuple[Claim, ...] = ()
    override_reason: str | None = None
    expected_version: int | None = None
    pattern: RecurrencePattern | None = None


async def handle(command: UpdateScheduledEvent, uow: UnitOfWork, policy: Policy) -> BookingDetail:
    """Change the booking or the series and answer with it."""
    key = command.scheduled_event_id
    if await is_series(uow, key):
        key = await _replace_series(command, uow, policy)
    elif command.pattern is not None:
        await find_booking(uow, key)
        raise FieldException(
            "recurrencePattern", "A single booking does not become a series; book the series, remove this one"
        )
    else:
        await _change_booking(command, uow, policy)
    detail = await get_schedule(uow, key)
    assert detail is not None
    return detail


async def _replace_series(command: UpdateScheduledEvent, uow: UnitOfWork, policy: Policy) -> UUID:
    if command.pattern is None:
        raise FieldException("recurrencePattern", "A series is replaced whole: say how it repeats")
    wanted = SeriesReplacement(
        command.scheduled_event_id,
        command.event_id,
        command.calendar_id,
        command.slot,
        command.time_zone,
        command.pattern,
        command.claims,
        override_reason(command.override_reason, uow.viewer.role),
        command.expected_version,
    )
    return (await replace_series(uow, wanted, policy)).series_id


async def _change_booking(command: UpdateScheduledEvent, uow: UnitOfWork, policy: Policy) -> None:
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
        command.scheduled_event_id, "ScheduleUpdated", propose, command.expected_version, keeps_hidden=True
    )
    await place_changed(uow, change, policy)
