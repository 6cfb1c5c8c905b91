"""The occurrences of each type of pattern, and the bounds on finding them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.enums import DayOfWeek, RecurrenceType
from domain.errors import FieldException, TooManyOccurrences
from domain.recurrence.expansion import expand, occurrence_slot
from domain.recurrence.pattern import RecurrencePattern

BRUSSELS = ZoneInfo("Europe/Brussels")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def utc(text: str) -> datetime:
    return at(text).replace(tzinfo=UTC)


def days(pattern: RecurrencePattern, first: str, *, limit: int = 365) -> list[str]:
    """The dates of the starts; their times must be the first's."""
    found = expand(pattern, at(first), BRUSSELS, limit=limit)
    assert {one.time() for one in found} <= {at(first).time()}
    return [one.date().isoformat() for one in found]


def custom(rrule: str) -> RecurrencePattern:
    return RecurrencePattern(RecurrenceType.Custom, rrule=rrule)


def errors_of(pattern: RecurrencePattern, first: str = "2026-03-01T09:00") -> dict[str, list[str]]:
    with pytest.raises(FieldException) as refused:
        expand(pattern, at(first), BRUSSELS)
    return refused.value.errors


@pytest.mark.parametrize(
    ("pattern", "first", "expected"),
    [
        (RecurrencePattern(RecurrenceType.NONE), "2026-03-02T09:00", ["2026-03-02"]),
        (
            RecurrencePattern(RecurrenceType.Daily, 3, occurrence_count=3),
            "2026-02-27T09:00",
            ["2026-02-27", "2026-03-02", "2026-03-05"],
        ),
        (
            RecurrencePattern(RecurrenceType.Weekly, occurrence_count=2),
            "2026-03-04T09:00",
            ["2026-03-04", "2026-03-11"],
        ),
        (
            RecurrencePattern(
                RecurrenceType.Weekly,
                2,
                (DayOfWeek.Sunday, DayOfWeek.Monday, DayOfWeek.Monday),
                occurrence_count=4,
            ),
            # The week begins on Monday: of the first week only Sunday is left, then one is skipped.
            "2026-03-08T09:00",
            ["2026-03-08", "2026-03-16", "2026-03-22", "2026-03-30"],
        ),
        (
            RecurrencePattern(RecurrenceType.Monthly, occurrence_count=4),
            "2026-01-31T09:00",
            ["2026-01-31", "2026-03-31", "2026-05-31", "2026-07-31"],
        ),
        (
            RecurrencePattern(RecurrenceType.Monthly, 2, day_of_month=15, occurrence_count=2),
            "2026-01-10T09:00",
            ["2026-01-15", "2026-03-15"],
        ),
        (
            RecurrencePattern(RecurrenceType.Yearly, occurrence_count=3),
            "2024-02-29T09:00",
            ["2024-02-29", "2028-02-29", "2032-02-29"],
        ),
        (
            custom("FREQ=MONTHLY;BYDAY=-1FR;COUNT=3"),
            "2026-01-30T09:00",
            ["2026-01-30", "2026-02-27", "2026-03-27"],
        ),
        (
            # Only what is left of the first week's first two days counts.
            custom("FREQ=WEEKLY;BYDAY=MO,TU,WE;BYSETPOS=1,2;COUNT=3"),
            "2026-03-03T09:00",
            ["2026-03-03", "2026-03-09", "2026-03-10"],
        ),
        # A week's number alone means the first start's day of it.
        (custom("FREQ=YEARLY;BYWEEKNO=20;COUNT=2"), "2026-05-12T09:00", ["2026-05-12", "2027-05-18"]),
        (custom("FREQ=DAILY;UNTIL=20260303"), "2026-03-02T23:30", ["2026-03-02", "2026-03-03"]),
        (custom("FREQ=DAILY;UNTIL=20260303T093000"), "2026-03-02T09:30", ["2026-03-02", "2026-03-03"]),
        (custom("FREQ=DAILY;UNTIL=20260303T092959"), "2026-03-02T09:30", ["2026-03-02"]),
        (custom("FREQ=DAILY;UNTIL=20260303T083000Z"), "2026-03-02T09:30", ["2026-03-02", "2026-03-03"]),
        (custom("FREQ=DAILY;UNTIL=20260303T082959Z"), "2026-03-02T09:30", ["2026-03-02"]),
    ],
)
def test_each_type(pattern: RecurrencePattern, first: str, expected: list[str]) -> None:
    assert days(pattern, first) == expected


def test_the_end_is_the_last_instant_at_which_an_occurrence_may_start() -> None:
    pattern = RecurrencePattern(RecurrenceType.Daily, end_date=utc("2026-03-03T08:00"))
    assert days(pattern, "2026-03-01T09:00") == ["2026-03-01", "2026-03-02", "2026-03-03"]
    assert days(pattern, "2026-03-01T09:01") == ["2026-03-01", "2026-03-02"]
    assert days(pattern, "2026-03-04T09:00") == []


def test_a_series_without_an_end_is_as_long_as_one_may_be() -> None:
    found = days(RecurrencePattern(RecurrenceType.Daily), "2026-01-01T09:00")
    assert (len(found), found[-1]) == (365, "2026-12-31")
    assert days(RecurrencePattern(RecurrenceType.Daily), "2026-01-01T09:00", limit=2) == [
        "2026-01-01",
        "2026-01-02",
    ]


