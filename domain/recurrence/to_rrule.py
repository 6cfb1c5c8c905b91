"""A pattern as the RRULE of an iCalendar file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from domain.local_time import to_utc
from domain.recurrence.pattern import RecurrencePattern
from domain.recurrence.rule import RecurrenceRule
from domain.recurrence.rule_of import rule_of


def to_rrule(pattern: RecurrencePattern, zone: ZoneInfo, first: datetime) -> str:
    """The value of the RRULE property for a DTSTART at the first start; UNTIL is in UTC, as RFC 5545 asks.

    first: naive wall clock in the zone.
    """
    rule = rule_of(pattern)
    if rule.until is not None:
        rule = replace(rule, until=_in_utc(rule.until, zone))
    return str(_spelt_out(rule, first))


def _in_utc(until: datetime, zone: ZoneInfo) -> datetime:
    return to_utc(until, zone) if until.tzinfo is None else until.astimezone(UTC)


def _spelt_out(rule: RecurrenceRule, first: datetime) -> RecurrenceRule:
    """Some readers take a yearly 29 February for 1 March: said in full there is no doubt."""
    spelt = rule == RecurrenceRule(rule.frequency, rule.interval, count=rule.count, until=rule.until)
    if spelt and rule.frequency == "YEARLY":
        return replace(rule, by_month=(first.month,), by_month_day=(first.day,))
    if spelt and rule.frequency == "MONTHLY":
        return replace(rule, by_month_day=(first.day,))
    return rule
