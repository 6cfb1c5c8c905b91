"""A calendar's bookings within a range, as their viewer may know them (DESIGN 4.8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from domain.entities import Calendar
from domain.enums import ConflictLevel, ScheduleStatus
from domain.time_slot import TimeSlot
from persistence.mapping import as_range
from persistence.readers.bookings import BookingSummary, original_start_of
from persistence.unit_of_work import UnitOfWork

# Which bookings there are is asked past row policies, for under them a range is no index condition; what they
# are is read as the viewer.
_ENTRIES = text(
    "SELECT v.scheduled_event_id, v.start, v.end, v.is_hold, v.conflict_level, b.event_id,"
    " least(v.lapses_at, w.lapses_at) AS lapses_at,"
    " e.title, b.time_zone, CASE WHEN w.lapses_at IS NULL THEN b.status ELSE 3 END AS status,"
    " b.is_blocked, b.block_reason, b.hold_expires_at, b.owner_id, b.version,"
    " s.series_id, b.original_start, s.time_zone AS series_zone"
    " FROM calendar_bookings(CAST(:calendar AS uuid), CAST(:during AS tstzrange), :now) AS v"
    " LEFT JOIN scheduled_events b ON b.scheduled_event_id = v.scheduled_event_id"
    " LEFT JOIN events e ON e.event_id = b.event_id"
    " LEFT JOIN (SELECT scheduled_event_id, min(lapses_at) AS lapses_at FROM changes_waiting(:now)"
    "  GROUP BY scheduled_event_id) w ON w.scheduled_event_id = v.scheduled_event_id"
    # A series is told of on its own calendar: that is the same for all who share a cached answer.
    " LEFT JOIN series s ON s.series_id = b.series_id AND s.calendar_id = b.calendar_id"
    " ORDER BY v.start, v.end, v.scheduled_event_id"
)


@dataclass(frozen=True, slots=True)
class BusyRange:
    """A booking that is hidden from the viewer: when it is, and whether it is only a hold."""

    slot: TimeSlot
    is_hold: bool


@dataclass(frozen=True, slots=True)
class CalendarEntries:
    """What a calendar shows a viewer of a range, by start.

    lapses_at: when a hold behind it expires and it is no longer so; None for never.
    """

    calendar: Calendar
    bookings: Sequence[BookingSummary | BusyRange]
    lapses_at: datetime | None


async def read_entries(uow: UnitOfWork, calendar: Calendar, during: TimeSlot) -> CalendarEntries:
    """The bookings on the calendar that touch the range and hold their place."""
    parameters = {"calendar": calendar.calendar_id, "during": as_range(during), "now": uow.now}
    rows = (await uow.connection.execute(_ENTRIES, parameters)).all()
    lapses = [row.lapses_at for row in rows if row.lapses_at is not None]
    return CalendarEntries(calendar, [_entry(row, calendar) for row in rows], min(lapses, default=None))


def _entry(row: Row[Any], calendar: Calendar) -> BookingSummary | BusyRange:
    slot = TimeSlot(row.start, row.end)
    event_id: UUID | None = row.event_id
    if event_id is None or row.title is None:
        return BusyRange(slot, row.is_hold)
    return BookingSummary(
        scheduled_event_id=row.scheduled_event_id,
        event_id=event_id,
        event_title=row.title,
        calendar_id=calendar.calendar_id,
        calendar_name=calendar.name,
        slot=slot,
        time_zone=row.time_zone,
        status=ScheduleStatus(row.status),
        conflict_level=ConflictLevel(row.conflict_level),
        is_blocked=row.is_blocked,
        block_reason=row.block_reason,
        hold_expires_at=row.hold_expires_at,
        owner_id=row.owner_id,
        version=row.version,
        series_id=row.series_id,
        original_start=original_start_of(row.original_start, row.series_zone),
    )
