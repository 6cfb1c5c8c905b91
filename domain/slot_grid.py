"""Where a slot that is looked for may start: round local times, a few days running."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.local_time import at_minute
from domain.time_slot import TimeSlot
from domain.working_hours import MINUTES_A_DAY


@dataclass(frozen=True, slots=True)
class SlotGrid:
    """The starts to look at. Every occurrence lies in the window, at one wall-clock time.

    daily_from, daily_to: local minutes of the day between which an occurrence starts and ends; an end at or
        before the start is on the day after, None is no end.
    count, every_days: how many occurrences there are, and how far apart.
    """

    window: TimeSlot
    duration: timedelta
    zone: ZoneInfo
    step_minutes: int = 30
    daily_from: int = 0
    daily_to: int | None = None
    count: int = 1
    every_days: int = 1

    @property
    def most_positions(self) -> int:
        """No more starts than this are looked at: found without looking at any."""
        days = len(self._days()) - (self.count - 1) * self.every_days
        return max(0, days) * len(self._minutes())

    def starts(self, after: datetime) -> tuple[tuple[datetime, ...], ...]:
        """By position in order of time, the starts of its occurrences; all of them later than an instant."""
        return tuple(self._starts(after))

    def _starts(self, after: datetime) -> Iterator[tuple[datetime, ...]]:
        # Every occurrence of a position is the first one of another: each is looked at once.
        days, minutes = self._days(), self._minutes()
        ends = [None if self.daily_to is None else self._latest_end(day) for day in days]
        columns = [
            [self._fitting(day, minute, end) for day, end in zip(days, ends, strict=True)]
            for minute in minutes
        ]
        reach = (self.count - 1) * self.every_days + 1
        for number in range(len(days) - reach + 1):
            for minute, column in zip(minutes, columns, strict=True):
                first = column[number]
                if first is None or first <= after or not self._exists(days[number], minute, first):
                    continue
                starts = tuple(one for one in column[number : number + reach : self.every_days] if one)
                if len(starts) == self.count:
                    yield starts

    def _days(self) -> list[date]:
        first = self.window.start_date_time.astimezone(self.zone).date()
        last = self.window.end_date_time.astimezone(self.zone).date()
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]

    def _minutes(self) -> range:
        return range(self.daily_from, self._latest_minute(), self.step_minutes)

    def _latest_minute(self) -> int:
        if self.daily_to is None:
            return MINUTES_A_DAY
        return self.daily_to if self.daily_to > self.daily_from else self.daily_to + MINUTES_A_DAY

    def _latest_end(self, day: date) -> datetime:
        return at_minute(day, self._latest_minute(), self.zone)

    def _fitting(self, day: date, minute: int, latest_end: datetime | None) -> datetime | None:
        """The start at a minute of a day, if what starts there lies in the window and the day's hours."""
        start = at_minute(day, minute, self.zone)
        end = start + self.duration
        if not self.window.contains(TimeSlot(start, end)):
            return None
        return start if latest_end is None or end <= latest_end else None

    def _exists(self, day: date, minute: int, start: datetime) -> bool:
        """Whether the wall clock shows this time at all: when it is put forward, it skips some."""
        wall_clock = datetime.combine(day, time()) + timedelta(minutes=minute)
        return start.astimezone(self.zone).replace(tzinfo=None) == wall_clock
