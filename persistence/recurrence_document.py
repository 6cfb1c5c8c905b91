"""Recurrence patterns as JSON documents."""

from __future__ import annotations

from typing import Any

from domain.enums import DayOfWeek, RecurrenceType
from domain.recurrence.pattern import RecurrencePattern
from persistence.mapping import Row, as_instant


def pattern_document(pattern: RecurrencePattern) -> dict[str, Any]:
    """What is stored of a pattern."""
    end = pattern.end_date
    return {
        "type": int(pattern.recurrence_type),
        "interval": pattern.interval,
        "days_of_week": [int(day) for day in pattern.days_of_week],
        "day_of_month": pattern.day_of_month,
        "end_date": None if end is None else end.isoformat(),
        "occurrence_count": pattern.occurrence_count,
        "rrule": pattern.rrule,
    }


def pattern_from(document: Row) -> RecurrencePattern:
    """The pattern of a stored document."""
    end = document["end_date"]
    return RecurrencePattern(
        RecurrenceType(document["type"]),
        document["interval"],
        tuple(DayOfWeek(day) for day in document["days_of_week"]),
        document["day_of_month"],
        None if end is None else as_instant(end),
        document["occurrence_count"],
        document["rrule"],
    )
