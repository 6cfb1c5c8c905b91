"""Wall clocks on the days they are changed, in both hemispheres."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.local_time import at_minute, is_time_zone, to_utc

ZONES = [
    ZoneInfo(name)
    for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC")
]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def naive(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("zone", "wall_clock", "instant"),
    [
        # Summer begins: what the clocks skip moves forward by the gap.
        ("Europe/Berlin", "2026-03-29T01:59", "2026-03-29T00:59"),
        ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:30"),
        ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00"),
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:30"),
        ("America/New_York", "2026-03-08T03:00", "2026-03-08T07:00"),
        ("Australia/Lord_Howe", "2026-10-04T01:59", "2026-10-03T15:29"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45"),
        ("Australia/Lord_Howe", "2026-10-04T02:30", "2026-10-03T15:30"),
        # Summer ends: of two equal times the first counts.
        ("Europe/Berlin", "2026-10-25T02:00", "2026-10-25T00:00"),
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30"),
        ("Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
        ("America/New_York", "2026-11-01T02:00", "2026-11-01T07:00"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45"),
        ("Australia/Lord_Howe", "2026-04-05T02:00", "2026-04-04T15:30"),
    ],
)
def test_days_on_which_the_clocks_change(zone: str, wall_clock: str, instant: str) -> None:
    found = to_utc(naive(wall_clock), ZoneInfo(zone))
    assert (found, found.tzinfo) == (utc(instant), UTC)


def test_the_caller_does_not_choose_the_second_of_two_equal_times() -> None:
    second = naive("2026-10-25T02:30").replace(fold=1)
    assert to_utc(second, ZoneInfo("Europe/Berlin")) == utc("2026-10-25T00:30")


@given(st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 31)), st.sampled_from(ZONES))  # noqa: DTZ001
def test_the_clock_shows_it_or_stands_at_most_an_hour_later(wall_clock: datetime, zone: ZoneInfo) -> None:
    found = to_utc(wall_clock, zone)
    shown = found.astimezone(zone).replace(tzinfo=None, fold=0)
    assert shown - wall_clock in {timedelta(0), timedelta(minutes=30), timedelta(hours=1)}
    if shown == wall_clock:
        earlier = found - timedelta(minutes=30), found - timedelta(hours=1)
        assert all(one.astimezone(zone).replace(tzinfo=None, fold=0) != wall_clock for one in earlier)


@pytest.mark.parametrize(
    ("zone", "day", "minute", "instant"),
    [
        ("UTC", "2026-07-01", 0, "2026-07-01T00:00"),
        ("UTC", "2026-07-01", 1439, "2026-07-01T23:59"),
        ("UTC", "2026-07-01", 1440, "2026-07-02T00:00"),
        ("Europe/Berlin", "2026-03-29", 0, "2026-03-28T23:00"),
        ("Europe/Berlin", "2026-03-29", 1440, "2026-03-29T22:00"),
        ("Europe/Berlin", "2026-10-25", 1440, "2026-10-25T23:00"),
        ("Australia/Lord_Howe", "2026-10-04", 180, "2026-10-03T16:00"),
        # Midnight itself is skipped, or what comes before it happens twice.
        ("America/Sao_Paulo", "2018-11-03", 1440, "2018-11-04T03:00"),
        ("America/Sao_Paulo", "2018-11-04", 0, "2018-11-04T03:00"),
        ("America/Sao_Paulo", "2018-02-17", 1410, "2018-02-18T01:30"),
        ("America/Sao_Paulo", "2018-02-17", 1440, "2018-02-18T03:00"),
    ],
)
def test_minutes_are_counted_on_the_wall_clock(zone: str, day: str, minute: int, instant: str) -> None:
    assert at_minute(date.fromisoformat(day), minute, ZoneInfo(zone)) == utc(instant)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Europe/Berlin", True),
        ("UTC", True),
        ("Australia/Lord_Howe", True),
        ("europe/berlin", False),
        ("Mars/Olympus", False),
        ("../etc/passwd", False),
        ("+02:00", False),
        ("", False),
        # Files beside the zones, or a zone of the machine's own.
        ("localtime", False),
        ("posixrules", False),
        ("Factory", False),
    ],
)
def test_names_of_zones(name: str, expected: bool) -> None:
    assert is_time_zone(name) is expected
