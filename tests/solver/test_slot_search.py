"""The search over sets of starts against one that tries everything."""

from __future__ import annotations

from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from solver.ranges import contains, normalised
from solver.slot_search import Group, Offer, SearchWeights, SlotSearch

ALWAYS = ((0, 10_000),)


def search(starts: list[tuple[int, ...]], *groups: Group, duration: int = 60, since: int = 0) -> SlotSearch:
    return SlotSearch(starts, groups, duration, since)


def half_hours(count: int) -> list[tuple[int, ...]]:
    return [(30 * n,) for n in range(count)]


def test_two_of_three_and_any_hall() -> None:
    technicians = Group((0, 1, 2), (((0, 61),), ((60, 200),), ((60, 100),)), 2)
    hall = Group((7, 8), (((90, 91),), ((60, 91),)))
    found = search(half_hours(8), technicians, hall, duration=30).offers(5)
    assert found == [
        Offer(2, (((0, 1), (8,)),), waiting=1, preference=10, changes=0),
        Offer(3, (((1, 2), (7,)),), waiting=1, preference=15, changes=0),
    ]


def test_the_same_resources_every_night_where_they_are_free() -> None:
    nights = [(0, 1440), (30, 1470)]
    first_night, second_night = ((0, 31),), ((1440, 1471),)
    changing = Group((0, 1), (first_night, second_night))
    (only,) = search(nights, changing).offers(5)
    assert only == Offer(0, (((0,),), ((1,),)), waiting=0, preference=5, changes=200)
    assert not only.same_resources
    steady = Group((0, 1, 2), (first_night, second_night, ALWAYS))
    (best,) = search(nights, steady).offers(5)
    assert (best.chosen, best.same_resources) == ((((2,),), ((2,),)), True)


def test_what_changes_least_goes_on_where_something_must_change() -> None:
    nights = [(0, 1440, 2880)]
    group = Group((0, 1, 2), (((0, 1),), ((0, 1), (1440, 1441)), ((2880, 2881),)))
    (only,) = search(nights, group).offers(1)
    assert only.chosen == (((0,),), ((1,),), ((2,),))
    pair = Group((0, 1, 2), (((0, 1),), ALWAYS, ((1440, 2881),)), 2)
    (only,) = search(nights, pair).offers(1)
    assert (only.chosen, only.changes) == ((((0, 1),), ((1, 2),), ((1, 2),)), 200)


def test_groups_that_want_the_same_give_way_to_each_other() -> None:
    greedy = Group((0, 1), (ALWAYS, ALWAYS))
    needy = Group((0,), (ALWAYS,))
    (only,) = search([(0,)], greedy, needy).offers(5)
    assert only.chosen == (((1,), (0,)),)
    assert search([(0,)], needy, needy).offers(5) == []


def test_offers_that_overlap_with_the_same_resources_are_one() -> None:
    hall = Group((0,), (ALWAYS,))
    found = search(half_hours(6), hall, duration=60).offers(5)
    assert [one.position for one in found] == [0, 2, 4]
    assert [one.position for one in search(half_hours(6), hall).offers(2)] == [0, 2]


def test_nothing_to_look_at_is_nothing_found() -> None:
    hall = Group((0,), (ALWAYS,))
    empty = search([], hall)
    assert (empty.offers(5), empty.free_counts(), empty.group_counts()) == ([], [[0]], [0])
    none_free = search(half_hours(2), Group((0,), ((),)))
    assert (none_free.offers(5), none_free.free_counts()) == ([], [[0]])


def test_how_often_each_is_free_is_told() -> None:
    group = Group((0, 1), (((0, 60),), ((30, 90),)), 2)
    asked = search(half_hours(4), group, Group((2,), (((90, 91),),)))
    assert (asked.free_counts(), asked.group_counts()) == ([[2, 2], [1]], [1, 1])
    assert asked.offers(5) == []


def test_starts_out_of_order_are_found_where_they_are() -> None:
    # The clock goes forward: the third start is before the second.
    (only,) = search([(0, 1440), (60, 1560), (90, 1530)], Group((0,), (((90, 91), (1530, 1531)),))).offers(9)
    assert only.position == 2


RANGES = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 6)), max_size=3).map(
    lambda some: normalised((start, start + length) for start, length in some)
)
POOL = st.lists(RANGES, min_size=5, max_size=5)


@given(
    pool=POOL,
    starts=st.lists(st.integers(0, 10), min_size=1, max_size=5, unique=True).map(sorted),
    shift=st.integers(1, 5),
    occurrences=st.integers(1, 2),
    groups=st.lists(
        st.tuples(st.lists(st.integers(0, 4), min_size=1, max_size=4, unique=True), st.integers(1, 2)),
        min_size=1,
        max_size=3,
    ),
)
def test_exactly_what_trying_everything_finds(
    pool: list[tuple[tuple[int, int], ...]],
    starts: list[int],
    shift: int,
    occurrences: int,
    groups: list[tuple[list[int], int]],
) -> None:
    positions = [tuple(start + number * shift for number in range(occurrences)) for start in starts]
    built = [Group(tuple(ids), tuple(pool[one] for one in ids), count) for ids, count in groups]
    asked = SlotSearch(positions, built, 0, weights=SearchWeights(hour_waited=0))
    offers = {one.position: one for one in asked.offers(100)}
    disjoint = len({one for ids, _ in groups for one in ids}) == sum(len(ids) for ids, _ in groups)
    for position, instants in enumerate(positions):
        by_night = [_choices(groups, pool, minute) for minute in instants]
        assert (position in offers) == all(by_night)
        if position not in offers:
            continue
        offer = offers[position]
        assert all(some in choices for some, choices in zip(offer.chosen, by_night, strict=True))
        always = set.intersection(*map(set, by_night))
        assert offer.same_resources or not always
        if always and disjoint:
            assert offer.preference == min(_ranks(groups, some) for some in always) * 5 * occurrences


def _choices(
    groups: list[tuple[list[int], int]], pool: list[tuple[tuple[int, int], ...]], minute: int
) -> list[tuple[tuple[int, ...], ...]]:
    """Every way to serve all groups at a minute, no resource twice."""
    each = [
        [some for some in combinations(ids, count) if all(contains(pool[one], minute) for one in some)]
        for ids, count in groups
    ]
    return [
        choice
        for choice in product(*each)
        if len({one for some in choice for one in some}) == sum(len(some) for some in choice)
    ]


def _ranks(groups: list[tuple[list[int], int]], choice: tuple[tuple[int, ...], ...]) -> int:
    return sum(ids.index(one) for (ids, _), some in zip(groups, choice, strict=True) for one in some)
