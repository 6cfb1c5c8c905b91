"""Series across the days on which the clocks change, in both hemispheres, against a second library."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whenever import PlainDateTime

from domain.enums import RecurrenceType
from domain.recurrence.expansion import expand, occurrence_slot
from domain.recurrence.pattern import RecurrencePattern

ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Pacific/Auckland",
    "Africa/Casablanca",
    "Pacific/Apia",
    "Asia/Kolkata",
]


def second_opinion(first: datetime, step_days: int, count: int, zone: str) -> list[datetime]:
    """The instants as the other library counts them: days on the wall clock, then RFC 5545's reading."""
    plain = PlainDateTime.parse_iso(first.isoformat())
    return [
        plain.add(days=step_days * number)
        .assume_tz(zone, disambiguation="compatible")
        .to_stdlib()
        .astimezone(UTC)
        for number in range(count)
    ]


def instants(pattern: RecurrencePattern, first: datetime, zone: str) -> list[datetime]:
    known = ZoneInfo(zone)
    starts = expand(pattern, first, known)
    return [occurrence_slot(start, timedelta(hours=1), known).start_date_time for start in starts]


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Berlin", "2026-03-27T02:30"),  # skipped on the 29th
        ("Europe/Berlin", "2026-10-23T02:30"),  # doubled on the 25th
        ("America/New_York", "2026-03-06T02:30"),
        ("America/New_York", "2026-10-30T01:30"),
        ("Australia/Sydney", "2026-10-02T02:30"),  # the south springs forward in October
        ("Australia/Sydney", "2026-04-03T02:30"),
        ("Australia/Lord_Howe", "2026-10-02T02:15"),  # by half an hour
        ("America/Santiago", "2026-09-04T00:30"),  # at midnight
        ("America/Santiago", "2026-04-03T23:30"),
        ("Pacific/Apia", "2011-12-29T10:00"),  # a whole day skipped
    ],
)
def test_gaps_and_overlaps(zone: str, first: str) -> None:
    start = datetime.fromisoformat(first)
    found = instants(RecurrencePattern(RecurrenceType.Daily, occurrence_count=5), start, zone)
    other = second_opinion(start, 1, 5, zone)
    # A day that a zone leaves out altogether falls on the next one: one occurrence, not two.
    assert found[:4] == sorted(set(other))[:4]


def test_the_skipped_hour_itself() -> None:
    berlin = instants(
        RecurrencePattern(RecurrenceType.Daily, occurrence_count=3),
        datetime.fromisoformat("2026-03-28T02:30"),
        "Europe/Berlin",
    )
    assert [one.isoformat() for one in berlin] == [
        "2026-03-28T01:30:00+00:00",
        "2026-03-29T01:30:00+00:00",
        "2026-03-30T00:30:00+00:00",
    ]


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2035, 12, 31)),  # noqa: DTZ001
    st.sampled_from(ZONES[:7]),
    st.integers(1, 40),
    st.booleans(),
)
def test_any_series_of_days_or_weeks(first: datetime, zone: str, interval: int, weekly: bool) -> None:
    start = first.replace(microsecond=0)
    kind = RecurrenceType.Weekly if weekly else RecurrenceType.Daily
    found = instants(RecurrencePattern(kind, interval, occurrence_count=30), start, zone)
    assert found == second_opinion(start, interval * (7 if weekly else 1), 30, zone)
