"""Patterns in words, and as the RRULE of a file."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.enums import DayOfWeek, RecurrenceType
from domain.recurrence.describe import describe
from domain.recurrence.pattern import RecurrencePattern
from domain.recurrence.to_rrule import to_rrule

NEW_YORK = ZoneInfo("America/New_York")
END = datetime(2027, 1, 1, 4, 59, 59, tzinfo=UTC)
N, D, W, M, Y, C = RecurrenceType
MONDAY_WEDNESDAY = (DayOfWeek.Wednesday, DayOfWeek.Monday)


def rule(text: str) -> RecurrencePattern:
    return RecurrencePattern(C, rrule=text)


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        (RecurrencePattern(N), "Once"),
        (RecurrencePattern(D), "Daily"),
        (RecurrencePattern(D, 2, occurrence_count=1), "Every 2 days, once"),
        (
            RecurrencePattern(W, days_of_week=MONDAY_WEDNESDAY, end_date=END),
            "Weekly on Monday and Wednesday until 31 December 2026",
        ),
        (
            RecurrencePattern(W, 3, (DayOfWeek.Sunday, *MONDAY_WEDNESDAY), occurrence_count=10),
            "Every 3 weeks on Monday, Wednesday and Sunday, 10 times",
        ),
        (RecurrencePattern(M, day_of_month=31), "Monthly on day 31"),
        (RecurrencePattern(Y), "Yearly"),
        (rule("FREQ=MONTHLY;BYDAY=-1FR"), "Monthly on the last Friday"),
        (rule("FREQ=MONTHLY;BYDAY=2TU,-2TU"), "Monthly on the second to last Tuesday and the second Tuesday"),
        (rule("FREQ=MONTHLY;BYMONTHDAY=-1,-3"), "Monthly on day 3 from the end and the last day"),
        (rule("FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU"), "Yearly on the last Sunday in March and October"),
        (rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"), "Yearly on day 29 in February"),
        (rule("FREQ=DAILY;UNTIL=20261231"), "Daily until 31 December 2026"),
        (rule("FREQ=HOURLY;COUNT=3"), "By the rule FREQ=HOURLY, 3 times"),
        (rule("FREQ=DAILY;BYHOUR=9,10"), "By the rule FREQ=DAILY;BYHOUR=9,10"),
        (rule("FREQ=DAILY;BYMINUTE=9"), "By the rule FREQ=DAILY;BYMINUTE=9"),
        (rule("FREQ=DAILY;BYSECOND=9"), "By the rule FREQ=DAILY;BYSECOND=9"),
        (rule("FREQ=YEARLY;BYDAY=20MO"), "By the rule FREQ=YEARLY;BYDAY=20MO"),
        (rule("FREQ=YEARLY;BYDAY=2MO"), "By the rule FREQ=YEARLY;BYDAY=2MO"),
        (rule("FREQ=YEARLY;BYMONTHDAY=2"), "By the rule FREQ=YEARLY;BYMONTHDAY=2"),
        (rule("FREQ=YEARLY;BYWEEKNO=2"), "By the rule FREQ=YEARLY;BYWEEKNO=2"),
        (rule("FREQ=YEARLY;BYYEARDAY=2"), "By the rule FREQ=YEARLY;BYYEARDAY=2"),
        (rule("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13"), "By the rule FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR"),
        (rule("FREQ=MONTHLY;BYDAY=FR;BYSETPOS=2"), "By the rule FREQ=MONTHLY;BYSETPOS=2;BYDAY=FR"),
    ],
)
def test_sentences(pattern: RecurrencePattern, sentence: str) -> None:
    assert describe(pattern, NEW_YORK) == sentence


def test_without_a_zone_the_end_is_the_date_it_was_written_as() -> None:
    assert describe(RecurrencePattern(D, end_date=END)) == "Daily until 1 January 2027"


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (RecurrencePattern(N), "FREQ=DAILY;COUNT=1"),
        (RecurrencePattern(D, 2), "FREQ=DAILY;INTERVAL=2"),
        (RecurrencePattern(W, days_of_week=MONDAY_WEDNESDAY), "FREQ=WEEKLY;BYDAY=MO,WE"),
        (RecurrencePattern(W, occurrence_count=3), "FREQ=WEEKLY;COUNT=3"),
        (RecurrencePattern(M, occurrence_count=3), "FREQ=MONTHLY;BYMONTHDAY=29;COUNT=3"),
        (RecurrencePattern(M, day_of_month=15), "FREQ=MONTHLY;BYMONTHDAY=15"),
        (
            RecurrencePattern(Y, 4, end_date=END),
            "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29;UNTIL=20270101T045959Z",
        ),
        # UNTIL is UTC whatever the text said; a date alone is the end of that day in the zone.
        (rule("FREQ=DAILY;UNTIL=20261231"), "FREQ=DAILY;UNTIL=20270101T045959Z"),
        (rule("FREQ=DAILY;UNTIL=20260701T120000"), "FREQ=DAILY;UNTIL=20260701T160000Z"),
        (rule("freq=yearly;bymonth=3;byday=-1su"), "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"),
        (
            RecurrencePattern(C, rrule="FREQ=MONTHLY;BYDAY=-1FR", occurrence_count=2),
            "FREQ=MONTHLY;BYDAY=-1FR;COUNT=2",
        ),
    ],
)
def test_rrules(pattern: RecurrencePattern, text: str) -> None:
    assert to_rrule(pattern, NEW_YORK, datetime.fromisoformat("2024-02-29T19:00")) == text
