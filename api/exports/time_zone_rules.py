"""VTIMEZONE components: what an iCalendar file says of each zone it names (RFC 5545, 3.6.5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from domain.time_slot import TimeSlot

_STEP = timedelta(days=1)
_MARGIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Offset:
    """What a zone's clocks show at an instant."""

    ahead: timedelta
    name: str
    is_daylight: bool

    @classmethod
    def at(cls, instant: datetime, zone: ZoneInfo) -> _Offset:
        local = instant.astimezone(zone)
        ahead, name = local.utcoffset(), local.tzname()
        assert ahead is not None
        assert name is not None
        return cls(ahead, name, bool(local.dst()))


def time_zone_component(name: str, window: TimeSlot) -> Timezone:
    """The zone's rules for the window, each change of its clocks written out."""
    zone = ZoneInfo(name)
    start = (window.start_date_time - _MARGIN).replace(hour=0, minute=0, second=0, microsecond=0)
    component = Timezone()
    component.add("tzid", name)
    first = _Offset.at(start, zone)
    _add(component, first, first, [_wall_clock(start, first)])
    changes: dict[tuple[_Offset, _Offset], list[datetime]] = {}
    for instant, before, after in _changes(zone, start, window.end_date_time + _MARGIN):
        # An onset is written as the clocks showed it before they changed.
        changes.setdefault((before, after), []).append(_wall_clock(instant, before))
    for (before, after), onsets in changes.items():
        _add(component, before, after, onsets)
    return component


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, _Offset, _Offset]]:
    instant, before = start, _Offset.at(start, zone)
    while instant < end:
        following = instant + _STEP
        after = _Offset.at(following, zone)
        if after != before:
            yield _first_with(after, zone, instant, following), before, after
        instant, before = following, after


def _first_with(offset: _Offset, zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The second within (low, high] at which the zone takes on what it has at `high`."""
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        low, high = (low, middle) if _Offset.at(middle, zone) == offset else (middle, high)
    return high


def _wall_clock(instant: datetime, offset: _Offset) -> datetime:
    return (instant.astimezone(UTC) + offset.ahead).replace(tzinfo=None)


def _add(component: Timezone, before: _Offset, after: _Offset, onsets: list[datetime]) -> None:
    change = TimezoneDaylight() if after.is_daylight else TimezoneStandard()
    change.add("dtstart", onsets[0])
    if onsets[1:]:
        change.add("rdate", onsets[1:])
    change.add("tzoffsetfrom", before.ahead)
    change.add("tzoffsetto", after.ahead)
    change.add("tzname", after.name)
    component.add_component(change)
