"""Calendar views in local time, clock changes included (SCH-040..042)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar_view import custom, daily, monthly, week_start, weekly
from domain.enums import ViewType
from domain.time_slot import TimeSlot

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
APIA = ZoneInfo("Pacific/Apia")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def slot(start: tuple[int, ...], end: tuple[int, ...]) -> TimeSlot:
    return TimeSlot(utc(*start), utc(*end))


def test_a_day_is_shown_from_six_to_twenty_three() -> None:
    window = daily(date(2026, 12, 25), BERLIN)
    assert (window.view_type, window.first, window.days) == (ViewType.Daily, date(2026, 12, 25), 1)
    assert window.slot == slot((2026, 12, 25, 5), (2026, 12, 25, 22))


def test_other_hours_of_a_day() -> None:
    assert daily(date(2026, 12, 25), BERLIN, 0, 24).slot == slot((2026, 12, 24, 23), (2026, 12, 25, 23))
    assert daily(date(2026, 12, 25), BERLIN, 9, 10).slot == slot((2026, 12, 25, 8), (2026, 12, 25, 9))


def test_an_hour_that_the_clock_skips_shows_nothing() -> None:
    window = daily(date(2026, 3, 29), BERLIN, 2, 3)
    assert window.slot == slot((2026, 3, 29, 1), (2026, 3, 29, 1))
    assert window.counts([slot((2026, 3, 29), (2026, 3, 30))]) == {date(2026, 3, 29): 0}


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 29), BERLIN, 23),
        (date(2026, 10, 25), BERLIN, 25),
        (date(2026, 3, 8), NEW_YORK, 23),
        (date(2026, 11, 1), NEW_YORK, 25),
        (date(2026, 10, 4), ZoneInfo("Australia/Sydney"), 23),
        (date(2026, 4, 5), ZoneInfo("Australia/Sydney"), 25),
        (date(2026, 4, 5), ZoneInfo("Australia/Lord_Howe"), 24.5),
        (date(2018, 11, 4), ZoneInfo("America/Sao_Paulo"), 23),
        (date(2011, 12, 30), APIA, 0),
        (date(2026, 1, 1), BERLIN, 24),
    ],
)
def test_a_whole_day_has_as_many_hours_as_its_clock_gives_it(day: date, zone: ZoneInfo, hours: float) -> None:
    assert daily(day, zone, 0, 24).slot.duration == timedelta(hours=hours)


def test_a_week_starts_on_monday_or_where_one_likes() -> None:
    wednesday = date(2026, 12, 23)
    assert week_start(wednesday) == date(2026, 12, 21)
    assert week_start(date(2026, 12, 21)) == date(2026, 12, 21)
    assert week_start(date(2026, 12, 27)) == date(2026, 12, 21)
    assert week_start(wednesday, starts_on=6) == date(2026, 12, 20)
    assert week_start(wednesday, starts_on=2) == wednesday
    assert week_start(wednesday, starts_on=3) == date(2026, 12, 17)


def test_a_week_over_a_clock_change() -> None:
    window = weekly(date(2026, 3, 23), BERLIN)
    assert (window.view_type, window.days) == (ViewType.Weekly, 7)
    assert window.slot == slot((2026, 3, 22, 23), (2026, 3, 29, 22))
    assert list(window.counts([])) == [date(2026, 3, day) for day in range(23, 30)]


def test_a_month_is_shown_whole_and_alone() -> None:
    window = monthly(2026, 12, NEW_YORK)
    assert (window.view_type, window.first, window.days) == (ViewType.Monthly, date(2026, 12, 1), 31)
    assert window.slot == slot((2026, 12, 1, 5), (2027, 1, 1, 5))
    assert [monthly(2028, month, NEW_YORK).days for month in (1, 2, 4, 11)] == [31, 29, 30, 30]
    assert monthly(2027, 2, NEW_YORK).days == 28


def test_a_custom_range_ends_before_its_last_date() -> None:
    window = custom(date(2026, 12, 30), date(2027, 1, 2), BERLIN)
    assert (window.view_type, window.days) == (ViewType.Custom, 3)
    assert window.slot == slot((2026, 12, 29, 23), (2027, 1, 1, 23))
    assert window.counts([]) == {date(2026, 12, 30): 0, date(2026, 12, 31): 0, date(2027, 1, 1): 0}


def test_a_booking_counts_on_each_date_it_touches() -> None:
    window = custom(date(2026, 12, 24), date(2026, 12, 27), BERLIN)
    over_midnight = slot((2026, 12, 24, 22), (2026, 12, 25, 0))
    until_midnight = slot((2026, 12, 24, 20), (2026, 12, 24, 23))
    from_midnight = slot((2026, 12, 25, 23), (2026, 12, 26, 1))
    through = slot((2026, 12, 1), (2026, 12, 31))
    elsewhere = slot((2026, 12, 27), (2026, 12, 28))
    assert window.counts([over_midnight, until_midnight, from_midnight, through, elsewhere]) == {
        date(2026, 12, 24): 3,
        date(2026, 12, 25): 2,
        date(2026, 12, 26): 2,
    }


def test_a_daily_view_counts_what_touches_the_hours_it_shows() -> None:
    window = daily(date(2026, 12, 25), BERLIN)
    early = slot((2026, 12, 25, 3), (2026, 12, 25, 5, 1))
    too_early = slot((2026, 12, 25, 3), (2026, 12, 25, 5))
    late = slot((2026, 12, 25, 21, 59), (2026, 12, 26, 2))
    too_late = slot((2026, 12, 25, 22), (2026, 12, 26, 2))
    assert window.counts([early, too_early, late, too_late]) == {date(2026, 12, 25): 2}


def test_a_date_that_the_zone_skipped_counts_nothing() -> None:
    window = custom(date(2011, 12, 29), date(2012, 1, 1), APIA)
    assert window.counts([slot((2011, 12, 1), (2012, 1, 31))]) == {
        date(2011, 12, 29): 1,
        date(2011, 12, 30): 0,
        date(2011, 12, 31): 1,
    }


zones = st.sampled_from([BERLIN, NEW_YORK, APIA, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC")])


@given(
    zones,
    st.dates(date(2011, 12, 1), date(2027, 1, 31)),
    st.integers(1, 40),
    st.integers(-2_000, 60_000),
    st.integers(1, 10_000),
)
def test_counts_are_those_of_a_walk_minute_by_minute(
    zone: ZoneInfo, first: date, days: int, start_minute: int, minutes: int
) -> None:
    window = custom(first, first + timedelta(days=days), zone)
    start = window.slot.start_date_time + timedelta(minutes=start_minute)
    booking = TimeSlot(start, start + timedelta(minutes=minutes))
    local = {
        (start + timedelta(minutes=minute)).astimezone(zone).date() for minute in range(0, minutes, 10)
    } | {(booking.end_date_time - timedelta(microseconds=1)).astimezone(zone).date()}
    expected = {first + timedelta(days=number): 0 for number in range(days)}
    expected |= dict.fromkeys(local & expected.keys(), 1)
    assert window.counts([booking]) == expected
