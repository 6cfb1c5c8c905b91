"""From a pattern and a first start to every occurrence (DESIGN 4.1, 4.2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

from domain.enums import RecurrenceType
from domain.errors import FieldException
from domain.local_time import to_utc
from domain.recurrence.effort import Effort
from domain.recurrence.fields import END_DATE, INTERVAL, OCCURRENCE_COUNT, RRULE
from domain.recurrence.pattern import RecurrencePattern
from domain.recurrence.rrule import SearchedTooLong, starts
from domain.recurrence.rule import RecurrenceRule
from domain.recurrence.rule_of import rule_of
from domain.rules.recurrence import ensure_occurrences_allowed
from domain.time_slot import TimeSlot

FIRST_YEAR_TOO_LATE = 3000
"""No booking starts in or after this year (see the decision on dates)."""


def expand(
    pattern: RecurrencePattern,
    first: datetime,
    zone: tzinfo,
    *,
    limit: int = 365,
    effort: Effort | None = None,
) -> tuple[datetime, ...]:
    """Every start of the series as the wall clock shows it, in order; they identify the occurrences.

    first: naive wall clock. It counts only if the pattern matches it.
    limit: `Policy.maximum_occurrences`; how many a series without an end has, if the calendar has them.
    effort: what this and other expansions may cost together, if there is a limit to it.
    Raises FieldException where the pattern asks for more than the limit (SCH-006), has no readable rule, or
    matches so rarely, or so late, that its occurrences are not found.
    """
    rule = rule_of(pattern)
    if rule.count is not None:
        ensure_occurrences_allowed(rule.count, limit, _count_field(pattern))
    found: list[datetime] = []
    asked = limit if rule.count is None else rule.count
    try:
        for start in _distinct(starts(rule, first, effort), zone):
            if _is_past(start, rule, zone):
                return tuple(found)
            if start.year >= FIRST_YEAR_TOO_LATE:
                break
            if len(found) == asked:
                ensure_occurrences_allowed(asked + 1, asked, _until_field(pattern))
            found.append(start)
            if len(found) == asked and rule.until is None:
                return tuple(found)
    except (SearchedTooLong, ValueError):
        raise _too_rare(pattern, len(found)) from None
    if not found or rule.count is not None:
        raise _too_rare(pattern, len(found))
    return tuple(found)


def occurrence_slot(start_wall_clock: datetime, duration: timedelta, zone: tzinfo) -> TimeSlot:
    """The instants of an occurrence: its exact duration, from a start moved forward if the clocks skip it."""
    start = to_utc(start_wall_clock, zone)
    return TimeSlot(start, start + duration)


def _distinct(found: Iterator[datetime], zone: tzinfo) -> Iterator[datetime]:
    """Without those that the clocks make fall on an earlier one: 02:30, if skipped, is 03:30 already."""
    last: datetime | None = None
    for start in found:
        instant = to_utc(start, zone)
        if last is None or instant > last:
            yield start
            last = instant


def _is_past(start: datetime, rule: RecurrenceRule, zone: tzinfo) -> bool:
    if rule.until is None:
        return False
    return start > rule.until if rule.until.tzinfo is None else to_utc(start, zone) > rule.until


def _too_rare(pattern: RecurrencePattern, found: int) -> FieldException:
    field = RRULE if pattern.recurrence_type is RecurrenceType.Custom else INTERVAL
    if found == 0:
        return FieldException(field, "No date matches the recurrence, or the first one is too far away")
    number = "1 occurrence" if found == 1 else f"{found} occurrences"
    return FieldException(field, f"Only {number} can be found, the next is too far away: ask for no more")


def _count_field(pattern: RecurrencePattern) -> str:
    return RRULE if pattern.occurrence_count is None else OCCURRENCE_COUNT


def _until_field(pattern: RecurrencePattern) -> str:
    return RRULE if pattern.end_date is None else END_DATE
