"""Starts fall on round local times, whatever the clocks do, and inside the window with all occurrences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.slot_grid import SlotGrid
from domain.time_slot import TimeSlot

NEW_YORK = ZoneInfo("America/New_York")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def utc(day: int, hour: int, minute: int = 0, *, month: int = 6) -> datetime:
    return datetime(2030, month, day, hour, minute, tzinfo=UTC)


def test_every_half_hour_that_leaves_room() -> None:
    grid = SlotGrid(TimeSlot(utc(3, 9, 10), utc(3, 11)), timedelta(hours=1), ZoneInfo("UTC"))
    assert grid.starts(LONG_AGO) == ((utc(3, 9, 30),), (utc(3, 10),))


def test_only_what_is_yet_to_come() -> None:
    grid = SlotGrid(TimeSlot(utc(3, 9), utc(3, 12)), timedelta(hours=1), ZoneInfo("UTC"), step_minutes=60)
    assert grid.starts(utc(3, 9)) == ((utc(3, 10),), (utc(3, 11),))


def test_daily_hours_may_run_over_midnight() -> None:
    window = TimeSlot(utc(3, 0), utc(5, 0))
    evening = SlotGrid(window, timedelta(hours=2), ZoneInfo("UTC"), 60, 20 * 60, 23 * 60)
    assert evening.starts(LONG_AGO) == ((utc(3, 20),), (utc(3, 21),), (utc(4, 20),), (utc(4, 21),))
    night = SlotGrid(window, timedelta(hours=4), ZoneInfo("UTC"), 60, 22 * 60, 3 * 60)
    assert night.starts(LONG_AGO) == ((utc(3, 22),), (utc(3, 23),))


def test_three_nights_running_at_one_local_time() -> None:
    # On 10 March 2030 the clocks go forward in New York.
    window = TimeSlot(utc(8, 12, month=3), utc(12, 0, month=3))
    grid = SlotGrid(window, timedelta(hours=2), NEW_YORK, 60, 19 * 60, 21 * 60, count=3)
    assert grid.starts(LONG_AGO) == ((utc(9, 0, month=3), utc(10, 0, month=3), utc(10, 23, month=3)),)
    weekly = SlotGrid(
        TimeSlot(utc(1, 0), utc(10, 0)),
        timedelta(hours=1),
        NEW_YORK,
        60,
        19 * 60,
        20 * 60,
        count=2,
        every_days=7,
    )
    assert weekly.starts(LONG_AGO) == ((utc(1, 23), utc(8, 23)), (utc(2, 23), utc(9, 23)))


def test_a_time_that_the_clocks_skip_is_no_start_but_a_later_occurrence_moves() -> None:
    window = TimeSlot(utc(9, 5, month=3), utc(11, 5, month=3))
    grid = SlotGrid(window, timedelta(hours=1), NEW_YORK, 30, 150, 240)
    assert grid.starts(LONG_AGO) == (
        (utc(9, 7, 30, month=3),),
        (utc(9, 8, month=3),),
        (utc(10, 7, month=3),),
    )
    twice = SlotGrid(window, timedelta(hours=1), NEW_YORK, 30, 150, 300, count=2)
    assert twice.starts(LONG_AGO)[0] == (utc(9, 7, 30, month=3), utc(10, 7, 30, month=3))


def test_how_many_starts_there_are_at_most_is_known_beforehand() -> None:
    window = TimeSlot(utc(3, 0), utc(6, 0))
    grid = SlotGrid(window, timedelta(hours=1), ZoneInfo("UTC"), 60, 9 * 60, 12 * 60)
    # The window ends as the 6th begins, a day on which nothing fits.
    assert (grid.most_positions, len(grid.starts(LONG_AGO))) == (12, 9)
    thrice = SlotGrid(window, timedelta(hours=1), ZoneInfo("UTC"), 60, 9 * 60, 12 * 60, count=3)
    assert (thrice.most_positions, len(thrice.starts(LONG_AGO))) == (6, 3)
    never = SlotGrid(window, timedelta(hours=1), ZoneInfo("UTC"), count=2, every_days=7)
    assert (never.most_positions, never.starts(LONG_AGO)) == (0, ())
