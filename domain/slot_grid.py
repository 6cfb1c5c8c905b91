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

    def starts(self, after: datetime) -> tuple[tuple[datetime, ...], ...]:
        """By position in order of time, the starts of its occurrences; all of them later than an instant."""
        return tuple(self._starts(after))

    def _starts(self, after: datetime) -> Iterator[tuple[datetime, ...]]:
        day = self.window.start_date_time.astimezone(self.zone).date()
        last = self.window.end_date_time.astimezone(self.zone).date()
        end = self._latest_minute()
        while day <= last:
            for minute in range(self.daily_from, end, self.step_minutes):
                days = [day + timedelta(days=number * self.every_days) for number in range(self.count)]
                starts = tuple(at_minute(one, minute, self.zone) for one in days)
                inside = all(self._fits(one, start) for one, start in zip(days, starts, strict=True))
                if inside and starts[0] > after and self._exists(day, minute, starts[0]):
                    yield starts
            day += timedelta(days=1)

    def _latest_minute(self) -> int:
        if self.daily_to is None:
            return MINUTES_A_DAY
        return self._end_minute(self.daily_to)

    def _end_minute(self, daily_to: int) -> int:
        return daily_to if daily_to > self.daily_from else daily_to + MINUTES_A_DAY

    def _fits(self, day: date, start: datetime) -> bool:
        end = start + self.duration
        if not self.window.contains(TimeSlot(start, end)):
            return False
        return self.daily_to is None or end <= at_minute(day, self._end_minute(self.daily_to), self.zone)

    def _exists(self, day: date, minute: int, start: datetime) -> bool:
        """Whether the wall clock shows this time at all: when it is put forward, it skips some."""
        wall_clock = datetime.combine(day, time()) + timedelta(minutes=minute)
        return start.astimezone(self.zone).replace(tzinfo=None) == wall_clock
