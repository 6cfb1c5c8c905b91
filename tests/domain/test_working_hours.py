"""When a resource is open, and what fits into that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.time_slot import TimeSlot
from domain.working_hours import MINUTES_A_DAY, WorkingHours

ZULU = ZoneInfo("UTC")
MONDAY = datetime(2030, 6, 3, tzinfo=UTC)
NEVER: tuple[tuple[int, int], ...] = ()
EIGHT_TO_SIX = WorkingHours.daily(8 * 60, 18 * 60)
ROUND_THE_CLOCK = WorkingHours.daily(0, MINUTES_A_DAY)


def at(hour: float) -> datetime:
    return MONDAY + timedelta(hours=hour)


def hours(start: float, end: float) -> TimeSlot:
    return TimeSlot(at(start), at(end))


def between(start: str, end: str) -> TimeSlot:
    return TimeSlot(*(datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (start, end)))


@pytest.mark.parametrize(
    ("days", "message"),
    [
        ((NEVER,) * 6, "working hours need seven days, Monday first"),
        ((NEVER,) * 8, "working hours need seven days, Monday first"),
        ((((-1, 60),), *[NEVER] * 6), "not a range within a day: -1-60 minutes"),
        ((((60, 60),), *[NEVER] * 6), "not a range within a day: 60-60 minutes"),
        ((((90, 60),), *[NEVER] * 6), "not a range within a day: 90-60 minutes"),
        ((*[NEVER] * 6, ((0, 1441),)), "not a range within a day: 0-1441 minutes"),
        ((((60, 120), (119, 180)), *[NEVER] * 6), "opening ranges of one day overlap or are out of order"),
        ((((120, 180), (0, 60)), *[NEVER] * 6), "opening ranges of one day overlap or are out of order"),
    ],
)
def test_what_is_no_week_is_refused(days: tuple[tuple[tuple[int, int], ...], ...], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        WorkingHours(days)


def test_daily_is_the_same_seven_times() -> None:
    assert WorkingHours.daily(60, 120).days == (((60, 120),),) * 7
    assert WorkingHours((((0, 1), (1, 1440)),) * 7).days[6] == ((0, 1), (1, 1440))


@pytest.mark.parametrize(
    ("slot", "expected"),
    [
        (hours(8, 18), True),
        (hours(7.75, 9), False),
        (hours(17, 18.25), False),
        (hours(18, 19), False),
        (hours(32, 33), True),
        # Up to 24 hours all of it must be inside; beyond, only its start and its end.
        (hours(9, 33), False),
        (hours(9, 33.25), True),
        (hours(8, 66), True),
        (hours(7.75, 66), False),
        (hours(18, 65), False),
        (hours(9, 66.25), False),
        (hours(9, 56), False),
        (hours(9, 56.25), True),
    ],
)
def test_what_eight_to_six_admits(slot: TimeSlot, expected: bool) -> None:
    assert EIGHT_TO_SIX.admits(slot, ZULU) is expected


def test_round_the_clock_runs_on_across_midnight() -> None:
    assert ROUND_THE_CLOCK.open_slots(hours(22, 26), ZULU) == [hours(-24, 72)]
    assert ROUND_THE_CLOCK.admits(hours(22, 26), ZULU)
    assert ROUND_THE_CLOCK.admits(hours(0, 24), ZULU)
    assert ROUND_THE_CLOCK.admits(hours(1, 24 * 30), ZULU)
    assert not WorkingHours.daily(0, MINUTES_A_DAY - 1).admits(hours(22, 26), ZULU)


def test_a_saturday_night_runs_into_sunday_morning() -> None:
    saturday = 5 * 24
    weekend = WorkingHours((*[NEVER] * 5, ((18 * 60, MINUTES_A_DAY),), ((0, 120), (600, 720))))
    assert weekend.open_slots(hours(saturday, saturday + 24), ZULU) == [
        hours(saturday + 18, saturday + 26),
        hours(saturday + 34, saturday + 36),
    ]
    assert weekend.admits(hours(saturday + 20, saturday + 26), ZULU)
    assert not weekend.admits(hours(saturday + 20, saturday + 26.25), ZULU)
    assert not weekend.admits(hours(saturday - 1, saturday + 19), ZULU)


@pytest.mark.parametrize(
    ("zone", "day", "opens", "closes"),
    [
        ("Europe/Berlin", "2026-03-29", "2026-03-29T00:00", "2026-03-29T02:00"),
        ("Europe/Berlin", "2026-10-25", "2026-10-24T23:00", "2026-10-25T03:00"),
        ("America/New_York", "2026-03-08", "2026-03-08T06:00", "2026-03-08T08:00"),
        ("America/New_York", "2026-11-01", "2026-11-01T05:00", "2026-11-01T09:00"),
        ("Australia/Lord_Howe", "2026-10-04", "2026-10-03T14:30", "2026-10-03T17:00"),
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-04T14:00", "2026-04-04T17:30"),
    ],
)
def test_one_to_four_on_days_on_which_the_clocks_change(zone: str, day: str, opens: str, closes: str) -> None:
    local = datetime.fromisoformat(day).weekday()
    that_day = WorkingHours(tuple(((60, 240),) if weekday == local else NEVER for weekday in range(7)))
    open_slot = between(opens, closes)
    assert that_day.open_slots(open_slot, ZoneInfo(zone)) == [open_slot]
    assert that_day.admits(open_slot, ZoneInfo(zone))
    minute = timedelta(minutes=1)
    assert not that_day.admits(open_slot.widened(minute, timedelta(0)), ZoneInfo(zone))
    assert not that_day.admits(open_slot.widened(timedelta(0), minute), ZoneInfo(zone))


def test_the_long_day_of_autumn_is_open_for_25_hours() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    sunday_only = WorkingHours((*[NEVER] * 6, ((0, MINUTES_A_DAY),)))
    long_day = between("2026-10-24T22:00", "2026-10-25T23:00")
    assert sunday_only.open_slots(long_day, berlin) == [long_day]
    assert sunday_only.admits(long_day, berlin)
    short_day = between("2026-03-28T23:00", "2026-03-29T22:00")
    assert sunday_only.open_slots(short_day, berlin) == [short_day]


def test_what_the_clocks_skip_opens_later_or_not_at_all() -> None:
    berlin, night = ZoneInfo("Europe/Berlin"), between("2026-03-29T00:00", "2026-03-29T02:00")
    within_the_gap = WorkingHours((*[NEVER] * 6, ((135, 165),)))
    assert within_the_gap.open_slots(night, berlin) == [between("2026-03-29T01:15", "2026-03-29T01:45")]
    closed_by_it = WorkingHours((*[NEVER] * 6, ((150, 180),)))
    assert closed_by_it.open_slots(night, berlin) == []
    # Samoa went without the 30th of December 2011, a Friday.
    fridays = WorkingHours((*[NEVER] * 4, ((0, MINUTES_A_DAY),), NEVER, NEVER))
    around = between("2011-12-30T08:00", "2011-12-30T12:00")
    assert fridays.open_slots(around, ZoneInfo("Pacific/Apia")) == []


def test_a_zone_decides_which_weekday_it_is() -> None:
    mondays = WorkingHours((((0, MINUTES_A_DAY),), *[NEVER] * 6))
    assert mondays.admits(hours(0, 1), ZULU)
    assert not mondays.admits(hours(0, 1), ZoneInfo("America/New_York"))
    assert mondays.admits(hours(24, 25), ZoneInfo("America/New_York"))


@st.composite
def weeks(draw: st.DrawFn) -> tuple[frozenset[int], ...]:
    """Which hours of each weekday are open."""
    return tuple(draw(st.lists(st.frozensets(st.integers(0, 23)), min_size=7, max_size=7)))


def opened(week: tuple[frozenset[int], ...]) -> WorkingHours:
    return WorkingHours(tuple(tuple((one * 60, one * 60 + 60) for one in sorted(day)) for day in week))


@given(weeks(), st.integers(0, 200), st.integers(1, 60))
def test_admission_is_what_looking_at_every_hour_says(
    week: tuple[frozenset[int], ...], start: int, duration: int
) -> None:
    def is_open(hour: int) -> bool:
        return hour % 24 in week[hour // 24 % 7]

    asked = range(start, start + duration) if duration <= 24 else (start, start + duration - 1)
    assert opened(week).admits(hours(start, start + duration), ZULU) == all(map(is_open, asked))
