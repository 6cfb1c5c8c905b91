"""A schedule as an iCalendar file or feed (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vDuration, vRecur

from api.exports.plain_text import plain_lines, plain_text, plain_title
from api.exports.series_window import SeriesWindow, series_window
from api.exports.time_zone_rules import time_zone_component
from domain.enums import ConflictLevel, ScheduleStatus
from domain.exported_schedule import (
    UID_HOST,
    ExportedBooking,
    ExportedCalendar,
    ExportedSchedule,
    ExportedSeries,
)
from domain.local_time import to_utc
from domain.time_slot import TimeSlot

PRODUCT = "-//Callboard//Callboard//EN"
FILE_VERSION = 1
"""Goes up when the same schedule gives another file."""

_UTC_NAMES = frozenset({"UTC", "Etc/UTC"})
_STATUSES: Mapping[ScheduleStatus, str] = {
    ScheduleStatus.Tentative: "TENTATIVE",
    ScheduleStatus.Scheduled: "CONFIRMED",
    ScheduleStatus.Confirmed: "CONFIRMED",
    ScheduleStatus.Rescheduling: "CONFIRMED",
    ScheduleStatus.Cancelled: "CANCELLED",
}


def icalendar_file(schedule: ExportedSchedule, refresh: timedelta | None = None) -> bytes:
    """The schedule's bookings, cancelled ones included.

    refresh: how often a program that subscribes is asked to look again; None for a file.
    The bytes depend on the bookings alone, not on when they were written.
    """
    file = _File(schedule)
    events = [event for calendar in schedule.calendars for event in file.events_of(calendar)]
    root = Calendar()
    root.add("prodid", PRODUCT)
    root.add("version", "2.0")
    root.add("calscale", "GREGORIAN")
    root.add("name", plain_text(schedule.title))
    root.add("x-wr-calname", plain_text(schedule.title))
    root.add("x-wr-timezone", schedule.time_zone)
    if refresh is not None:
        root.add("refresh-interval", refresh, parameters={"VALUE": "DURATION"})
        root.add("x-published-ttl", vDuration(refresh))
    for name in sorted(file.named_zones):
        root.add_component(time_zone_component(name, file.covered))
    for event in events:
        root.add_component(event)
    written: bytes = root.to_ical(sorted=False)
    return written


def feed_uid(scheduled_event_id: UUID) -> str:
    """What a booking is called in every file and feed."""
    return f"{scheduled_event_id}@{UID_HOST}"


@dataclass(slots=True)
class _File:
    """What is being written: the zones it names, and the stretch of time their rules have to cover."""

    schedule: ExportedSchedule
    named_zones: set[str] = field(default_factory=set)
    covered: TimeSlot = field(init=False)

    def __post_init__(self) -> None:
        self.covered = self.schedule.window

    def events_of(self, calendar: ExportedCalendar) -> Iterator[Event]:
        """The calendar's bookings; the occurrences of a series together, and first."""
        known = {one.series_id: one for one in calendar.series}
        occurrences: dict[UUID, list[ExportedBooking]] = {}
        single: list[ExportedBooking] = []
        for booking in calendar.bookings:
            if booking.series_id in known and booking.original_start is not None and not booking.is_hidden:
                occurrences.setdefault(booking.series_id, []).append(booking)
            else:
                single.append(booking)
        for series_id, members in occurrences.items():
            yield from self._series_events(calendar, known[series_id], members)
        hidden: dict[TimeSlot, int] = {}
        for booking in single:
            if booking.is_hidden:
                hidden[booking.slot] = hidden.get(booking.slot, 0) + 1
            yield self._event(calendar, booking, _uid(calendar, booking, hidden))

    def _series_events(
        self, calendar: ExportedCalendar, series: ExportedSeries, members: Sequence[ExportedBooking]
    ) -> Iterator[Event]:
        """The rule with what it makes as it is, then each occurrence that differs from it."""
        uid = f"{series.series_id}@{UID_HOST}"
        sequence = max(one.version for one in members) - 1
        pattern = next((one for one in members if _is_regular(one, series)), None)
        # What is at another time is in the set as well: it is replaced, and an EXDATE would take it away.
        window = series_window(series, {_original(one) for one in members})
        if pattern is not None:
            yield self._master(calendar, series, window, pattern, uid, sequence)
        written = {to_utc(one, ZoneInfo(series.time_zone)): one for one in window.included}
        for one in members:
            self._cover(one.slot)
            if pattern is None or not _is_like(one, pattern, series):
                event = self._event(calendar, one, uid, sequence, series.time_zone)
                original = self._local(written[_original(one)], series.time_zone)
                event.add("recurrence-id", original)
                yield event

    def _master(
        self,
        calendar: ExportedCalendar,
        series: ExportedSeries,
        window: SeriesWindow,
        pattern: ExportedBooking,
        uid: str,
        sequence: int,
    ) -> Event:
        name = series.time_zone
        event = self._described(calendar, pattern, uid, sequence)
        event.add("dtstart", self._local(window.first, name))
        event.add("duration", series.duration)
        if window.rule is not None:
            event.add("rrule", vRecur.from_ical(";".join(f"{key}={value}" for key, value in window.rule)))
        for date in window.dates:
            event.add("rdate", self._local(date, name))
        for date in window.excluded:
            event.add("exdate", self._local(date, name))
        return event

    def _event(
        self,
        calendar: ExportedCalendar,
        booking: ExportedBooking,
        uid: str,
        sequence: int | None = None,
        zone_name: str | None = None,
    ) -> Event:
        """One booking at its own time."""
        name = zone_name or self.schedule.time_zone
        event = self._described(calendar, booking, uid, booking.version - 1 if sequence is None else sequence)
        for key, time in zip(("dtstart", "dtend"), self._times(booking.slot, name), strict=True):
            event.add(key, time)
        self._cover(booking.slot)
        return event

    def _described(
        self, calendar: ExportedCalendar, booking: ExportedBooking, uid: str, sequence: int
    ) -> Event:
        event = Event()
        event.add("uid", uid)
        # Of a hidden booking not even its last change is told: its time stands in.
        changed = booking.modified_at or booking.slot.start_date_time
        event.add("dtstamp", changed.replace(microsecond=0))
        event.add("sequence", sequence)
        event.add("summary", plain_title(booking.title))
        if booking.modified_at is not None:
            event.add("last-modified", changed.replace(microsecond=0))
        if booking.description:
            event.add("description", plain_lines(booking.description))
        if calendar.location is not None:
            event.add("location", plain_text(calendar.location))
        event.add("status", _STATUSES[booking.status])
        event.add("transp", "TRANSPARENT" if booking.is_cancelled else "OPAQUE")
        if booking.conflict_level is not ConflictLevel.NONE:
            event.add("x-callboard-conflict-level", booking.conflict_level.name)
        return event

    def _times(self, slot: TimeSlot, name: str) -> tuple[datetime, datetime]:
        """Start and end in the zone, or in UTC where the zone's clock shows one twice and means the other."""
        zone = ZoneInfo(name)
        instants = slot.start_date_time, slot.end_date_time
        start, end = (one.astimezone(zone).replace(tzinfo=None) for one in instants)
        if (to_utc(start, zone), to_utc(end, zone)) != instants:
            return instants
        return self._local(start, name), self._local(end, name)

    def _local(self, wall_clock: datetime, name: str) -> datetime:
        """A wall-clock time of the zone, which the file then has to describe unless it is UTC."""
        if name in _UTC_NAMES:
            return wall_clock.replace(tzinfo=UTC)
        self.named_zones.add(name)
        zone = ZoneInfo(name)
        instant = to_utc(wall_clock, zone)
        self._cover(TimeSlot(instant, instant))
        return wall_clock.replace(tzinfo=zone)

    def _cover(self, slot: TimeSlot) -> None:
        start = min(self.covered.start_date_time, slot.start_date_time)
        self.covered = TimeSlot(start, max(self.covered.end_date_time, slot.end_date_time))


