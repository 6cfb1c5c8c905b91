"""Whether a pattern makes sense, and with its first start makes a series (SCH-006, spec 9.2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from domain.enums import RecurrenceType
from domain.errors import FieldException
from domain.local_time import to_utc
from domain.policy import Policy
from domain.recurrence.expansion import FIRST_YEAR_TOO_LATE, expand
from domain.recurrence.fields import (
    DAY_OF_MONTH,
    DAYS_OF_WEEK,
    END_DATE,
    INTERVAL,
    OCCURRENCE_COUNT,
    RRULE,
)
from domain.recurrence.pattern import RecurrencePattern
from domain.recurrence.rule_text import MAXIMUM_INTERVAL

_INTERVALS = frozenset(RecurrenceType) - {RecurrenceType.NONE, RecurrenceType.Custom}


def ensure_pattern_valid(pattern: RecurrencePattern) -> None:
    """Reject a pattern with a field out of range, or with one that its type has no use for."""
    _ensure_in_range(pattern)
    kind = pattern.recurrence_type
    _ensure_unused(kind, INTERVAL, pattern.interval != 1, _INTERVALS)
    _ensure_unused(kind, DAYS_OF_WEEK, bool(pattern.days_of_week), {RecurrenceType.Weekly})
    _ensure_unused(kind, DAY_OF_MONTH, pattern.day_of_month is not None, {RecurrenceType.Monthly})
    _ensure_unused(kind, RRULE, pattern.rrule is not None, {RecurrenceType.Custom})
    repeating = frozenset(RecurrenceType) - {RecurrenceType.NONE}
    _ensure_unused(kind, END_DATE, pattern.end_date is not None, repeating)
    _ensure_unused(kind, OCCURRENCE_COUNT, pattern.occurrence_count is not None, repeating)


def ensure_series(
    pattern: RecurrencePattern, first: datetime, duration: timedelta, zone: ZoneInfo, policy: Policy
) -> tuple[datetime, ...]:
    """The naive starts of a series; reject one that does not begin at its first start or overlaps itself.

    first: naive wall clock in the zone.
    duration: of each occurrence.
    """
    ensure_pattern_valid(pattern)
    found = expand(pattern, first, zone, limit=policy.maximum_occurrences)
    if not found:
        raise FieldException(
            RRULE if pattern.end_date is None else END_DATE, "The series ends before its first occurrence"
        )
    if found[0] != first:
        raise FieldException(
            "startDateTime",
            f"Does not follow the recurrence: its first occurrence would start {_shown(found[0])}",
        )
    _ensure_apart(found, duration, zone)
    return found


def _ensure_in_range(pattern: RecurrencePattern) -> None:
    if not 1 <= pattern.interval <= MAXIMUM_INTERVAL:
        raise FieldException(INTERVAL, f"Must be from 1 to {MAXIMUM_INTERVAL}")
    if pattern.day_of_month is not None and not 1 <= pattern.day_of_month <= 31:
        raise FieldException(DAY_OF_MONTH, "Must be from 1 to 31")
    if pattern.occurrence_count is not None and pattern.occurrence_count < 1:
        raise FieldException(OCCURRENCE_COUNT, "Must be at least 1")
    if pattern.end_date is not None and pattern.end_date.year >= FIRST_YEAR_TOO_LATE:
        raise FieldException(END_DATE, f"Must be before the year {FIRST_YEAR_TOO_LATE}")


def _ensure_unused(
    kind: RecurrenceType, field: str, is_given: bool, kinds: set[RecurrenceType] | frozenset[RecurrenceType]
) -> None:
    if is_given and kind not in kinds:
        name = "None" if kind is RecurrenceType.NONE else kind.name
        raise FieldException(field, f"Has no meaning for a recurrence of type {name}")


def _ensure_apart(found: tuple[datetime, ...], duration: timedelta, zone: ZoneInfo) -> None:
    for one, following in pairwise(found):
        if to_utc(following, zone) - to_utc(one, zone) < duration:
            raise FieldException(
                "endDateTime",
                f"Occurrences overlap: the one that starts {_shown(one)} lasts beyond the start of the next,"
                f" {_shown(following)}",
            )


def _shown(start: datetime) -> str:
    return start.isoformat(timespec="minutes")
