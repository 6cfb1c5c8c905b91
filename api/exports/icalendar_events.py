"""Bookings as events of an iCalendar object (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from icalendar import Event, Timezone, vRecur

from api.exports.plain_text import plain_lines, plain_text, plain_title
from api.exports.series_window import SeriesWindow, series_window
from api.exports.time_zone_rules import time_zone_component
from domain.enums import ConflictLevel, ScheduleStatus
from domain.exported_schedule import UID_HOST, ExportedBooking, ExportedCalendar, ExportedSeries
from domain.local_time import to_utc
from domain.time_slot import TimeSlot

_UTC_NAMES = frozenset({"UTC", "Etc/UTC"})
_STATUSES: Mapping[ScheduleStatus, str] = {
    ScheduleStatus.Tentative: "TENTATIVE",
    ScheduleStatus.Scheduled: "CONFIRMED",
    ScheduleStatus.Confirmed: "CONFIRMED",
    ScheduleStatus.Rescheduling: "CONFIRMED",
    ScheduleStatus.Cancelled: "CANCELLED",
}


def feed_uid(scheduled_event_id: UUID) -> str:
    """What a booking is called in every file and feed."""
    return f"{scheduled_event_id}@{UID_HOST}"


def series_uid(series_id: UUID) -> str:
    """What a series is called in every file and feed."""
    return f"{series_id}@{UID_HOST}"


@dataclass(frozen=True, slots=True)
class _Placed:
    """A booking with the calendar it is on; dates of one series may be on several."""

    calendar: ExportedCalendar
    booking: ExportedBooking


@dataclass(slots=True)
class EventWriter:
    """Writes bookings as events of one iCalendar object.

    time_zone: what times are written in. covered: the stretch of time that the rules of zones have to cover;
    it grows with what is written. named_zones: those that the object has to describe.
    """

    time_zone: str
    covered: TimeSlot
    named_zones: set[str] = field(default_factory=set)

    def events_of(self, calendars: Sequence[ExportedCalendar]) -> Iterator[Event]:
        """The bookings of all calendars; the occurrences of a series together, and first."""
        placed = [_Placed(calendar, booking) for calendar in calendars for booking in calendar.bookings]
        known = {one.series_id: one for calendar in calendars for one in calendar.series}
        occurrences: dict[UUID, list[_Placed]] = {}
        single: list[_Placed] = []
        for one in placed:
            key = one.booking.series_id
            if key in known and one.booking.original_start is not None and not one.booking.is_hidden:
                occurrences.setdefault(key, []).append(one)
            else:
                single.append(one)
        for key, members in occurrences.items():
            yield from self._series_events(known[key], members)
        hidden: dict[tuple[UUID, TimeSlot], int] = {}
        for one in single:
            if one.booking.is_hidden:
                where = (one.calendar.calendar_id, one.booking.slot)
                hidden[where] = hidden.get(where, 0) + 1
            yield self._event(one, _uid(one, hidden))

    def zones(self) -> list[Timezone]:
        """What describes the zones that the events name; asked for when all are written."""
        return [time_zone_component(name, self.covered) for name in sorted(self.named_zones)]

    def _series_events(self, series: ExportedSeries, members: Sequence[_Placed]) -> Iterator[Event]:
        """The rule with what it makes as it is, then each occurrence that differs from it."""
        uid = series_uid(series.series_id)
        sequence = max(one.booking.version for one in members) - 1
        pattern = next((one for one in members if _is_regular(one.booking, series)), None)
        # What is at another time is in the set as well: it is replaced, and an EXDATE would take it away.
        window = series_window(series, {_original(one.booking) for one in members})
        if pattern is not None:
            yield self._master(series, window, pattern, uid, sequence)
        written = {to_utc(one, ZoneInfo(series.time_zone)): one for one in window.included}
        for one in members:
            self._cover(one.booking.slot)
            if pattern is None or not _is_like(one, pattern, series):
                event = self._event(one, uid, sequence, series.time_zone)
                original = self._local(written[_original(one.booking)], series.time_zone)
                event.add("recurrence-id", original)
                yield event

    def _master(
        self, series: ExportedSeries, window: SeriesWindow, pattern: _Placed, uid: str, sequence: int
    ) -> Event:
        name = series.time_zone
        event = self._described(pattern, uid, sequence)
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
        self, one: _Placed, uid: str, sequence: int | None = None, zone_name: str | None = None
    ) -> Event:
        """One booking at its own time."""
        name = zone_name or self.time_zone
        booking = one.booking
        event = self._described(one, uid, booking.version - 1 if sequence is None else sequence)
        for key, time in zip(("dtstart", "dtend"), self._times(booking.slot, name), strict=True):
            event.add(key, time)
        self._cover(booking.slot)
        return event

    def _described(self, one: _Placed, uid: str, sequence: int) -> Event:
        booking = one.booking
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
        if one.calendar.location is not None:
            event.add("location", plain_text(one.calendar.location))
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


def _is_like(one: _Placed, pattern: _Placed, series: ExportedSeries) -> bool:
    """Whether the occurrence says what the series' first regular one says."""
    return _told(one) == _told(pattern) and _is_regular(one.booking, series)


def _told(one: _Placed) -> tuple[object, ...]:
    booking = one.booking
    where = one.calendar.calendar_id
    return where, booking.title, booking.status, booking.description, booking.conflict_level


def _uid(one: _Placed, hidden: Mapping[tuple[UUID, TimeSlot], int]) -> str:
    """A name that stays; a hidden booking's says no more than where and when it is."""
    booking = one.booking
    if booking.scheduled_event_id is not None:
        return feed_uid(booking.scheduled_event_id)
    key, slot = one.calendar.calendar_id, booking.slot
    what = f"{slot.start_date_time.isoformat()}/{slot.end_date_time.isoformat()}/{hidden[key, slot]}"
    return f"{uuid5(key, what)}@{UID_HOST}"
