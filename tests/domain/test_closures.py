"""Closing and opening as algebra: closures stay disjoint and say exactly what was asked (SCH-031)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.closures import MAXIMUM_REASON, Closing, Cut, blocking_reason, closing, opening, stranded
from domain.entities import Closure, Resource
from domain.enums import ResourceType
from domain.errors import FieldException
from domain.time_slot import TimeSlot
from domain.working_hours import WorkingHours

MONDAY = datetime(2030, 6, 3, tzinfo=UTC)
HALL = Resource(
    UUID(int=1), "Ballroom", ResourceType.Venue, working_hours=WorkingHours.daily(8 * 60, 18 * 60)
)


def hours(start: float, end: float) -> TimeSlot:
    return TimeSlot(MONDAY + timedelta(hours=start), MONDAY + timedelta(hours=end))


def closed(start: float, end: float, reason: str | None = None) -> Closure:
    return Closure(UUID(int=int(start * 100)), HALL.resource_id, hours(start, end), reason)


def test_a_closure_in_free_time_is_as_asked() -> None:
    others = [closed(1, 3, "Early"), closed(5, 6, "Late")]
    for merge in (True, False):
        assert closing(hours(3, 5), "Repairs", others, merge=merge) == Closing(hours(3, 5), "Repairs")


def test_an_overlap_is_refused_unless_merged() -> None:
    early, late = closed(1, 3, "Early"), closed(4, 6, "Late")
    with pytest.raises(FieldException) as caught:
        closing(hours(2, 5), "Repairs", [late, early], merge=False)
    assert caught.value.errors == {
        "startDateTime": [
            (
                "Overlaps the closure from 2030-06-03T01:00:00Z to 2030-06-03T03:00:00Z (Early);"
                ' with "onOverlap": "Merge" the two become one'
            )
        ]
    }
    merged = closing(hours(2, 5), "Repairs", [late, early], merge=True)
    assert merged == Closing(hours(1, 6), "Repairs; Early; Late", (early, late))


def test_merging_says_each_reason_once_and_no_more_than_fits() -> None:
    there = [closed(1, 3, "Repairs"), closed(4, 6)]
    assert closing(hours(2, 5), "Repairs", there, merge=True).reason == "Repairs"
    assert closing(hours(4.5, 5), None, there, merge=True) == Closing(hours(4, 6), None, (there[1],))
    long = closing(hours(2, 3), "x" * MAXIMUM_REASON, there, merge=True)
    assert long.reason == "x" * MAXIMUM_REASON


def test_opening_cuts_splits_and_ends() -> None:
    first, inner, last = closed(0, 2), closed(3, 4), closed(5, 8)
    assert opening(hours(1, 6), [last, closed(9, 10), inner, first]) == (
        Cut(first, (hours(0, 1),), hours(1, 2)),
        Cut(inner, (), hours(3, 4)),
        Cut(last, (hours(6, 8),), hours(5, 6)),
    )
    assert opening(hours(6, 7), [last]) == (Cut(last, (hours(5, 6), hours(7, 8)), hours(6, 7)),)
    assert opening(hours(2, 3), [first, inner]) == ()


def test_what_blocks_a_booking_follows_the_name_of_the_resource() -> None:
    assert blocking_reason(HALL, hours(9, 11), [closed(10, 12, "Repairs")]) == "closed: Repairs"
    assert blocking_reason(HALL, hours(9, 11), [closed(10, 12)]) == "closed"
    assert blocking_reason(HALL, hours(7, 9), [closed(10, 12)]) == "outside its working hours"
    assert blocking_reason(HALL, hours(8, 10), [closed(10, 12)]) is None


def test_only_the_stranded_are_told() -> None:
    keys = [UUID(int=n) for n in range(3)]
    bookings = list(zip(keys, (hours(9, 11), hours(12, 13), hours(17, 19)), strict=True))
    assert stranded(HALL, bookings, [closed(10, 12, "Repairs")]) == {
        keys[0]: "closed: Repairs",
        keys[2]: "outside its working hours",
    }


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 6), st.booleans()), max_size=12),
)
def test_any_order_of_closing_and_opening_is_the_set_of_hours_it_says(
    steps: list[tuple[int, int, bool]],
) -> None:
    there: list[Closure] = []
    hours_closed: set[int] = set()
    for start, length, close in steps:
        slot, touched = hours(start, start + length), set(range(start, start + length))
        if close:
            made = closing(slot, None, there, merge=True)
            new = Closure(UUID(int=len(there) + 1), HALL.resource_id, made.slot, made.reason)
            there = [one for one in there if one not in made.absorbed] + [new]
            hours_closed |= touched
        else:
            cuts = opening(slot, there)
            kept = [one for one in there if all(one is not cut.closure for cut in cuts)]
            parts = [
                Closure(cut.closure.resource_availability_id, HALL.resource_id, part)
                for cut in cuts
                for part in cut.left
            ]
            there = kept + parts
            hours_closed -= touched
        said = [
            hour
            for one in there
            for hour in range(40)
            if one.slot.start_date_time <= MONDAY + timedelta(hours=hour) < one.slot.end_date_time
        ]
        assert sorted(said) == sorted(hours_closed)
