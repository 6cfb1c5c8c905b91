"""A recurrence rule of RFC 5545 as a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from domain.enums import DayOfWeek


class Frequency(StrEnum):
    """The unit a rule counts in."""

    YEARLY = "YEARLY"
    MONTHLY = "MONTHLY"
    WEEKLY = "WEEKLY"
    DAILY = "DAILY"
    HOURLY = "HOURLY"
    MINUTELY = "MINUTELY"
    SECONDLY = "SECONDLY"


DAY_CODES = {
    "SU": DayOfWeek.Sunday,
    "MO": DayOfWeek.Monday,
    "TU": DayOfWeek.Tuesday,
    "WE": DayOfWeek.Wednesday,
    "TH": DayOfWeek.Thursday,
    "FR": DayOfWeek.Friday,
    "SA": DayOfWeek.Saturday,
}
CODES_BY_DAY = {day: code for code, day in DAY_CODES.items()}


@dataclass(frozen=True, slots=True, order=True)
class RuleDay:
    """A day of the week, or the nth (from the end if negative) of the month or year; 0 means each."""

    day: DayOfWeek
    nth: int = 0

    def __str__(self) -> str:
        return f"{self.nth or ''}{CODES_BY_DAY[self.day]}"


@dataclass(frozen=True, slots=True)
class RecurrenceRule:
    """What an RRULE says, in range but not yet measured against a first start.

    until: the last moment at which an occurrence may start: aware, or naive for the series' own wall clock.
    """

    frequency: Frequency
    interval: int = 1
    by_month: tuple[int, ...] = ()
    by_week_number: tuple[int, ...] = ()
    by_year_day: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_day: tuple[RuleDay, ...] = ()
    by_hour: tuple[int, ...] = ()
    by_minute: tuple[int, ...] = ()
    by_second: tuple[int, ...] = ()
    by_set_position: tuple[int, ...] = ()
    week_start: DayOfWeek = DayOfWeek.Monday
    count: int | None = None
    until: datetime | None = None

    def __str__(self) -> str:
        """The value of an RRULE property; without what RFC 5545 takes for granted."""
        parts = [f"FREQ={self.frequency}"]
        if self.interval != 1:
            parts.append(f"INTERVAL={self.interval}")
        for name, field in NUMBERS.items():
            parts.extend(_listed(name, getattr(self, field)))
        parts.extend(_listed("BYDAY", self.by_day))
        if self.week_start != DayOfWeek.Monday:
            parts.append(f"WKST={CODES_BY_DAY[self.week_start]}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        if self.until is not None:
            parts.append(f"UNTIL={_moment(self.until)}")
        return ";".join(parts)


NUMBERS = {
    "BYMONTH": "by_month",
    "BYWEEKNO": "by_week_number",
    "BYYEARDAY": "by_year_day",
    "BYMONTHDAY": "by_month_day",
    "BYHOUR": "by_hour",
    "BYMINUTE": "by_minute",
    "BYSECOND": "by_second",
    "BYSETPOS": "by_set_position",
}
"""The parts of a rule that are lists of numbers, and the fields that hold them."""


def _listed(name: str, values: tuple[object, ...]) -> list[str]:
    return [f"{name}={','.join(str(value) for value in values)}"] if values else []


def _moment(until: datetime) -> str:
    if until.tzinfo is None:
        return f"{until:%Y%m%dT%H%M%S}"
    return f"{until.astimezone(UTC):%Y%m%dT%H%M%SZ}"
