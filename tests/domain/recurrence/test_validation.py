"""What a pattern may say, and with which first start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.enums import DayOfWeek, RecurrenceType
from domain.errors import FieldException
from domain.policy import Policy
from domain.recurrence.pattern import RecurrencePattern
from domain.recurrence.validation import ensure_pattern_valid, ensure_series

BRUSSELS = ZoneInfo("Europe/Brussels")
END = datetime(2026, 12, 31, tzinfo=UTC)
HOUR = timedelta(hours=1)
N, D, W, M, Y, C = RecurrenceType


@pytest.mark.parametrize(
    ("pattern", "field", "message"),
    [
        (RecurrencePattern(D, 0), "interval", "Must be from 1 to 9999"),
        (RecurrencePattern(D, 10_000), "interval", "Must be from 1 to 9999"),
        (RecurrencePattern(M, day_of_month=0), "dayOfMonth", "Must be from 1 to 31"),
        (RecurrencePattern(M, day_of_month=32), "dayOfMonth", "Must be from 1 to 31"),
        (RecurrencePattern(D, occurrence_count=0), "occurrenceCount", "Must be at least 1"),
        (
            RecurrencePattern(D, end_date=datetime(3000, 1, 1, tzinfo=UTC)),
            "endDate",
            "Must be before the year 3000",
        ),
        (RecurrencePattern(N, 2), "interval", "Has no meaning for a recurrence of type None"),
        (RecurrencePattern(N, end_date=END), "endDate", "Has no meaning for a recurrence of type None"),
        (
            RecurrencePattern(N, occurrence_count=1),
            "occurrenceCount",
            "Has no meaning for a recurrence of type None",
        ),
        (
            RecurrencePattern(D, days_of_week=(DayOfWeek.Monday,)),
            "daysOfWeek",
            "Has no meaning for a recurrence of type Daily",
        ),
        (
            RecurrencePattern(W, day_of_month=1),
            "dayOfMonth",
            "Has no meaning for a recurrence of type Weekly",
        ),
        (
            RecurrencePattern(Y, day_of_month=1),
            "dayOfMonth",
            "Has no meaning for a recurrence of type Yearly",
        ),
        (
            RecurrencePattern(M, rrule="FREQ=DAILY"),
            "rrule",
            "Has no meaning for a recurrence of type Monthly",
        ),
        (
            RecurrencePattern(C, 2, rrule="FREQ=DAILY"),
            "interval",
            "Has no meaning for a recurrence of type Custom",
        ),
    ],
)
def test_a_field_out_of_range_or_out_of_place(pattern: RecurrencePattern, field: str, message: str) -> None:
    with pytest.raises(FieldException) as refused:
        ensure_pattern_valid(pattern)
    assert refused.value.errors == {f"recurrencePattern.{field}": [message]}


@pytest.mark.parametrize(
    ("pattern", "field", "message"),
    [
        (
            RecurrencePattern(D, end_date=END, occurrence_count=2),
            "endDate",
            "Give either endDate or occurrenceCount, not both",
        ),
        (RecurrencePattern(C), "rrule", "A custom recurrence needs a rule such as FREQ=MONTHLY;BYDAY=-1FR"),
        (
            RecurrencePattern(C, rrule="FREQ=DAILY;COUNT=2", occurrence_count=2),
            "occurrenceCount",
            "The rule says itself where it ends",
        ),
        (
            RecurrencePattern(C, rrule="FREQ=DAILY;UNTIL=20270101", end_date=END),
            "endDate",
            "The rule says itself where it ends",
        ),
        (
            RecurrencePattern(D, end_date=datetime(2026, 3, 2, 7, 59, tzinfo=UTC)),
            "endDate",
            "The series ends before its first occurrence",
        ),
        (
            RecurrencePattern(C, rrule="FREQ=DAILY;UNTIL=20260301"),
            "rrule",
            "The series ends before its first occurrence",
        ),
    ],
)
def test_a_series_that_cannot_be(pattern: RecurrencePattern, field: str, message: str) -> None:
    with pytest.raises(FieldException) as refused:
        ensure_series(pattern, datetime.fromisoformat("2026-03-02T09:00"), HOUR, BRUSSELS, Policy())
    assert refused.value.errors == {f"recurrencePattern.{field}": [message]}


@pytest.mark.parametrize(
    ("pattern", "first_match"),
    [
        (RecurrencePattern(W, days_of_week=(DayOfWeek.Wednesday, DayOfWeek.Sunday)), "2026-03-04T09:00"),
        (RecurrencePattern(M, day_of_month=1), "2026-04-01T09:00"),
        (RecurrencePattern(C, rrule="FREQ=MONTHLY;BYDAY=-1FR"), "2026-03-27T09:00"),
        (RecurrencePattern(C, rrule="FREQ=DAILY;BYHOUR=10"), "2026-03-02T10:00"),
    ],
)
def test_the_first_start_must_follow_the_pattern(pattern: RecurrencePattern, first_match: str) -> None:
    with pytest.raises(FieldException) as refused:
        ensure_series(pattern, datetime.fromisoformat("2026-03-02T09:00"), HOUR, BRUSSELS, Policy())
    assert refused.value.errors == {
        "startDateTime": [f"Does not follow the recurrence: its first occurrence would start {first_match}"]
    }


def test_occurrences_must_not_overlap_each_other() -> None:
    # On 29 March Brussels' day has 23 hours.
    first = datetime.fromisoformat("2026-03-27T09:00")
    pattern = RecurrencePattern(D, occurrence_count=4)
    assert len(ensure_series(pattern, first, timedelta(hours=23), BRUSSELS, Policy())) == 4
    with pytest.raises(FieldException) as refused:
        ensure_series(pattern, first, timedelta(hours=23, seconds=1), BRUSSELS, Policy())
    assert refused.value.errors == {
        "endDateTime": [
            (
                "Occurrences overlap: the one that starts 2026-03-28T09:00 lasts beyond"
                " the start of the next, 2026-03-29T09:00"
            )
        ]
    }


def test_a_valid_series_is_its_starts() -> None:
    pattern = RecurrencePattern(C, rrule="FREQ=MONTHLY;BYDAY=-1FR", occurrence_count=2)
    first = datetime.fromisoformat("2026-03-27T09:00")
    found = ensure_series(pattern, first, HOUR, BRUSSELS, Policy())
    assert found == (first, datetime.fromisoformat("2026-04-24T09:00"))
    once = ensure_series(RecurrencePattern(N), first, HOUR, BRUSSELS, Policy())
    assert once == (first,)


def test_the_policy_says_how_many() -> None:
    first = datetime.fromisoformat("2026-03-27T09:00")
    policy = Policy(maximum_occurrences=3)
    assert len(ensure_series(RecurrencePattern(D), first, HOUR, BRUSSELS, policy)) == 3
    with pytest.raises(FieldException) as refused:
        ensure_series(RecurrencePattern(D, occurrence_count=4), first, HOUR, BRUSSELS, policy)
    assert refused.value.errors == {
        "recurrencePattern.occurrenceCount": ["Recurring events cannot exceed 3 occurrences"]
    }
