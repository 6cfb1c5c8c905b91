"""A pattern as a rule of RFC 5545."""

from __future__ import annotations

from dataclasses import replace

from domain.enums import RecurrenceType
from domain.errors import FieldException
from domain.recurrence.fields import END_DATE, OCCURRENCE_COUNT, RRULE
from domain.recurrence.pattern import RecurrencePattern
from domain.recurrence.rule import Frequency, RecurrenceRule, RuleDay
from domain.recurrence.rule_text import read_rule

_FREQUENCIES = {
    RecurrenceType.Daily: Frequency.DAILY,
    RecurrenceType.Weekly: Frequency.WEEKLY,
    RecurrenceType.Monthly: Frequency.MONTHLY,
    RecurrenceType.Yearly: Frequency.YEARLY,
}


def rule_of(pattern: RecurrencePattern) -> RecurrenceRule:
    """The rule that says what the pattern says; None is a rule with one occurrence.

    Raises FieldException for a Custom pattern without a readable rule, and for two ends.
    """
    if pattern.recurrence_type is RecurrenceType.NONE:
        return RecurrenceRule(Frequency.DAILY, count=1)
    if pattern.recurrence_type is RecurrenceType.Custom:
        return _ended(_custom(pattern), pattern)
    rule = RecurrenceRule(
        _FREQUENCIES[pattern.recurrence_type],
        interval=pattern.interval,
        by_month_day=() if pattern.day_of_month is None else (pattern.day_of_month,),
        by_day=tuple(RuleDay(day) for day in sorted(set(pattern.days_of_week))),
    )
    return _ended(rule, pattern)


def _custom(pattern: RecurrencePattern) -> RecurrenceRule:
    if pattern.rrule is None:
        raise FieldException(RRULE, "A custom recurrence needs a rule such as FREQ=MONTHLY;BYDAY=-1FR")
    return read_rule(pattern.rrule)


def _ended(rule: RecurrenceRule, pattern: RecurrencePattern) -> RecurrenceRule:
    if pattern.occurrence_count is not None and pattern.end_date is not None:
        raise FieldException(END_DATE, "Give either endDate or occurrenceCount, not both")
    ends_itself = rule.count is not None or rule.until is not None
    if ends_itself and pattern.occurrence_count is not None:
        raise FieldException(OCCURRENCE_COUNT, "The rule says itself where it ends")
    if ends_itself and pattern.end_date is not None:
        raise FieldException(END_DATE, "The rule says itself where it ends")
    if ends_itself:
        return rule
    return replace(rule, count=pattern.occurrence_count, until=pattern.end_date)
