"""What one VEVENT of an iCalendar file says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from icalendar import vDDDTypes
from icalendar.parser import Contentline

from api.imports.ical_lines import Component, ContentLine
from api.imports.ical_zones import IcalZones
from api.imports.schedule_file import FilePerson
from api.imports.xml_outline import shortened
from domain.local_time import to_utc

_ESCAPED = re.compile(r"\\([\\;,:\"nN])")
_NOT_COMING = frozenset({"DECLINED"})
_NO_PERSON = frozenset({"ROOM", "RESOURCE", "GROUP"})
_LONGEST = timedelta(days=40_000)


class RefusedEvent(Exception):
    """This event cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class IcalTime:
    """A wall clock in a zone. is_date: a whole day, at its midnight."""

    wall_clock: datetime
    zone: tzinfo
    is_date: bool

    @property
    def instant(self) -> datetime:
        return to_utc(self.wall_clock, self.zone)

    def at(self, wall_clock: datetime) -> IcalTime:
        """Another time on the same clock."""
        return replace(self, wall_clock=wall_clock)

    def on_the_clock_of(self, other: IcalTime) -> datetime:
        """The same as the other's clock shows it; a date stays that date."""
        if self.is_date:
            return self.wall_clock
        return self.instant.astimezone(other.zone).replace(tzinfo=None, fold=0)


@dataclass(frozen=True, slots=True)
class IcalEvent:
    """One VEVENT.

    end: as the event gives it. length: of each occurrence, exact.
    days: instead of its length, of an event of whole days.
    further: starts besides its rules' (RDATE), each with its own length if it has one.
    free_because: why it claims nothing, if it does not.
    """

    component: Component
    place: str
    uid: str
    title: str
    start: IcalTime
    end: IcalTime | None
    length: timedelta
    days: int | None
    room: str | None
    persons: tuple[FilePerson, ...]
    recurrence_id: IcalTime | None
    is_for_all_that_follow: bool
    rules: tuple[str, ...]
    excluded_rules: tuple[str, ...]
    further: tuple[tuple[IcalTime, timedelta | None], ...]
    excluded: tuple[IcalTime, ...]
    sequence: int
    is_cancelled: bool
    free_because: str | None

    @property
    def is_series(self) -> bool:
        return bool(self.rules or self.further)

    def end_of(self, start: datetime) -> datetime:
        """The instant at which an occurrence ends that starts at this wall clock of the event's zone."""
        if self.days is not None:
            return to_utc(start + timedelta(days=self.days), self.start.zone)
        return to_utc(start, self.start.zone) + self.length


def place_of(component: Component) -> str:
    """Where a reader of the file finds it."""
    summary = component.first("SUMMARY")
    name = "" if summary is None else shortened(" ".join(_unescaped(summary.value).split()))
    return f'line {component.number}: event "{name}"'


def event_of(component: Component, zones: IcalZones) -> IcalEvent:
    """Read a VEVENT; raises RefusedEvent for one that cannot be read."""
    try:
        return _event(component, zones)
    except OverflowError:
        raise RefusedEvent("a date of it is not on the calendar") from None


def _event(component: Component, zones: IcalZones) -> IcalEvent:
    start = _only_time(component, "DTSTART", zones)
    if start is None:
        raise RefusedEvent("it has no start (DTSTART)")
    length, days = _length(component, start, zones)
    recurrence_id, is_for_all = _recurrence_id(component, zones)
    uid, title = _text(component, "UID"), _text(component, "SUMMARY")
    return IcalEvent(
        component=component,
        place=place_of(component),
        uid=uid,
        title=title or (f"Event {shortened(uid)}" if uid else "Untitled"),
        start=start,
        end=_only_time(component, "DTEND", zones),
        length=length,
        days=days,
        room=_text(component, "LOCATION") or None,
        persons=_persons(component),
        recurrence_id=recurrence_id,
        is_for_all_that_follow=is_for_all,
        rules=tuple(_values(component, "RRULE")),
        excluded_rules=tuple(_values(component, "EXRULE")),
        further=tuple(_further(component, zones)),
        excluded=tuple(time for line in component.all("EXDATE") for time, _ in _times(line, "EXDATE", zones)),
        sequence=_sequence(component),
        is_cancelled=_text(component, "STATUS").upper() == "CANCELLED",
        free_because=_free_because(component, takes_time=bool(length or days)),
    )


def _parts(line: ContentLine) -> tuple[dict[str, str], str]:
    """A line's parameters and its value as it is written."""
    try:
        _, parameters, value = Contentline(line.text.strip()).raw_parts()  # type: ignore[no-untyped-call]
    except ValueError:
        raise RefusedEvent(f"its {line.name} cannot be read: {shortened(line.text)!r}") from None
    return {name.upper(): str(given) for name, given in parameters.items()}, value.strip()


def _values(component: Component, name: str) -> Iterator[str]:
    for line in component.all(name):
        yield _parts(line)[1]


def _text(component: Component, name: str) -> str:
    line = component.first(name)
    if line is None:
        return ""
    try:
        value = _parts(line)[1]
    except RefusedEvent:
        value = line.value
    return " ".join(_unescaped(value).split())


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], text)


