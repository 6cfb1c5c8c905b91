"""Which VEVENT of an iCalendar file an occurrence is described by (RECURRENCE-ID)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from api.imports.ical_event import IcalEvent, IcalTime


@dataclass(frozen=True, slots=True)
class Described:
    """What describes an occurrence, and when it takes place. is_own: by an override, not the series."""

    event: IcalEvent
    start: IcalTime
    is_own: bool


class Overrides:
    """The overrides of one series, by the instants of the original starts that they are for."""

    def __init__(self, series: IcalEvent, overrides: Iterable[IcalEvent]) -> None:
        self._series = series
        self._single: dict[datetime, IcalEvent] = {}
        self._following: list[tuple[datetime, IcalEvent]] = []
        for override in sorted(overrides, key=lambda one: one.sequence):
            assert override.recurrence_id is not None
            original = override.recurrence_id.on_the_clock_of(series.start)
            if override.recurrence_id.is_date and not series.start.is_date:
                original = datetime.combine(original.date(), series.start.wall_clock.time())
            if override.is_for_all_that_follow:
                self._following.append((original, override))
            else:
                time = override.recurrence_id
                self._single[series.start.at(original).instant if time.is_date else time.instant] = override
        self._following.sort(key=lambda one: one[0])

    def describing(self, original: datetime) -> Described:
        """What describes the occurrence with this original start, on the series' clock."""
        own = self._single.get(self._series.start.at(original).instant)
        if own is not None:
            return Described(own, own.start, is_own=True)
        since = [one for one in self._following if one[0] <= original]
        if since:
            return self._shifted(original, *since[-1])
        return Described(self._series, replace(self._series.start, wall_clock=original), is_own=False)

    def _shifted(self, original: datetime, since: datetime, override: IcalEvent) -> Described:
        clock = override.start
        by_rule = replace(self._series.start, wall_clock=original).on_the_clock_of(clock)
        its_own = replace(self._series.start, wall_clock=since).on_the_clock_of(clock)
        start = replace(clock, wall_clock=by_rule + (clock.wall_clock - its_own))
        return Described(override, start, is_own=True)
