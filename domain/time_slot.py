"""Half-open ranges of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class TimeSlot:
    """A half-open range `[start, end)` of aware UTC datetimes; back-to-back slots do not overlap.

    Raises ValueError for a naive datetime. An end at or before the start is kept: that is for SCH-001 to say.
    """

    start_date_time: datetime
    end_date_time: datetime

    def __post_init__(self) -> None:
        for name in ("start_date_time", "end_date_time"):
            value: datetime = getattr(self, name)
            if value.tzinfo is None:
                raise ValueError(f"{name} has no time zone: {value.isoformat()}")
            if value.tzinfo is not UTC:
                object.__setattr__(self, name, value.astimezone(UTC))

    @property
    def duration(self) -> timedelta:
        return self.end_date_time - self.start_date_time

    def overlaps(self, other: TimeSlot) -> bool:
        """Whether both share an instant."""
        return self.start_date_time < other.end_date_time and other.start_date_time < self.end_date_time

    def contains(self, other: TimeSlot) -> bool:
        """Whether every instant of the other lies in this one."""
        return self.start_date_time <= other.start_date_time and other.end_date_time <= self.end_date_time

    def widened(self, before: timedelta, after: timedelta) -> TimeSlot:
        """The slot with setup before it and teardown after it, cut at the ends of the calendar's years."""
        earliest = datetime.min.replace(tzinfo=UTC)
        latest = datetime.max.replace(tzinfo=UTC)
        start = self.start_date_time - before if self.start_date_time - earliest >= before else earliest
        end = self.end_date_time + after if latest - self.end_date_time >= after else latest
        return TimeSlot(start, end)

    def intersection(self, other: TimeSlot) -> TimeSlot | None:
        """The instants both share, or None."""
        if not self.overlaps(other):
            return None
        return TimeSlot(
            max(self.start_date_time, other.start_date_time), min(self.end_date_time, other.end_date_time)
        )


def merged(slots: Iterable[TimeSlot]) -> list[TimeSlot]:
    """The same instants as sorted, disjoint, non-touching slots."""
    result: list[TimeSlot] = []
    for slot in sorted(slots):
        if result and slot.start_date_time <= result[-1].end_date_time:
            end = max(result[-1].end_date_time, slot.end_date_time)
            result[-1] = TimeSlot(result[-1].start_date_time, end)
        else:
            result.append(slot)
    return result


def as_text(instant: datetime) -> str:
    """The instant as sentences and JSON have it: `2030-06-03T01:00:00Z`."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
