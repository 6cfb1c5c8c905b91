"""SCH-030..032: closures, working hours and the buffer around checks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.entities import Closure, Resource
from domain.enums import ResourceType
from domain.errors import FieldException, TimeSlotUnavailableException
from domain.policy import Policy
from domain.rules.availability import closure_at, ensure_closures_disjoint, ensure_open, with_buffer
from domain.time_slot import TimeSlot
from domain.working_hours import WorkingHours

MONDAY = datetime(2030, 6, 3, tzinfo=UTC)
HALL = Resource(UUID(int=1), "Ballroom", ResourceType.Venue)


def hours(start: float, end: float) -> TimeSlot:
    return TimeSlot(MONDAY + timedelta(hours=start), MONDAY + timedelta(hours=end))


def closed(start: float, end: float, reason: str | None = None) -> Closure:
    return Closure(UUID(int=int(start * 100)), HALL.resource_id, hours(start, end), reason)


def unavailable(resource: Resource, slot: TimeSlot, *closures: Closure) -> TimeSlotUnavailableException:
    with pytest.raises(TimeSlotUnavailableException) as caught:
        ensure_open(resource, slot, closures)
    return caught.value


def test_a_resource_is_available_unless_closed() -> None:
    assert closure_at(hours(9, 11), []) is None
    assert closure_at(hours(9, 11), [closed(7, 9), closed(11, 13)]) is None
    ensure_open(HALL, hours(9, 11), [closed(7, 9), closed(11, 13)])


def test_the_first_closure_that_touches_the_slot_is_named() -> None:
    later, earlier, before = closed(10, 12), closed(8, 9.5), closed(1, 2)
    assert closure_at(hours(9, 11), [later, earlier, before]) is earlier
    assert closure_at(hours(9.5, 11), [later, earlier, before]) is later


def test_a_closed_resource_says_why() -> None:
    error = unavailable(HALL, hours(9, 11), closed(10, 12, "Floor being polished"))
    assert (error.resource_name, error.slot, error.reason, error.detail) == (
        "Ballroom",
        hours(9, 11),
        "Floor being polished",
        "Ballroom is not available: Floor being polished",
    )
    for none in (None, ""):
        assert unavailable(HALL, hours(9, 11), closed(10, 12, none)).reason == "closed"


def test_outside_working_hours_is_unavailable_after_closures() -> None:
    hall = Resource(
        HALL.resource_id,
        "Ballroom",
        ResourceType.Venue,
        working_hours=WorkingHours.daily(8 * 60, 18 * 60),
        time_zone="Europe/Berlin",
    )
    ensure_open(hall, hours(6, 16), [])
    assert unavailable(hall, hours(5, 7)).reason == "outside its working hours"
    assert unavailable(hall, hours(15, 17)).reason == "outside its working hours"
    assert unavailable(hall, hours(15, 17), closed(16, 17, "Fire drill")).reason == "Fire drill"


def test_setup_and_teardown_do_not_count() -> None:
    hall = Resource(
        HALL.resource_id,
        "Ballroom",
        ResourceType.Venue,
        setup_minutes=60,
        teardown_minutes=60,
        working_hours=WorkingHours.daily(8 * 60, 18 * 60),
    )
    ensure_open(hall, hours(8, 18), [closed(7, 8), closed(18, 19)])


def test_closures_of_a_resource_do_not_overlap() -> None:
    there = [closed(12, 14), closed(8, 10)]
    ensure_closures_disjoint(hours(10, 12), there)
    ensure_closures_disjoint(hours(14, 16), there)
    with pytest.raises(FieldException) as caught:
        ensure_closures_disjoint(hours(9, 13), there)
    assert caught.value.errors == {
        "startDateTime": [
            (
                "Overlaps the closure from 2030-06-03T08:00:00Z to 2030-06-03T10:00:00Z;"
                ' with "onOverlap": "Merge" the two become one'
            )
        ]
    }


def test_a_check_looks_at_a_buffer_on_both_sides() -> None:
    assert with_buffer(hours(9, 11), Policy()) == hours(8.75, 11.25)
    assert with_buffer(hours(9, 11), Policy(availability_buffer=timedelta(0))) == hours(9, 11)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 5)), max_size=6), st.integers(0, 20))
def test_what_is_open_touches_no_closure(some: list[tuple[int, int]], start: int) -> None:
    closures, slot = [closed(one, one + length) for one, length in some], hours(start, start + 3)
    touching = [one for one in closures if one.slot.intersection(slot) is not None]
    found = closure_at(slot, closures)
    assert (found is None) == (not touching)
    if found is None:
        ensure_open(HALL, slot, closures)
    else:
        assert found.slot == min(one.slot for one in touching)
