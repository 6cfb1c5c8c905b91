"""The algebra of ranges is the algebra of sets."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from solver.ranges import contains, difference, intersection, multiples, normalised

lists = st.lists(st.tuples(st.integers(-9, 20), st.integers(-9, 20)), max_size=6)


def members(ranges):
    return {minute for low, high in ranges for minute in range(low, high)}


def is_normal(ranges):
    apart = all(one[1] < other[0] for one, other in pairwise(ranges))
    return apart and all(low < high for low, high in ranges)


@given(lists, lists)
def test_ranges_behave_as_sets_of_minutes(one, other):
    left, right = normalised(one), normalised(other)
    assert is_normal(left)
    assert members(left) == members(one)
    assert members(intersection(left, right)) == members(one) & members(other)
    assert members(difference(left, right)) == members(one) - members(other)
    assert [contains(left, minute) for minute in range(-12, 24)] == [
        minute in members(one) for minute in range(-12, 24)
    ]


@given(lists, st.integers(1, 5))
def test_multiples_are_the_numbers_whose_product_lies_inside(ranges, step):
    whole = normalised(ranges)
    expected = {minute // step for minute in members(whole) if minute % step == 0}
    assert members(multiples(whole, step)) == expected