def test_the_calendar_ends_before_the_year_3000() -> None:
    assert days(RecurrencePattern(RecurrenceType.Yearly, 400), "2026-01-01T09:00") == [
        "2026-01-01",
        "2426-01-01",
        "2826-01-01",
    ]
    asked = RecurrencePattern(RecurrenceType.Yearly, 400, occurrence_count=4)
    assert errors_of(asked) == {
        "recurrencePattern.interval": [
            "Only 3 occurrences can be found, the next is too far away: ask for no more"
        ]
    }
    # The library's own calendar ends in the year 9999.
    assert days(RecurrencePattern(RecurrenceType.Yearly, 9_999), "2026-01-01T09:00") == ["2026-01-01"]


@pytest.mark.parametrize(
    ("pattern", "field"),
    [
        (RecurrencePattern(RecurrenceType.Daily, occurrence_count=366), "recurrencePattern.occurrenceCount"),
        (
            RecurrencePattern(RecurrenceType.Daily, end_date=utc("2027-03-01T08:00")),
            "recurrencePattern.endDate",
        ),
        (custom("FREQ=DAILY;COUNT=366"), "recurrencePattern.rrule"),
        (custom("FREQ=DAILY;COUNT=999999999"), "recurrencePattern.rrule"),
        (custom("FREQ=DAILY;UNTIL=20270301"), "recurrencePattern.rrule"),
        (custom("FREQ=SECONDLY;UNTIL=20270301"), "recurrencePattern.rrule"),
    ],
)
def test_a_series_that_asks_for_more_than_365_is_refused(pattern: RecurrencePattern, field: str) -> None:
    with pytest.raises(TooManyOccurrences) as refused:
        expand(pattern, at("2026-03-01T09:00"), BRUSSELS)
    assert refused.value.errors == {field: ["Recurring events cannot exceed 365 occurrences"]}


def test_exactly_365_may_be_asked_for_by_count_or_by_end() -> None:
    first = "2026-03-01T09:00"
    assert len(days(RecurrencePattern(RecurrenceType.Daily, occurrence_count=365), first)) == 365
    until = RecurrencePattern(RecurrenceType.Daily, end_date=utc("2027-02-28T08:00"))
    assert len(days(until, first)) == 365


@pytest.mark.parametrize(
    "rrule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=5",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;BYSECOND=1;BYSETPOS=2",
        "FREQ=HOURLY;INTERVAL=24;BYHOUR=5",
        "FREQ=MINUTELY;INTERVAL=60;BYMINUTE=5",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;UNTIL=20270101",
    ],
)
def test_a_rule_that_never_matches_is_refused(rrule: str) -> None:
    assert errors_of(custom(rrule)) == {
        "recurrencePattern.rrule": ["No date matches the recurrence, or the first one is too far away"]
    }


def test_a_rule_that_matches_rarely_is_refused_with_what_was_found() -> None:
    asked = "FREQ=SECONDLY;INTERVAL=7;BYHOUR=3;BYMINUTE=4;BYSECOND=5"
    assert errors_of(custom(asked)) == {
        "recurrencePattern.rrule": [
            "Only 1 occurrence can be found, the next is too far away: ask for no more"
        ]
    }


def test_fractions_of_a_second_are_kept() -> None:
    first = at("2026-03-01T09:00:00.250")
    pattern = RecurrencePattern(RecurrenceType.Daily, occurrence_count=2)
    assert expand(pattern, first, BRUSSELS) == (first, first + timedelta(days=1))


def test_the_first_days_of_the_calendar() -> None:
    first = at("0001-01-03T09:00")
    found = expand(custom("FREQ=WEEKLY;BYDAY=WE,TH;BYSETPOS=1;COUNT=1"), first, ZoneInfo("UTC"))
    assert found == (first,)
    monday = at("0001-01-01T09:00")
    assert expand(custom("FREQ=WEEKLY;WKST=SU;BYDAY=MO;BYSETPOS=1;COUNT=1"), monday, BRUSSELS) == (monday,)


def test_what_the_clocks_skip_falls_on_a_later_occurrence_and_is_one_with_it() -> None:
    found = expand(custom("FREQ=HOURLY;COUNT=4"), at("2026-03-29T01:00"), BRUSSELS)
    assert found == (
        at("2026-03-29T01:00"),
        at("2026-03-29T02:00"),  # 03:00 on the clock, so 03:00 itself is no further occurrence
        at("2026-03-29T04:00"),
        at("2026-03-29T05:00"),
    )


@pytest.mark.parametrize(
    ("start", "slot"),
    [
        ("2026-03-28T02:30", ("2026-03-28T01:30", "2026-03-28T03:30")),
        # Skipped: an hour later, and as long as ever.
        ("2026-03-29T02:30", ("2026-03-29T01:30", "2026-03-29T03:30")),
        # Doubled: the first of both, and as long as ever.
        ("2026-10-25T02:30", ("2026-10-25T00:30", "2026-10-25T02:30")),
    ],
)
def test_an_occurrence_keeps_its_exact_duration(start: str, slot: tuple[str, str]) -> None:
    found = occurrence_slot(at(start), timedelta(hours=2), BRUSSELS)
    assert (found.start_date_time, found.end_date_time) == (utc(slot[0]), utc(slot[1]))
