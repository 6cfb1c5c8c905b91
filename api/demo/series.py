"""What the demo's house puts on again and again, at hours when its season leaves the rooms free."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.demo import house
from api.demo.ids import demo_id
from api.demo.people import ADMIN, MANAGER
from domain.entities import Calendar, Claim, Event, ScheduledEvent
from domain.enums import DayOfWeek, RecurrenceType, ScheduleStatus
from domain.recurrence.expansion import expand
from domain.recurrence.pattern import RecurrencePattern
from domain.series import Series

REHEARSALS, MEETINGS = 12, 3
_STARTS = time(17)
_LENGTH = timedelta(hours=2)
"""From 17 to 19 nothing of the season is in these two rooms, nor do stage managers work then."""


@dataclass(frozen=True, slots=True)
class DemoSeries:
    """A series with its event and all its dates."""

    event: Event
    series: Series
    bookings: tuple[ScheduledEvent, ...]


def demo_series(today: date) -> Iterator[DemoSeries]:
    """A rehearsal every Thursday and a meeting on the first Wednesday of a month; never a Monday."""
    weekly = RecurrencePattern(
        RecurrenceType.Weekly, days_of_week=(DayOfWeek.Thursday,), occurrence_count=REHEARSALS
    )
    yield _made(
        Event(
            demo_id("event", "Community Choir"), "Community Choir Rehearsal", MANAGER.user_id, attendees=32
        ),
        house.calendar_of(house.REHEARSAL_ROOM),
        weekly,
        (Claim(house.STAGE_MANAGERS[0].resource_id), Claim(house.PROJECTORS.resource_id)),
        today,
    )
    monthly = RecurrencePattern(RecurrenceType.Custom, rrule=f"FREQ=MONTHLY;BYDAY=1WE;COUNT={MEETINGS}")
    yield _made(
        Event(
            demo_id("event", "Friends"), "Friends of the House: Members' Meeting", ADMIN.user_id, attendees=70
        ),
        house.calendar_of(house.STUDIO_TWO),
        monthly,
        (Claim(house.MICROPHONES.resource_id, quantity=2),),
        today,
    )


def _made(
    event: Event, calendar: Calendar, pattern: RecurrencePattern, claims: tuple[Claim, ...], today: date
) -> DemoSeries:
    zone = ZoneInfo(calendar.time_zone)
    starts = expand(pattern, datetime.combine(today + timedelta(days=1), _STARTS), zone)
    created_at = datetime.combine(today, time(9), UTC) - timedelta(days=30)
    series = Series(
        series_id=demo_id("series", event.title),
        event_id=event.event_id,
        calendar_id=calendar.calendar_id,
        owner_id=event.organizer_id,
        first_start=starts[0],
        duration=_LENGTH,
        time_zone=calendar.time_zone,
        pattern=pattern,
        created_at=created_at,
        created_by=ADMIN.user_id,
    )
    return DemoSeries(event, series, tuple(_occurrence(series, start, claims) for start in starts))


def _occurrence(series: Series, start: datetime, claims: tuple[Claim, ...]) -> ScheduledEvent:
    return ScheduledEvent(
        scheduled_event_id=demo_id("booking", f"{series.series_id}\0{start.isoformat()}"),
        event_id=series.event_id,
        calendar_id=series.calendar_id,
        owner_id=series.owner_id,
        slot=series.slot_of(start),
        time_zone=series.time_zone,
        status=ScheduleStatus.Scheduled,
        created_at=series.created_at,
        created_by=series.created_by,
        claims=claims,
        series_id=series.series_id,
        original_start=start,
    )
