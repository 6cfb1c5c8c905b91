"""What a calendar view shows: a range of local dates, and how many bookings touch each of them (spec 6.5)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from domain.enums import ViewType
from domain.local_time import at_minute
from domain.time_slot import TimeSlot

FROM_HOUR, TO_HOUR = 6, 23
"""What a daily view shows unless asked otherwise (SCH-040)."""

MONDAY = 0

MAXIMUM_DAYS = 92
"""The longest custom view: any three months fit."""


@dataclass(frozen=True, slots=True)
class CalendarWindow:
    """The range a view shows, and the local dates it is about.

    first: its first local date; days: how many there are from there on.
    slot: from where to where it shows bookings, in UTC; the day of a clock change has 23 or 25 hours.
    """

    view_type: ViewType
    first: date
    days: int
    zone: ZoneInfo
    slot: TimeSlot

    def counts(self, bookings: Iterable[TimeSlot]) -> dict[date, int]:
        """How many of the bookings touch each local date within the window, every date of the view present.

        A booking over midnight counts on both dates; one that ends at midnight, only on the first.
        """
        midnights = [at_minute(self._date(number), 0, self.zone) for number in range(self.days + 1)]
        counts = [0] * self.days
        for booking in bookings:
            shown = booking.intersection(self.slot)
            if shown is None or not shown.duration:
                continue
            first = bisect_right(midnights, shown.start_date_time) - 1
            last = bisect_left(midnights, shown.end_date_time) - 1
            for number in range(first, last + 1):
                # A date that the zone skipped has no instant for a booking to be at.
                counts[number] += midnights[number] < midnights[number + 1]
        return {self._date(number): count for number, count in enumerate(counts)}

    def _date(self, number: int) -> date:
        return self.first + timedelta(days=number)


def daily(day: date, zone: ZoneInfo, from_hour: int = FROM_HOUR, to_hour: int = TO_HOUR) -> CalendarWindow:
    """One local date between two hours of the wall clock, 24 being the next midnight (SCH-040)."""
    whole = _whole_days(day, 1, zone)
    start = max(at_minute(day, 60 * from_hour, zone), whole.start_date_time)
    end = min(at_minute(day, 60 * to_hour, zone), whole.end_date_time)
    return CalendarWindow(ViewType.Daily, day, 1, zone, TimeSlot(start, max(start, end)))


def weekly(first: date, zone: ZoneInfo) -> CalendarWindow:
    """Seven local dates."""
    return CalendarWindow(ViewType.Weekly, first, 7, zone, _whole_days(first, 7, zone))


def week_start(day: date, starts_on: int = MONDAY) -> date:
    """The first day of the week that a date is in (SCH-041). starts_on: Monday is 0."""
    return day - timedelta(days=(day.weekday() - starts_on) % 7)


def monthly(year: int, month: int, zone: ZoneInfo) -> CalendarWindow:
    """Every local date of a calendar month, and no other (SCH-042)."""
    first = date(year, month, 1)
    following = date(year + month // 12, month % 12 + 1, 1)
    days = (following - first).days
    return CalendarWindow(ViewType.Monthly, first, days, zone, _whole_days(first, days, zone))


def custom(first: date, following: date, zone: ZoneInfo) -> CalendarWindow:
    """The local dates from one up to, and without, another."""
    days = (following - first).days
    return CalendarWindow(ViewType.Custom, first, days, zone, _whole_days(first, days, zone))


def _whole_days(first: date, days: int, zone: ZoneInfo) -> TimeSlot:
    start = at_minute(first, 0, zone)
    return TimeSlot(start, at_minute(first + timedelta(days=days), 0, zone))
