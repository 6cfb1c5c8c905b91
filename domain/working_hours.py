"""When a resource is open in an ordinary week."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from domain.local_time import at_minute
from domain.time_slot import TimeSlot, merged

MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Opening ranges a weekday, in minutes after local midnight, half-open.

    days: seven tuples, Monday first; each a sorted tuple of disjoint (start_minute, end_minute), 0 to 1440.
    Raises ValueError for anything else.
    """

    days: tuple[tuple[tuple[int, int], ...], ...]

    def __post_init__(self) -> None:
        if len(self.days) != 7:
            raise ValueError("working hours need seven days, Monday first")
        for ranges in self.days:
            for start, end in ranges:
                if not 0 <= start < end <= MINUTES_A_DAY:
                    raise ValueError(f"not a range within a day: {start}-{end} minutes")
            for (_, end), (start, _) in pairwise(ranges):
                if start < end:
                    raise ValueError("opening ranges of one day overlap or are out of order")

    @classmethod
    def daily(cls, start_minute: int, end_minute: int) -> WorkingHours:
        """The same single range every day."""
        return cls((((start_minute, end_minute),),) * 7)

    def open_slots(self, slot: TimeSlot, zone: ZoneInfo) -> list[TimeSlot]:
        """The merged opening slots of every local day that touches the slot, in UTC and not cut to it."""
        return merged(self._daily_slots(slot, zone))

    def admits(self, slot: TimeSlot, zone: ZoneInfo) -> bool:
        """Whether a booking may take the slot; over 24 hours only its start and its end must be inside."""
        open_slots = self.open_slots(slot, zone)
        if slot.duration <= timedelta(hours=24):
            return any(one.contains(slot) for one in open_slots)
        starts = any(one.start_date_time <= slot.start_date_time < one.end_date_time for one in open_slots)
        ends = any(one.start_date_time < slot.end_date_time <= one.end_date_time for one in open_slots)
        return starts and ends

    def _daily_slots(self, slot: TimeSlot, zone: ZoneInfo) -> Iterator[TimeSlot]:
        day = slot.start_date_time.astimezone(zone).date() - timedelta(days=1)
        last = slot.end_date_time.astimezone(zone).date() + timedelta(days=1)
        while day <= last:
            for start, end in self.days[day.weekday()]:
                opening = TimeSlot(at_minute(day, start, zone), at_minute(day, end, zone))
                if opening.start_date_time < opening.end_date_time:
                    yield opening
            day += timedelta(days=1)
