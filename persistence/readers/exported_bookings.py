"""Bookings as they leave the service in files and feeds; what is hidden has a time at most (DESIGN 4.8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from domain.entities import Calendar
from domain.enums import CalendarType, ConflictLevel, ScheduleStatus
from domain.exported_schedule import ANOTHER_BOOKING, ExportedBooking, ExportedCalendar, ExportedSeries
from domain.recurrence.to_rrule import to_rrule
from domain.time_slot import TimeSlot
from persistence.mapping import Row, as_range, slot_of
from persistence.readers.bookings import original_start_of
from persistence.recurrence_document import pattern_from
from persistence.unit_of_work import UnitOfWork

_DESCRIBED = """
SELECT w.start_date_time AS start, w.end_date_time AS end, b.scheduled_event_id, b.calendar_id, b.version,
       coalesce(b.modified_at, b.created_at) AS modified_at, e.title, e.description, e.attendees,
       k.name AS calendar_name, k.calendar_type, b.series_id, b.original_start,
       s.first_start, s.duration, s.time_zone AS series_zone, s.recurrence,
       CASE WHEN b.status = 0 AND b.hold_expires_at <= :now THEN 4 ELSE b.status END AS status,
       CASE WHEN b.status = 4 THEN 0 ELSE coalesce((
           SELECT max(c.conflict_level) FROM schedule_conflicts c
           WHERE b.scheduled_event_id IN (c.scheduled_event_id, c.conflicting_event_id)
             AND c.status IN (0, 1, 3)
             AND booking_is_live(c.scheduled_event_id, :now) AND booking_is_live(c.conflicting_event_id, :now)
       ), 0) END AS conflict_level
"""
_JOINS = """
LEFT JOIN events e ON e.event_id = b.event_id
LEFT JOIN calendars k ON k.calendar_id = b.calendar_id
LEFT JOIN series s ON s.series_id = b.series_id
"""
_OF_CALENDAR = text(
    f"{_DESCRIBED} FROM calendar_window(:calendar, :during, :now) w"
    f" LEFT JOIN scheduled_events b ON b.scheduled_event_id = w.scheduled_event_id {_JOINS}"
    " ORDER BY w.start_date_time, w.end_date_time, b.scheduled_event_id"
)
_OF_PERSON = text(
    f"{_DESCRIBED} FROM scheduled_events b"
    " CROSS JOIN LATERAL (SELECT lower(b.during) AS start_date_time, upper(b.during) AS end_date_time) w"
    f" {_JOINS} WHERE b.owner_id = :person AND b.during && :during"
    " ORDER BY w.start_date_time, w.end_date_time, b.scheduled_event_id"
)
# On somebody's behalf by the worker, which sees all calendars.
_NAMED = text(
    f"{_DESCRIBED} FROM scheduled_events b"
    " CROSS JOIN LATERAL (SELECT lower(b.during) AS start_date_time, upper(b.during) AS end_date_time) w"
    " LEFT JOIN events e ON e.event_id = b.event_id"
    " LEFT JOIN calendars k ON k.calendar_id = b.calendar_id"
    "  AND (app_role() >= 2 OR k.calendar_id = ANY ((SELECT my_calendars(0::smallint))::uuid[]))"
    " LEFT JOIN series s ON s.series_id = b.series_id"
    " WHERE b.owner_id = :person AND (b.scheduled_event_id = ANY (:bookings) OR b.series_id = ANY (:series))"
    " ORDER BY w.start_date_time, w.end_date_time, b.scheduled_event_id"
)


async def exported_calendar(uow: UnitOfWork, calendar: Calendar, window: TimeSlot) -> ExportedCalendar:
    """What the viewer sees of a calendar's bookings that touch the window."""
    parameters = {"calendar": calendar.calendar_id, "during": as_range(window), "now": uow.now}
    rows = (await uow.connection.execute(_OF_CALENDAR, parameters)).mappings().all()
    location = calendar.name if calendar.calendar_type is CalendarType.Venue else None
    return ExportedCalendar(
        calendar.calendar_id,
        calendar.name,
        tuple(_booking_from(row) for row in rows),
        _series_of(rows),
        location,
    )


async def exported_person(uow: UnitOfWork, window: TimeSlot) -> tuple[ExportedCalendar, ...]:
    """The viewer's own bookings that touch the window, by the calendar they are on.

    A calendar that is hidden from them has no name and is no location.
    """
    parameters = {"person": uow.viewer.user_id, "during": as_range(window), "now": uow.now}
    return _by_calendar((await uow.connection.execute(_OF_PERSON, parameters)).mappings().all())


async def exported_bookings(
    uow: UnitOfWork, bookings: Collection[UUID], series: Collection[UUID]
) -> tuple[ExportedCalendar, ...]:
    """The viewer's own bookings of these ids, and all dates of these series, by the calendar they are on."""
    parameters = {
        "person": uow.viewer.user_id,
        "bookings": sorted(bookings),
        "series": sorted(series),
        "now": uow.now,
    }
    return _by_calendar((await uow.connection.execute(_NAMED, parameters)).mappings().all())


def _by_calendar(rows: Sequence[Row]) -> tuple[ExportedCalendar, ...]:
    found: dict[UUID, list[Row]] = defaultdict(list)
    names: dict[UUID, tuple[str, str | None]] = {}
    for row in rows:
        found[row["calendar_id"]].append(row)
        is_venue = row["calendar_type"] == int(CalendarType.Venue)
        name = row["calendar_name"]
        names[row["calendar_id"]] = (name or "", name if is_venue else None)
    return tuple(
        ExportedCalendar(
            key, names[key][0], tuple(_booking_from(row) for row in mine), _series_of(mine), names[key][1]
        )
        for key, mine in found.items()
    )


def _series_of(rows: Sequence[Row]) -> tuple[ExportedSeries, ...]:
    """The series of which there are occurrences, each once."""
    found: dict[UUID, ExportedSeries] = {}
    for row in rows:
        if row["title"] is not None and row["recurrence"] is not None and row["series_id"] not in found:
            first, zone = row["first_start"], row["series_zone"]
            rrule = to_rrule(pattern_from(row["recurrence"]), ZoneInfo(zone), first)
            found[row["series_id"]] = ExportedSeries(row["series_id"], rrule, first, row["duration"], zone)
    return tuple(found.values())


def _booking_from(row: Row) -> ExportedBooking:
    slot = slot_of(row["start"], row["end"])
    if row["title"] is None:
        return ExportedBooking(None, ANOTHER_BOOKING, slot, ScheduleStatus.Scheduled)
    status = ScheduleStatus(row["status"])
    level = ConflictLevel.NONE if status is ScheduleStatus.Cancelled else ConflictLevel(row["conflict_level"])
    return ExportedBooking(
        scheduled_event_id=row["scheduled_event_id"],
        title=row["title"],
        slot=slot,
        status=status,
        conflict_level=level,
        description=row["description"],
        attendees=row["attendees"],
        version=row["version"],
        modified_at=row["modified_at"],
        series_id=row["series_id"],
        original_start=original_start_of(row["original_start"], row["series_zone"]),
    )
