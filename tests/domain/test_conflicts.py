"""Conflict detection against an oracle that looks at every instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conflicts import (
    Clash,
    Pool,
    Usage,
    find_clashes,
    find_clashes_around,
    find_clashes_around_all,
    peak_demand,
)
from domain.enums import ClaimRole, ConflictLevel, ConflictType, ResourceType
from domain.time_slot import TimeSlot

MIDNIGHT = datetime(2030, 6, 1, tzinfo=UTC)
LAST_HOUR = 12
PRIMARY, SECONDARY = ClaimRole.Primary, ClaimRole.Secondary


def at(hour: int) -> datetime:
    return MIDNIGHT + timedelta(hours=hour)


def hours(start: int, end: int) -> TimeSlot:
    return TimeSlot(at(start), at(end))


def booking_id(number: int) -> UUID:
    return UUID(int=number + 1)


def resource_id(number: int) -> UUID:
    return UUID(int=1000 + number)


def calendar_pool(number: int, quantity: int = 1) -> Pool:
    return Pool(None, None, quantity, UUID(int=2000 + number))


def resource_pool(number: int, kind: ResourceType, quantity: int = 1) -> Pool:
    return Pool(resource_id(number), kind, quantity)


def usage(
    number: int,
    start: int,
    end: int,
    quantity: int = 1,
    role: ClaimRole = PRIMARY,
    *,
    hold: bool = False,
    created: int | None = None,
) -> Usage:
    made = at(-100 + (number if created is None else created))
    return Usage(booking_id(number), hours(start, end), made, quantity, role, hold)


def clash(later: int, earlier: int, kind: ConflictType, over: int | None = 0) -> Clash:
    resource = None if over is None else resource_id(over)
    return Clash(booking_id(later), booking_id(earlier), kind, resource)


LEVELS = {
    None: (ConflictType.TimeOverlap, ConflictLevel.Severe),
    ResourceType.Venue: (ConflictType.VenueConflict, ConflictLevel.Critical),
    ResourceType.Equipment: (ConflictType.EquipmentConflict, ConflictLevel.Moderate),
    ResourceType.Other: (ConflictType.ResourceConflict, ConflictLevel.Moderate),
}


def demand_at(hour: int, usages: Sequence[Usage]) -> int:
    return sum(one.quantity for one in usages if not one.is_hold and holds_at(one, hour))


def holds_at(one: Usage, hour: int) -> bool:
    return one.during.start_date_time <= at(hour) < one.during.end_date_time


def clash_at(hour: int, pool: Pool, usages: Sequence[Usage], one: Usage, other: Usage) -> bool:
    """Whether two usages clash at an instant, said as the rules say it."""
    if not (holds_at(one, hour) and holds_at(other, hour)) or (one.is_hold and other.is_hold):
        return False
    hold = one if one.is_hold else other if other.is_hold else None
    wanted = demand_at(hour, usages) + (0 if hold is None else hold.quantity)
    return wanted > pool.quantity


def oracle(occupancy: Mapping[Pool, Sequence[Usage]]) -> dict[Clash, ConflictLevel]:
    found: dict[Clash, ConflictLevel] = {}
    for pool, usages in occupancy.items():
        for pair in combinations(usages, 2):
            if any(clash_at(hour, pool, usages, *pair) for hour in range(LAST_HOUR + 1)):
                earlier, later = sorted(pair, key=lambda one: (one.created_at, one.scheduled_event_id))
                if earlier.is_hold or later.is_hold:
                    kind, level = ConflictType.TimeOverlap, ConflictLevel.Minor
                elif pool.resource_type is ResourceType.Staff:
                    both_secondary = earlier.role is later.role is SECONDARY
                    kind = ConflictType.StaffConflict
                    level = ConflictLevel.Minor if both_secondary else ConflictLevel.Moderate
                else:
                    kind, level = LEVELS[pool.resource_type]
                ids = (later.scheduled_event_id, earlier.scheduled_event_id)
                found[Clash(*ids, kind, pool.resource_id)] = level
    return {one: level for one, level in found.items() if not repeated(one, found)}


def repeated(one: Clash, found: Mapping[Clash, ConflictLevel]) -> bool:
    """A TimeOverlap beside a VenueConflict of the pair."""
    pair = (one.scheduled_event_id, one.conflicting_event_id)
    return one.conflict_type is ConflictType.TimeOverlap and any(
        (two.scheduled_event_id, two.conflicting_event_id) == pair
        and two.conflict_type is ConflictType.VenueConflict
        for two in found
    )


@st.composite
def occupancies(draw: st.DrawFn) -> dict[Pool, tuple[Usage, ...]]:
    """A few bookings, each with one range and state, in some of a few pools of every kind."""
    kinds = draw(st.lists(st.sampled_from([None, *ResourceType]), min_size=1, max_size=4))
    count = draw(st.integers(0, 7))
    slots = [sorted(draw(st.sets(st.integers(0, LAST_HOUR), min_size=2, max_size=2))) for _ in range(count)]
    created = [draw(st.integers(0, 3)) for _ in range(count)]
    is_hold = [draw(st.integers(0, 3)) == 0 for _ in range(count)]
    result: dict[Pool, tuple[Usage, ...]] = {}
    for number, kind in enumerate(kinds):
        quantity = draw(st.integers(1, 4))
        pool = calendar_pool(number, quantity) if kind is None else resource_pool(number, kind, quantity)
        result[pool] = tuple(
            usage(
                booking,
                slots[booking][0],
                slots[booking][1],
                draw(st.integers(1, 3)),
                draw(st.sampled_from(ClaimRole)),
                hold=is_hold[booking],
                created=created[booking],
            )
            for booking in draw(st.permutations(range(count)))
            if draw(st.integers(0, 4))
        )
    return result


@given(occupancies())
def test_finds_exactly_what_the_oracle_finds(occupancy: dict[Pool, tuple[Usage, ...]]) -> None:
    assert find_clashes(occupancy) == oracle(occupancy)


@given(occupancies())
def test_pairs_name_the_later_created_booking_first(occupancy: dict[Pool, tuple[Usage, ...]]) -> None:
    created = {
        one.scheduled_event_id: (one.created_at, one.scheduled_event_id)
        for usages in occupancy.values()
        for one in usages
    }
    for one in find_clashes(occupancy):
        assert created[one.scheduled_event_id] > created[one.conflicting_event_id]


@given(occupancies(), st.integers(0, LAST_HOUR - 1), st.integers(1, LAST_HOUR))
def test_peak_demand_is_the_largest_of_all_instants(
    occupancy: dict[Pool, tuple[Usage, ...]], start: int, length: int
) -> None:
    during = hours(start, start + length)
    for usages in occupancy.values():
        expected = max(demand_at(hour, usages) for hour in range(start, start + length))
        assert peak_demand(usages, during) == expected


@pytest.mark.parametrize(
    ("kind", "conflict_type", "level"),
    [
        (ResourceType.Venue, ConflictType.VenueConflict, ConflictLevel.Critical),
        (ResourceType.Staff, ConflictType.StaffConflict, ConflictLevel.Moderate),
        (ResourceType.Equipment, ConflictType.EquipmentConflict, ConflictLevel.Moderate),
        (ResourceType.Other, ConflictType.ResourceConflict, ConflictLevel.Moderate),
    ],
)
def test_type_and_level_follow_the_resource(
    kind: ResourceType, conflict_type: ConflictType, level: ConflictLevel
) -> None:
    """SCH-011..013."""
    found = find_clashes({resource_pool(0, kind): (usage(0, 1, 3), usage(1, 2, 4))})
    assert found == {clash(1, 0, conflict_type): level}


@pytest.mark.parametrize(
    ("roles", "level"),
    [
        ((PRIMARY, PRIMARY), ConflictLevel.Moderate),
        ((PRIMARY, SECONDARY), ConflictLevel.Moderate),
        ((SECONDARY, PRIMARY), ConflictLevel.Moderate),
        ((SECONDARY, SECONDARY), ConflictLevel.Minor),
    ],
)
def test_staff_are_minor_only_when_secondary_in_both(
    roles: tuple[ClaimRole, ClaimRole], level: ConflictLevel
) -> None:
    """SCH-012."""
    usages = (usage(0, 1, 3, role=roles[0]), usage(1, 2, 4, role=roles[1]))
    found = find_clashes({resource_pool(0, ResourceType.Staff): usages})
    assert found == {clash(1, 0, ConflictType.StaffConflict): level}


def test_a_calendars_own_limit_is_a_severe_time_overlap() -> None:
    """SCH-010."""
    found = find_clashes({calendar_pool(0): (usage(0, 1, 3), usage(1, 2, 4))})
    assert found == {clash(1, 0, ConflictType.TimeOverlap, None): ConflictLevel.Severe}


def test_back_to_back_is_no_conflict() -> None:
    assert find_clashes({resource_pool(0, ResourceType.Venue): (usage(0, 1, 3), usage(1, 3, 4))}) == {}


def test_a_third_booking_brings_about_clashes_between_all_and_they_vanish_with_it() -> None:
    pool = resource_pool(0, ResourceType.Equipment, quantity=2)
    two = (usage(0, 1, 6), usage(1, 2, 6))
    assert find_clashes({pool: two}) == {}
    kind, level = ConflictType.EquipmentConflict, ConflictLevel.Moderate
    assert find_clashes({pool: (*two, usage(2, 5, 8))}) == {
        clash(1, 0, kind): level,
        clash(2, 0, kind): level,
        clash(2, 1, kind): level,
    }


def test_one_booking_that_asks_more_than_there_is_clashes_with_nobody_until_somebody_comes() -> None:
    pool = resource_pool(0, ResourceType.Equipment, quantity=2)
    assert find_clashes({pool: (usage(0, 1, 3, quantity=3),)}) == {}


def test_holds_are_not_counted_in_demand_and_never_clash_with_each_other() -> None:
    pool = resource_pool(0, ResourceType.Venue)
    assert find_clashes({pool: (usage(0, 1, 3, hold=True), usage(1, 1, 3, hold=True))}) == {}
    assert peak_demand((usage(0, 1, 3, hold=True), usage(1, 1, 3)), hours(0, 9)) == 1


@pytest.mark.parametrize("hold_first", [True, False])
def test_a_hold_and_a_firm_booking_overlap_mildly_over_the_resource(hold_first: bool) -> None:
    """Over the resource, so that a pair that overlaps over two keeps the one when the other goes."""
    first, second = usage(0, 1, 3, hold=hold_first), usage(1, 2, 4, hold=not hold_first)
    found = find_clashes({resource_pool(0, ResourceType.Venue): (first, second)})
    assert found == {clash(1, 0, ConflictType.TimeOverlap): ConflictLevel.Minor}


def test_a_hold_overlaps_its_calendar_and_its_resource_each_for_itself() -> None:
    usages = (usage(0, 1, 3, hold=True), usage(1, 2, 4))
    found = find_clashes({calendar_pool(0): usages, resource_pool(0, ResourceType.Staff): usages})
    assert found == {
        clash(1, 0, ConflictType.TimeOverlap, None): ConflictLevel.Minor,
        clash(1, 0, ConflictType.TimeOverlap): ConflictLevel.Minor,
    }


def test_a_hold_that_still_fits_overlaps_nothing() -> None:
    pool = resource_pool(0, ResourceType.Venue, quantity=2)
    assert find_clashes({pool: (usage(0, 1, 3, hold=True), usage(1, 2, 4))}) == {}


def test_no_time_overlap_beside_a_venue_conflict_of_the_pair() -> None:
    usages = (usage(0, 1, 3), usage(1, 2, 4))
    venue = resource_pool(0, ResourceType.Venue)
    third = usage(2, 2, 4)
    found = find_clashes({calendar_pool(0): (*usages, third), venue: usages})
    assert found == {
        clash(1, 0, ConflictType.VenueConflict): ConflictLevel.Critical,
        clash(2, 0, ConflictType.TimeOverlap, None): ConflictLevel.Severe,
        clash(2, 1, ConflictType.TimeOverlap, None): ConflictLevel.Severe,
    }


def test_a_time_overlap_stands_beside_a_staff_conflict_of_the_pair() -> None:
    usages = (usage(0, 1, 3), usage(1, 2, 4))
    found = find_clashes({calendar_pool(0): usages, resource_pool(0, ResourceType.Staff): usages})
    assert found == {
        clash(1, 0, ConflictType.TimeOverlap, None): ConflictLevel.Severe,
        clash(1, 0, ConflictType.StaffConflict): ConflictLevel.Moderate,
    }


def test_bookings_made_at_one_instant_are_ordered_by_id() -> None:
    usages = (usage(1, 1, 3, created=5), usage(0, 2, 4, created=5))
    found = find_clashes({resource_pool(0, ResourceType.Venue): usages})
    assert found == {clash(1, 0, ConflictType.VenueConflict): ConflictLevel.Critical}


def test_64_bookings_of_one_person_clash_pairwise() -> None:
    usages = tuple(usage(number, 1, 3) for number in range(64))
    found = find_clashes({resource_pool(0, ResourceType.Staff): usages})
    assert len(found) == 2016
    assert set(found.values()) == {ConflictLevel.Moderate}


@given(occupancies())
def test_around_a_booking_nothing_it_bears_on_is_missing(
    occupancy: dict[Pool, tuple[Usage, ...]],
) -> None:
    ids = {usage.scheduled_event_id for usages in occupancy.values() for usage in usages}
    for own in ids:
        without = {
            pool: [one for one in usages if one.scheduled_event_id != own]
            for pool, usages in occupancy.items()
        }
        all_after, all_before = find_clashes(occupancy), find_clashes(without)
        after, before = find_clashes_around(own, occupancy), find_clashes_around(own, without)
        assert after.items() <= all_after.items()
        assert {one: after[one] for one in after.keys() - before.keys()} == {
            one: all_after[one] for one in all_after.keys() - all_before.keys()
        }
        assert before.keys() - after.keys() == all_before.keys() - all_after.keys()


@given(occupancies(), st.sets(st.integers(0, 6)))
def test_around_several_bookings_nothing_they_bear_on_is_missing(
    occupancy: dict[Pool, tuple[Usage, ...]], numbers: set[int]
) -> None:
    some = frozenset(booking_id(number) for number in numbers)
    without = {
        pool: [one for one in usages if one.scheduled_event_id not in some]
        for pool, usages in occupancy.items()
    }
    all_after, all_before = find_clashes(occupancy), find_clashes(without)
    after, before = find_clashes_around_all(some, occupancy), find_clashes_around_all(some, without)
    assert after.items() <= all_after.items()
    own = {
        one for one in all_after if not some.isdisjoint((one.scheduled_event_id, one.conflicting_event_id))
    }
    assert own <= after.keys()
    assert after.keys() - before.keys() == all_after.keys() - all_before.keys()
    assert before.keys() - after.keys() == all_before.keys() - all_after.keys()


@given(occupancies())
def test_around_all_bookings_is_everything(occupancy: dict[Pool, tuple[Usage, ...]]) -> None:
    ids = frozenset(usage.scheduled_event_id for usages in occupancy.values() for usage in usages)
    assert find_clashes_around_all(ids, occupancy) == find_clashes(occupancy)


def test_of_a_single_piece_only_the_bookings_own_clashes_are_told() -> None:
    usages = (usage(0, 1, 4), usage(1, 2, 5), usage(2, 3, 6), usage(3, 3, 6, hold=True))
    staff, venue = resource_pool(0, ResourceType.Staff), resource_pool(1, ResourceType.Venue)
    kind, level = ConflictType.StaffConflict, ConflictLevel.Moderate

    def around(*numbers: int) -> dict[Clash, ConflictLevel]:
        return find_clashes_around_all(frozenset(booking_id(one) for one in numbers), {staff: usages})

    assert around() == {}
    assert around(0) == {
        clash(1, 0, kind): level,
        clash(2, 0, kind): level,
        clash(3, 0, ConflictType.TimeOverlap): ConflictLevel.Minor,
    }
    assert around(0, 1).keys() - around(0).keys() == {
        clash(2, 1, kind),
        clash(3, 1, ConflictType.TimeOverlap),
    }
    assert around(0, 1, 2, 3) == find_clashes({staff: usages})
    assert find_clashes_around_all(frozenset(), {venue: usages}) == find_clashes({venue: usages})
