"""How a pentabarf schedule tells the time: days, wall clocks, the hour at which a day begins, durations."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from api.imports.schedule_file import wall_clock_in
from api.imports.xml_outline import Element, XmlOutline
from domain.local_time import is_time_zone

_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_DURATION = re.compile(r"[0-9]{1,6}(?::[0-9]{1,2}){1,3}")
_DATE_ONLY = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}")
# A day's room to either side, so that no offset or conversion leaves the calendar
_EARLIEST = datetime(1, 1, 3)  # noqa: DTZ001 - compared with wall clocks
_LATEST = datetime(9999, 12, 29)  # noqa: DTZ001


class UnreadableTime(ValueError):
    """A time of the file cannot be understood; the message says which and why."""


@dataclass(frozen=True, slots=True)
class ProgrammeDay:
    """A `<day>`: its date, and the wall-clock range it says it covers.

    offset: of its own start, when that has one.
    """

    date: date | None
    first: datetime | None
    last: datetime | None
    offset: tzinfo | None

    def covers(self, wall_clock: datetime) -> bool:
        """Whether the day says that it lasts at that time."""
        return self.first is not None and self.last is not None and self.first <= wall_clock < self.last


@dataclass(frozen=True, slots=True)
class PentabarfClock:
    """The conventions of one file.

    day_change: a talk listed before this time of day is on the next calendar date.
    zone: the IANA zone the header names; offset: else one that the file writes; neither: times are naive.
    days_lead_hours: three-part durations are days:hours:minutes, as pretalx writes them.
    """

    day_change: time | None
    zone: ZoneInfo | None
    offset: tzinfo | None
    days_lead_hours: bool

    def start_of(self, event: Element, day: ProgrammeDay) -> datetime:
        """When the event starts; its full timestamp counts more than its day and time of day."""
        stamp = event.text_of("date")
        if stamp and not _DATE_ONLY.fullmatch(stamp):
            return self._in_zone(_timestamp("date", stamp), day)
        clock_time = time_of_day("start", event.text_of("start"))
        if stamp:
            wall_clock = datetime.combine(_date("date", stamp), clock_time)
            return self._in_zone(_within_years(wall_clock), day)
        return self.instant(day, clock_time)

    def instant(self, day: ProgrammeDay, clock_time: time) -> datetime:
        """The time of day on a `<day>`, which may last into the next calendar date."""
        if day.date is None:
            raise UnreadableTime("neither the event nor its day has a date")
        listed = _within_years(datetime.combine(day.date, clock_time))
        following = listed + timedelta(days=1)
        if self.day_change is not None:
            wall_clock = following if clock_time < self.day_change else listed
        else:
            wall_clock = following if day.covers(following) and not day.covers(listed) else listed
        return self._in_zone(_within_years(wall_clock), day)

    def wall_clock(self, moment: datetime, day: ProgrammeDay) -> datetime:
        """What the clocks of the file show at that moment; the inverse of reading."""
        zone = self._zone(day)
        return moment if zone is None or moment.tzinfo is None else moment.astimezone(zone)

    def wall_clock_of(self, event: Element, moment: datetime, day: ProgrammeDay) -> datetime:
        """What the event's clock shows then: where no zone is named, its timestamp keeps its own offset."""
        stamp = event.text_of("date")
        own = datetime.fromisoformat(stamp).tzinfo if stamp and self.zone is None else None
        return self.wall_clock(moment, day) if own is None else moment.astimezone(own)

    def duration_of(self, event: Element) -> timedelta:
        """How long the event lasts; never zero."""
        text = event.text_of("duration")
        if not text:
            raise UnreadableTime("there is no duration")
        if not _DURATION.fullmatch(text):
            raise UnreadableTime(f"the duration {_quoted(text)} is not hours:minutes")
        parts = [int(part) for part in text.split(":")]
        days = parts.pop(0) if len(parts) == 4 or (len(parts) == 3 and self.days_lead_hours) else 0
        hours, minutes, seconds = (*parts, 0)[:3]
        if minutes > 59 or seconds > 59:
            raise UnreadableTime(f"the duration {_quoted(text)} has more than 59 minutes or seconds")
        duration = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if not duration:
            raise UnreadableTime(f"the duration {_quoted(text)} is no time at all")
        return duration

    def _zone(self, day: ProgrammeDay) -> tzinfo | None:
        return self.zone or day.offset or self.offset

    def _in_zone(self, moment: datetime, day: ProgrammeDay) -> datetime:
        zone = self._zone(day)
        if moment.tzinfo is not None or zone is None:
            return moment
        return wall_clock_in(moment, zone) if isinstance(zone, ZoneInfo) else moment.replace(tzinfo=zone)


