"""Half-open ranges: their algebra, against sets of minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.time_slot import TimeSlot, as_text, merged

MIDNIGHT = datetime(2030, 6, 1, tzinfo=UTC)
LAST_MINUTE = 30


def at(minute: int) -> datetime:
    return MIDNIGHT + timedelta(minutes=minute)


def slot(start: int, end: int) -> TimeSlot:
    return TimeSlot(at(start), at(end))


def minutes_of(one: TimeSlot) -> set[int]:
    """The minutes it covers; the oracle's view of it."""
    first, last = (
        (edge - MIDNIGHT) // timedelta(minutes=1) for edge in (one.start_date_time, one.end_date_time)
    )
    return set(range(first, last))


@st.composite
def slots(draw: st.DrawFn) -> TimeSlot:
    start = draw(st.integers(0, LAST_MINUTE))
    return slot(start, draw(st.integers(start + 1, LAST_MINUTE + 1)))


def test_times_of_any_zone_become_utc() -> None:
    berlin = datetime(2030, 6, 1, 20, tzinfo=ZoneInfo("Europe/Berlin"))
    nepal = datetime(2030, 6, 2, 0, 45, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    made = TimeSlot(berlin, nepal)
    assert (made.start_date_time, made.end_date_time) == (at(18 * 60), at(19 * 60))
    assert (made.start_date_time.tzinfo, made.end_date_time.tzinfo) == (UTC, UTC)
    assert made.duration == timedelta(hours=1)
    assert made == slot(18 * 60, 19 * 60)


@pytest.mark.parametrize("name", ["start_date_time", "end_date_time"])
def test_a_naive_time_is_refused_by_name(name: str) -> None:
    times = {"start_date_time": at(0), "end_date_time": at(1)}
    times[name] = datetime(2030, 6, 1, 9)  # noqa: DTZ001
    with pytest.raises(ValueError, match=f"^{name} has no time zone: 2030-06-01T09:00:00$"):
        TimeSlot(**times)


def test_a_slot_that_ends_first_is_kept_as_it_is() -> None:
    backwards = slot(5, 3)
    assert (backwards.start_date_time, backwards.end_date_time) == (at(5), at(3))
    assert backwards.duration == timedelta(minutes=-2)


def test_slots_sort_by_start_then_end() -> None:
    assert sorted([slot(2, 3), slot(1, 4), slot(1, 2)]) == [slot(1, 2), slot(1, 4), slot(2, 3)]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (slot(0, 10), False),
        (slot(0, 11), True),
        (slot(12, 15), True),
        (slot(19, 30), True),
        (slot(20, 30), False),
    ],
)
def test_touching_is_no_overlap(other: TimeSlot, expected: bool) -> None:
    ten_to_twenty = slot(10, 20)
    assert (ten_to_twenty.overlaps(other), other.overlaps(ten_to_twenty)) == (expected, expected)


@given(slots(), slots())
def test_two_slots_relate_as_their_minutes_do(one: TimeSlot, other: TimeSlot) -> None:
    shared = minutes_of(one) & minutes_of(other)
    assert one.overlaps(other) == other.overlaps(one) == bool(shared)
    assert one.contains(other) == (minutes_of(other) <= minutes_of(one))
    common = one.intersection(other)
    assert common == other.intersection(one)
    assert (set() if common is None else minutes_of(common)) == shared


@given(slots())
def test_a_slot_contains_and_meets_itself(one: TimeSlot) -> None:
    assert one.contains(one)
    assert one.intersection(one) == one


@given(slots(), st.integers(0, 20), st.integers(0, 20))
def test_widening_adds_setup_and_teardown(one: TimeSlot, before: int, after: int) -> None:
    wide = one.widened(timedelta(minutes=before), timedelta(minutes=after))
    assert (one.start_date_time - wide.start_date_time, wide.end_date_time - one.end_date_time) == (
        timedelta(minutes=before),
        timedelta(minutes=after),
    )


def test_widening_stops_at_the_ends_of_the_calendar() -> None:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    hour, day = timedelta(hours=1), timedelta(days=1)
    assert TimeSlot(first + hour, last - hour).widened(day, day) == TimeSlot(first, last)
    assert TimeSlot(first + hour, last - hour).widened(hour, hour) == TimeSlot(first, last)
    assert TimeSlot(first, last).widened(timedelta(0), timedelta(0)) == TimeSlot(first, last)


@given(st.lists(slots(), max_size=8))
def test_merging_keeps_the_minutes_and_leaves_gaps_between(some: list[TimeSlot]) -> None:
    result = merged(some)
    assert set[int]().union(*map(minutes_of, result)) == set[int]().union(*map(minutes_of, some))
    assert all(one.end_date_time < other.start_date_time for one, other in pairwise(result))
    assert merged(result) == result
    assert merged(reversed(some)) == result


def test_merging_joins_what_touches_and_swallows_what_lies_inside() -> None:
    assert merged([slot(5, 6), slot(0, 4), slot(1, 2), slot(4, 5), slot(8, 9)]) == [slot(0, 6), slot(8, 9)]
    assert merged([]) == []


def test_sentences_say_instants_as_json_does() -> None:
    instant = datetime(2030, 6, 3, 3, tzinfo=timezone(timedelta(hours=2)))
    assert as_text(instant) == "2030-06-03T01:00:00Z"