def _original(booking: ExportedBooking) -> datetime:
    assert booking.original_start is not None
    return booking.original_start


def _is_regular(booking: ExportedBooking, series: ExportedSeries) -> bool:
    """Whether the occurrence is where and as long as the rule makes it."""
    in_place = booking.slot.start_date_time == booking.original_start
    return in_place and booking.slot.duration == series.duration and not booking.is_cancelled


def _is_like(booking: ExportedBooking, pattern: ExportedBooking, series: ExportedSeries) -> bool:
    """Whether the occurrence says what the series' first regular one says."""
    told = (booking.title, booking.status, booking.description, booking.conflict_level)
    same = told == (pattern.title, pattern.status, pattern.description, pattern.conflict_level)
    return same and _is_regular(booking, series)


def _uid(calendar: ExportedCalendar, booking: ExportedBooking, hidden: Mapping[TimeSlot, int]) -> str:
    """A name that stays; a hidden booking's says no more than where and when it is."""
    if booking.scheduled_event_id is not None:
        return feed_uid(booking.scheduled_event_id)
    slot = booking.slot
    what = f"{slot.start_date_time.isoformat()}/{slot.end_date_time.isoformat()}/{hidden[slot]}"
    return f"{uuid5(calendar.calendar_id, what)}@{UID_HOST}"