def clock_of(outline: XmlOutline) -> PentabarfClock:
    """Find the conventions of a file."""
    conference = outline.root.first("conference")
    generator = outline.root.first("generator")
    change = "" if conference is None else conference.text_of("day_change")
    zone = "" if conference is None else conference.text_of("time_zone_name")
    by_pretalx = generator is not None and generator.attribute("name").lower() == "pretalx"
    return PentabarfClock(
        day_change=_time_or_none(change),
        zone=ZoneInfo(zone) if is_time_zone(zone) else None,
        offset=_common_offset(outline),
        days_lead_hours=by_pretalx or b"by pretalx" in outline.source[: outline.root.start],
    )


def day_of(element: Element) -> ProgrammeDay:
    """Read a `<day>`; what it leaves out or garbles is None."""
    first = _timestamp_or_none(element.attribute("start"))
    last = _timestamp_or_none(element.attribute("end"))
    return ProgrammeDay(
        date=_date_or_none(element.attribute("date")[:10]) or (None if first is None else first.date()),
        first=None if first is None else first.replace(tzinfo=None),
        last=None if last is None else last.replace(tzinfo=None),
        offset=None if first is None else first.tzinfo,
    )


def time_of_day(what: str, text: str) -> time:
    """Read `HH:MM` or `HH:MM:SS`."""
    found = _TIME.fullmatch(text)
    if not text:
        raise UnreadableTime(f"there is no {what}")
    if found is None:
        raise UnreadableTime(f"the {what} {_quoted(text)} is not a time of day")
    hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return time(hour, minute, second)
    except ValueError as error:
        raise UnreadableTime(f"the {what} {_quoted(text)} is not a time of day") from error


def end_of(start: datetime, duration: timedelta) -> datetime:
    """The end of a booking, as long as the calendar lasts."""
    try:
        end = start + duration
    except OverflowError as error:
        raise UnreadableTime("it ends after the year 9999") from error
    _within_years(end)
    return end


def _common_offset(outline: XmlOutline) -> tzinfo | None:
    """An offset that no move changes: the first one of a day, else the one most events have."""
    days = [_timestamp_or_none(day.attribute("start")) for day in outline.root.all("day")]
    for moment in days:
        if moment is not None and moment.tzinfo is not None:
            return moment.tzinfo
    stamps = [_timestamp_or_none(date.text) for date in outline.elements if date.tag == "date"]
    offsets = Counter(stamp.utcoffset() for stamp in stamps if stamp is not None)
    del offsets[None]
    ranked = sorted((-count, offset) for offset, count in offsets.items() if offset is not None)
    return timezone(ranked[0][1]) if ranked else None


def _timestamp(what: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnreadableTime(f"the {what} {_quoted(text)} is not an ISO 8601 timestamp") from error
    offset = moment.utcoffset()
    fixed = moment if offset is None else moment.replace(tzinfo=timezone(offset))
    return _within_years(fixed)


def _timestamp_or_none(text: str) -> datetime | None:
    try:
        return _timestamp("time", text)
    except UnreadableTime:
        return None


def _date(what: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UnreadableTime(f"the {what} {_quoted(text)} is not a date") from error


def _date_or_none(text: str) -> date | None:
    try:
        return _date("date", text)
    except UnreadableTime:
        return None


def _time_or_none(text: str) -> time | None:
    try:
        return time_of_day("day change", text)
    except UnreadableTime:
        return None


def _within_years(moment: datetime) -> datetime:
    if not _EARLIEST <= moment.replace(tzinfo=None) < _LATEST:
        raise UnreadableTime("it is not within the years 1 to 9999")
    return moment


def _quoted(text: str) -> str:
    return '"' + (text if len(text) <= 40 else text[:40] + "...") + '"'
