"""What a booking takes of each day it touches, by the clock on the wall."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from api.exports.plain_text import plain_title
from domain.exported_schedule import ExportedBooking
from domain.local_time import at_minute
from domain.time_slot import TimeSlot

DAY_MINUTES = 24 * 60
EN_DASH = "\u2013"


@dataclass(frozen=True, slots=True)
class DaySlice:
    """A booking's part in one day, in minutes after midnight.

    starts_before, ends_after: whether it goes beyond the day.
    place: the calendar it is on, where several stand on one page.
    """

    booking: ExportedBooking
    day: date
    start_minute: int
    end_minute: int
    starts_before: bool = False
    ends_after: bool = False
    place: str | None = None

    @property
    def is_whole_day(self) -> bool:
        return (self.start_minute, self.end_minute) == (0, DAY_MINUTES)

    @property
    def time(self) -> str:
        """From when till when, of what is in this day."""
        if self.is_whole_day:
            return "all day"
        if self.starts_before:
            return f"until {clock(self.end_minute)}"
        if self.ends_after:
            return f"from {clock(self.start_minute)}"
        return f"{clock(self.start_minute)}{EN_DASH}{clock(self.end_minute)}"

    @property
    def short_time(self) -> str:
        """When it starts, or what stands in for that."""
        if self.is_whole_day:
            return "all day"
        return f"{EN_DASH}{clock(self.end_minute)}" if self.starts_before else clock(self.start_minute)

    @property
    def title(self) -> str:
        """What it is, and where when that is not plain from the page."""
        title = plain_title(self.booking.title)
        return title if self.place is None else f"{title} \u00b7 {self.place}"


def clock(minute: int) -> str:
    """A minute of the day as the clock shows it."""
    return f"{minute // 60:02}:{minute % 60:02}"


def slices_of(
    bookings: Iterable[ExportedBooking], days: Sequence[date], zone: ZoneInfo, place: str | None = None
) -> dict[date, list[DaySlice]]:
    """The slices of each day in order of time; every day is there."""
    found: dict[date, list[DaySlice]] = {day: [] for day in days}
    bounds = [(day, at_minute(day, 0, zone), at_minute(day, DAY_MINUTES, zone)) for day in days]
    for booking in bookings:
        for day, start, end in bounds:
            shared = booking.slot.intersection(TimeSlot(start, end))
            if shared is not None:
                found[day].append(_slice(booking, day, shared, TimeSlot(start, end), zone, place))
    for slices in found.values():
        slices.sort(key=lambda one: (one.start_minute, -one.end_minute, one.title))
    return found


def _slice(
    booking: ExportedBooking, day: date, shared: TimeSlot, whole: TimeSlot, zone: ZoneInfo, place: str | None
) -> DaySlice:
    start = 0 if shared.start_date_time == whole.start_date_time else _minute(shared.start_date_time, zone)
    is_whole = shared.end_date_time == whole.end_date_time
    end = DAY_MINUTES if is_whole else _minute(shared.end_date_time, zone)
    return DaySlice(
        booking,
        day,
        start,
        max(end, start),  # when the clocks go back, it may show an earlier time at the end
        booking.slot.start_date_time < whole.start_date_time,
        booking.slot.end_date_time > whole.end_date_time,
        place,
    )


def _minute(instant: datetime, zone: ZoneInfo) -> int:
    local = instant.astimezone(zone)
    return local.hour * 60 + local.minute


def days_between(first: date, last: date) -> list[date]:
    """Every day from the first to the last."""
    return [first + timedelta(days=index) for index in range((last - first).days + 1)]
