"""The recurrence library behind its port: from a rule and a first start to the starts that follow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal, SupportsIndex

from dateutil import rrule as library

from domain.enums import DayOfWeek
from domain.recurrence.effort import Effort
from domain.recurrence.rule import Frequency, RecurrenceRule, RuleDay

_FREQUENCIES: dict[Frequency, Literal[0, 1, 2, 3, 4, 5, 6]] = {
    Frequency.YEARLY: library.YEARLY,
    Frequency.MONTHLY: library.MONTHLY,
    Frequency.WEEKLY: library.WEEKLY,
    Frequency.DAILY: library.DAILY,
    Frequency.HOURLY: library.HOURLY,
    Frequency.MINUTELY: library.MINUTELY,
    Frequency.SECONDLY: library.SECONDLY,
}
_DAYS = {
    DayOfWeek.Sunday: library.SU,
    DayOfWeek.Monday: library.MO,
    DayOfWeek.Tuesday: library.TU,
    DayOfWeek.Wednesday: library.WE,
    DayOfWeek.Thursday: library.TH,
    DayOfWeek.Friday: library.FR,
    DayOfWeek.Saturday: library.SA,
}
_STEPS = {Frequency.YEARLY: 1_200, Frequency.MONTHLY: 14_400, Frequency.WEEKLY: 62_400}
"""Twelve hundred years, from any first start beyond the last date there may be."""
_MANY_STEPS = 100_000
"""Some 270 years of days, in half a second."""


class SearchedTooLong(Exception):
    """The rule matches so rarely, or never, that looking for its next start was given up."""


class _MeteredInterval(int):
    """An interval that counts how often it is stepped by.

    The library looks for a match until the year 9999, second by second if need be, and yields no step.
    The interval is all that each of its steps touches.
    """

    own: Effort
    shared: Effort

    def _step(self) -> None:
        self.own.step()
        if self.shared is not self.own:
            self.shared.step()
        if self.own.left < 0 or self.shared.left < 0:
            raise SearchedTooLong

    def __radd__(self, other: int) -> int:
        self._step()
        return int(self) + other

    def __mul__(self, other: int | SupportsIndex) -> int:
        self._step()
        return int(self) * int(other)


def starts(rule: RecurrenceRule, first: datetime, effort: Effort | None = None) -> Iterator[datetime]:
    """The naive starts that match the rule, from the first on, in order, whatever its COUNT and UNTIL say.

    effort: shared with other rules.
    Raises SearchedTooLong where they lie too far apart, and ValueError where none can be.
    """
    interval = _MeteredInterval(rule.interval)
    interval.own = Effort(_STEPS.get(rule.frequency, _MANY_STEPS))
    interval.shared = effort or interval.own
    below_seconds = timedelta(microseconds=first.microsecond)
    for start in _library_rule(rule, _origin(rule, first), interval):
        if start + below_seconds >= first:
            yield start + below_seconds


def _origin(rule: RecurrenceRule, first: datetime) -> datetime:
    """Where the library begins: positions in a week count from the week's start, not from the first start."""
    if rule.frequency is not Frequency.WEEKLY or not rule.by_set_position:
        return first
    into_the_week = timedelta(days=(first.isoweekday() - rule.week_start) % 7)
    return first - into_the_week if first - datetime.min >= into_the_week else first  # noqa: DTZ901


def _library_rule(rule: RecurrenceRule, first: datetime, interval: int) -> library.rrule:
    return library.rrule(
        _FREQUENCIES[rule.frequency],
        dtstart=first,
        interval=interval,
        wkst=_DAYS[rule.week_start],
        bymonth=rule.by_month or None,
        byweekno=rule.by_week_number or None,
        byyearday=rule.by_year_day or None,
        bymonthday=rule.by_month_day or None,
        byweekday=[_day(one) for one in _days(rule, first)] or None,
        byhour=rule.by_hour or None,
        byminute=rule.by_minute or None,
        bysecond=rule.by_second or None,
        bysetpos=rule.by_set_position or None,
    )


def _days(rule: RecurrenceRule, first: datetime) -> tuple[RuleDay, ...]:
    """The rule's days; a week number alone means the first start's day of that week, not all seven."""
    if rule.by_week_number and not (rule.by_day or rule.by_month_day or rule.by_year_day):
        return (RuleDay(DayOfWeek(first.isoweekday() % 7)),)
    return rule.by_day


def _day(one: RuleDay) -> library.weekday:
    return _DAYS[one.day](one.nth) if one.nth else _DAYS[one.day]
