"""A pattern in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.enums import DayOfWeek, RecurrenceType
from domain.recurrence.pattern import RecurrencePattern
from domain.recurrence.rule import Frequency, RecurrenceRule, RuleDay
from domain.recurrence.rule_of import rule_of

_ADVERBS = {
    Frequency.YEARLY: ("Yearly", "years"),
    Frequency.MONTHLY: ("Monthly", "months"),
    Frequency.WEEKLY: ("Weekly", "weeks"),
    Frequency.DAILY: ("Daily", "days"),
}
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth"}


def describe(pattern: RecurrencePattern, zone: ZoneInfo | None = None) -> str:
    """What the pattern says, such as "Weekly on Monday and Wednesday until 31 December 2026".

    zone: the series' own, in which its end is a date; without it the end is the date it was written as.
    """
    if pattern.recurrence_type is RecurrenceType.NONE:
        return "Once"
    rule = rule_of(pattern)
    return _repetition(rule) + _end(rule, zone)


def _repetition(rule: RecurrenceRule) -> str:
    if not _is_plain(rule):
        return f"By the rule {_without_end(rule)}"
    adverb, units = _ADVERBS[rule.frequency]
    words = adverb if rule.interval == 1 else f"Every {rule.interval} {units}"
    if rule.by_day:
        # RFC 5545 orders a week from its first day; people here read it from Monday.
        days = sorted(rule.by_day, key=lambda one: ((one.day - DayOfWeek.Monday) % 7, one.nth))
        words += f" on {_joined([_day(one) for one in days])}"
    if rule.by_month_day:
        words += f" on {_joined([_day_of_month(day) for day in rule.by_month_day])}"
    if rule.by_month:
        words += f" in {_joined([_MONTHS[month - 1] for month in rule.by_month])}"
    return words


def _is_plain(rule: RecurrenceRule) -> bool:
    """Whether words for days and months say all of it."""
    unsayable = (
        rule.by_week_number,
        rule.by_year_day,
        rule.by_hour,
        rule.by_minute,
        rule.by_second,
        rule.by_set_position,
        rule.by_day and rule.by_month_day,
        [one for one in rule.by_day if abs(one.nth) > 5],
        [one for one in rule.by_day if one.nth and rule.frequency is Frequency.YEARLY and not rule.by_month],
        rule.by_month_day and rule.frequency is Frequency.YEARLY and not rule.by_month,
    )
    return rule.frequency in _ADVERBS and not any(unsayable)


def _without_end(rule: RecurrenceRule) -> str:
    return ";".join(part for part in str(rule).split(";") if not part.startswith(("COUNT=", "UNTIL=")))


def _end(rule: RecurrenceRule, zone: ZoneInfo | None) -> str:
    if rule.count is not None:
        return ", once" if rule.count == 1 else f", {rule.count} times"
    if rule.until is not None:
        return f" until {_date(rule.until, zone)}"
    return ""


def _date(until: datetime, zone: ZoneInfo | None) -> str:
    local = until if zone is None or until.tzinfo is None else until.astimezone(zone)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def _day(one: RuleDay) -> str:
    if not one.nth:
        return one.day.name
    return f"the {_ordinal(one.nth)} {one.day.name}"


def _ordinal(nth: int) -> str:
    if nth > 0:
        return _ORDINALS[nth]
    return "last" if nth == -1 else f"{_ORDINALS[-nth]} to last"


def _day_of_month(day: int) -> str:
    if day < 0:
        return "the last day" if day == -1 else f"day {-day} from the end"
    return f"day {day}"


def _joined(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
