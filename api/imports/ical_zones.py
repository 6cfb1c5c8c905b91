"""Which time zone a TZID of an iCalendar file means."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import islice
from zoneinfo import ZoneInfo

from icalendar import vDDDTypes, vUTCOffset
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from api.imports.ical_lines import Component
from domain.errors import FieldException
from domain.local_time import is_time_zone
from domain.recurrence.effort import Effort
from domain.recurrence.rrule import SearchedTooLong, starts
from domain.recurrence.rule_text import read_rule

_MOST_CHANGES = 700
_LAST_YEAR = 2100
"""Clock changes are worked out up to here: some 500 where a rule begins in 1601, as Windows writes them."""


class IcalZones:
    """The zones of one file: IANA's where the TZID can be taken for one, else what its VTIMEZONE says.

    default: of times without a zone.
    """

    def __init__(self, components: Iterable[Component], default: ZoneInfo, effort: Effort) -> None:
        self.default = default
        self._effort = effort
        self._definitions: dict[str, Component] = {}
        self._found: dict[str, tzinfo | None] = {}
        for component in components:
            identifier = component.first("TZID")
            if component.name == "VTIMEZONE" and identifier is not None:
                self._definitions.setdefault(_plain(identifier.value), component)

    def zone(self, identifier: str) -> tzinfo | None:
        """The zone of a TZID; None where nothing says what it is."""
        name = _plain(identifier)
        if name not in self._found:
            self._found[name] = self._look_up(name)
        return self._found[name]

    def _look_up(self, name: str) -> tzinfo | None:
        if not name:
            return self.default
        definition = self._definitions.get(name)
        location = None if definition is None else definition.first("X-LIC-LOCATION")
        for candidate in (name, "" if location is None else location.value):
            known = _iana_name(candidate)
            if known is not None:
                return ZoneInfo(known)
        return None if definition is None else _defined(name, definition, self._effort)


def _plain(identifier: str) -> str:
    return identifier.strip().strip('"').replace("\\", "")


def _iana_name(name: str) -> str | None:
    """The IANA name that it is, ends with (`/mozilla.org/1/Europe/Paris`) or stands for on Windows."""
    parts = name.split("/")
    for first in range(min(len(parts), 8)):
        candidate = "/".join(parts[first:])
        if is_time_zone(candidate):
            return candidate
    return WINDOWS_TO_OLSON.get(name)


class FileTimeZone(tzinfo):
    """A zone as a file defines it; of clock changes it knows those that its rules name.

    changes: instants without zone, in UTC, each with the offset before and the one after it, in order.
    """

    def __init__(self, name: str, changes: list[tuple[datetime, timedelta, timedelta]]) -> None:
        self._name = name
        self._changes = changes
        # A time that is skipped keeps the offset before, of one that comes twice the first is meant.
        self._on_the_clock = [instant + max(before, after) for instant, before, after in changes]
        self._instants = [instant for instant, _, _ in changes]

    def utcoffset(self, moment: datetime | None, /) -> timedelta:
        if moment is None:
            return self._changes[0][1]
        return self._offset(bisect_right(self._on_the_clock, moment.replace(tzinfo=None)))

    def dst(self, _moment: datetime | None, /) -> timedelta | None:
        return None

    def tzname(self, _moment: datetime | None, /) -> str:
        return self._name

    def fromutc(self, moment: datetime, /) -> datetime:
        return moment + self._offset(bisect_right(self._instants, moment.replace(tzinfo=None)))

    def _offset(self, passed: int) -> timedelta:
        return self._changes[passed - 1][2] if passed else self._changes[0][1]


def _defined(name: str, definition: Component, effort: Effort) -> tzinfo | None:
    """What a VTIMEZONE says, None where it says nothing that can be read."""
    changes: list[tuple[datetime, timedelta, timedelta]] = []
    try:
        for part in definition.children:
            if part.name in ("STANDARD", "DAYLIGHT"):
                changes.extend(_changes(part, effort))
    except (ValueError, KeyError, OverflowError, FieldException, SearchedTooLong):
        return None
    return FileTimeZone(name, sorted(changes)) if changes else None


def _changes(part: Component, effort: Effort) -> Iterator[tuple[datetime, timedelta, timedelta]]:
    before, after = (_offset(part, name) for name in ("TZOFFSETFROM", "TZOFFSETTO"))
    onset = part.first("DTSTART")
    if onset is None:
        raise KeyError("DTSTART")
    first = _wall_clock(onset.value)
    clocks = {first}
    for line in part.all("RDATE"):
        clocks.update(_wall_clock(one) for one in line.value.split(","))
    for line in part.all("RRULE"):
        rule = read_rule(line.value)
        until = None if rule.until is None else rule.until
        if until is not None and until.tzinfo is not None:
            until = until.astimezone(UTC).replace(tzinfo=None) + before
        for clock in islice(starts(rule, first, effort), min(rule.count or _MOST_CHANGES, _MOST_CHANGES)):
            if clock.year > _LAST_YEAR or (until is not None and clock > until):
                break
            clocks.add(clock)
    for clock in clocks:
        yield clock - before, before, after


def _offset(part: Component, name: str) -> timedelta:
    line = part.first(name)
    if line is None:
        raise KeyError(name)
    offset: timedelta = vUTCOffset.from_ical(line.value)  # type: ignore[no-untyped-call]
    if abs(offset) >= timedelta(hours=24):
        raise ValueError(name)
    return offset


def _wall_clock(text: str) -> datetime:
    moment = vDDDTypes.from_ical(text.strip())  # type: ignore[no-untyped-call]
    if not isinstance(moment, datetime):
        raise ValueError(text)
    return moment.replace(tzinfo=None)
