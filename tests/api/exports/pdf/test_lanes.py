"""Bookings side by side never cover each other."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from api.exports.pdf.day_slices import DaySlice, slices_of
from api.exports.pdf.lanes import SHORTEST_MINUTES, in_lanes
from tests.api.exports.schedules import BRUSSELS, booked, local

DAY = date(2026, 3, 10)


def sliced(start: int, length: int) -> DaySlice:
    booking = booked("A", local(2026, 3, 10), 1)
    return DaySlice(booking, DAY, start, min(start + length, 1440))


@given(
    spans=st.lists(st.tuples(st.integers(0, 1439), st.integers(1, 600)), max_size=30),
    most=st.integers(1, 6),
)
def test_each_is_placed_once_without_covering_another_or_listed(
    spans: list[tuple[int, int]], most: int
) -> None:
    slices = [sliced(*span) for span in spans]
    placed, left_out = in_lanes(slices, most)
    assert sorted([id(one.slice) for one in placed] + [id(one) for one in left_out]) == sorted(
        map(id, slices)
    )
    assert all(0 <= one.lane < one.lanes <= most for one in placed)
    for one, other in combinations(placed, 2):
        early, late = sorted((one, other), key=lambda each: each.slice.start_minute)
        end = max(early.slice.end_minute, early.slice.start_minute + SHORTEST_MINUTES)
        if late.slice.start_minute < end:
            assert early.lanes == late.lanes
            assert early.lane != late.lane


def test_what_overlaps_nothing_has_the_width_to_itself() -> None:
    slices = [sliced(540, 60), sliced(570, 60), sliced(600, 30), sliced(720, 60)]
    placed, left_out = in_lanes(slices, 3)
    assert [(one.lane, one.lanes) for one in placed] == [(0, 2), (1, 2), (0, 2), (0, 1)]
    assert left_out == []


def test_a_booking_is_cut_at_midnight() -> None:
    days = [DAY + timedelta(days=index) for index in range(-1, 4)]
    found = slices_of([booked("Fair", local(2026, 3, 10, 18), 30)], days, ZoneInfo(BRUSSELS))
    assert {day.day: [(one.time, one.short_time) for one in slices] for day, slices in found.items()} == {
        9: [],
        10: [("from 18:00", "18:00")],
        11: [("all day", "all day")],
        12: [],
        13: [],
    }