def _only_time(component: Component, name: str, zones: IcalZones) -> IcalTime | None:
    lines = list(component.all(name))
    if not lines:
        return None
    found = [time for line in lines for time, _ in _times(line, name, zones)]
    if len(found) != 1:
        raise RefusedEvent(f"it has more than one {name}")
    return found[0]


def _times(line: ContentLine, name: str, zones: IcalZones) -> Iterator[tuple[IcalTime, timedelta | None]]:
    """The times of a line, each with its length if it is a period."""
    parameters, value = _parts(line)
    for item in filter(None, (one.strip() for one in value.split(","))):
        try:
            found = vDDDTypes.from_ical(item)  # type: ignore[no-untyped-call]
        except (ValueError, TypeError):
            raise RefusedEvent(f"its {name} {shortened(item)!r} is not a time") from None
        begin, end = found if isinstance(found, tuple) else (found, None)
        if not isinstance(begin, date):
            raise RefusedEvent(f"its {name} {shortened(item)!r} is not a time")
        yield _time(begin, parameters.get("TZID"), zones), _period_length(begin, end)


def _time(moment: date, identifier: str | None, zones: IcalZones) -> IcalTime:
    if not isinstance(moment, datetime):
        return IcalTime(datetime.combine(moment, time()), zones.default, is_date=True)
    if moment.tzinfo is not None:
        return IcalTime(moment.astimezone(UTC).replace(tzinfo=None), UTC, is_date=False)
    zone = zones.default if identifier is None else zones.zone(identifier)
    if zone is None:
        raise RefusedEvent(f"its time zone {shortened(identifier or '')!r} is unknown")
    return IcalTime(moment, zone, is_date=False)


def _period_length(begin: object, end: object) -> timedelta | None:
    if isinstance(end, timedelta):
        return end
    if isinstance(begin, datetime) and isinstance(end, datetime):
        return end.replace(tzinfo=None) - begin.replace(tzinfo=None)
    return None


def _length(component: Component, start: IcalTime, zones: IcalZones) -> tuple[timedelta, int | None]:
    """How long it takes, and how many days where it takes whole ones."""
    end = _only_time(component, "DTEND", zones)
    line = component.first("DURATION")
    if end is not None:
        length = end.instant - start.instant
        days = (end.wall_clock - start.wall_clock).days if start.is_date and end.is_date else None
    elif line is not None:
        length = _duration(_parts(line)[1])
        days = length.days if start.is_date and length == timedelta(days=length.days) else None
    else:
        length = timedelta(days=1) if start.is_date else timedelta()
        days = 1 if start.is_date else None
    if length < timedelta():
        raise RefusedEvent("it ends before it starts")
    if start.is_date and end is not None and end.is_date and days == 0:
        # Some programs write the last day, not the one after it.
        return timedelta(days=1), 1
    if length > _LONGEST:
        raise RefusedEvent("it takes more than a century")
    return length, days


def _duration(value: str) -> timedelta:
    try:
        found = vDDDTypes.from_ical(value)  # type: ignore[no-untyped-call]
    except (ValueError, TypeError):
        found = None
    if not isinstance(found, timedelta):
        raise RefusedEvent(f"its DURATION {shortened(value)!r} is not a length of time")
    return found


def _recurrence_id(component: Component, zones: IcalZones) -> tuple[IcalTime | None, bool]:
    line = component.first("RECURRENCE-ID")
    if line is None:
        return None, False
    is_for_all = _parts(line)[0].get("RANGE", "").upper() == "THISANDFUTURE"
    return _only_time(component, "RECURRENCE-ID", zones), is_for_all


def _further(component: Component, zones: IcalZones) -> Iterator[tuple[IcalTime, timedelta | None]]:
    for line in component.all("RDATE"):
        yield from _times(line, "RDATE", zones)


def _sequence(component: Component) -> int:
    value = _text(component, "SEQUENCE")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0


def _free_because(component: Component, *, takes_time: bool) -> str | None:
    if _text(component, "STATUS").upper() == "CANCELLED":
        return "it is cancelled"
    if _text(component, "TRANSP").upper() == "TRANSPARENT":
        return "it is marked as free time (TRANSP:TRANSPARENT)"
    if not takes_time:
        return "it takes no time"
    if not (_text(component, "LOCATION") or _persons(component)):
        return "it names no place (LOCATION) and nobody (ATTENDEE)"
    return None


def _persons(component: Component) -> tuple[FilePerson, ...]:
    """Those who attend. An ORGANIZER often only publishes: who comes is listed as ATTENDEE too."""
    found: dict[str, FilePerson] = {}
    for line in component.all("ATTENDEE"):
        try:
            parameters, value = _parts(line)
        except RefusedEvent:
            continue
        is_person = parameters.get("CUTYPE", "").upper() not in _NO_PERSON
        comes = parameters.get("PARTSTAT", "").upper() not in _NOT_COMING
        address = re.sub(r"(?i)^mailto:", "", value).strip()
        if is_person and comes and address and parameters.get("ROLE", "").upper() != "NON-PARTICIPANT":
            name = " ".join(parameters.get("CN", "").split()) or address
            found.setdefault(address.casefold(), FilePerson(address.casefold(), name))
    return tuple(found.values())
