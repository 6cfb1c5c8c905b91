"""Schedule a series: every date of it, or none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.booking.series import place_series, wall_clock
from api.message import Message
from domain.entities import Claim
from domain.enums import ScheduleStatus
from domain.policy import Policy
from domain.recurrence.pattern import RecurrencePattern
from domain.rules.overbooking import override_reason
from domain.series import SeriesRequest
from domain.time_slot import TimeSlot
from persistence.readers.bookings import BookingDetail
from persistence.readers.schedules import get_schedule
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ScheduleSeries(Message[BookingDetail]):
    """Book a slot again and again. slot: of the first occurrence; skipped: starts that are left out."""

    event_id: UUID
    calendar_id: UUID
    slot: TimeSlot
    time_zone: str
    pattern: RecurrencePattern
    status: ScheduleStatus = ScheduleStatus.Scheduled
    claims: tuple[Claim, ...] = ()
    hold_expires_at: datetime | None = None
    override_reason: str | None = None
    skipped: tuple[datetime, ...] = ()


async def handle(command: ScheduleSeries, uow: UnitOfWork, policy: Policy) -> BookingDetail:
    """Make the series and answer with it and all its occurrences."""
    request = SeriesRequest(
        series_id=uow.ids.ordered(),
        event_id=command.event_id,
        calendar_id=command.calendar_id,
        first_start=wall_clock(command.slot.start_date_time, command.time_zone),
        duration=command.slot.duration,
        time_zone=command.time_zone,
        pattern=command.pattern,
        status=command.status,
        created_at=uow.now,
        claims=command.claims,
        hold_expires_at=command.hold_expires_at,
        override_reason=override_reason(command.override_reason, uow.viewer.role),
        skipped=frozenset(
            wall_clock(one, command.time_zone, "skippedOccurrences") for one in command.skipped
        ),
    )
    series = await place_series(uow, request, policy)
    detail = await get_schedule(uow, series.series_id)
    assert detail is not None
    return detail
