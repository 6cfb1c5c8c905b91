"""SCH-010..013: how bad a conflict is, and which refuse."""

from itertools import product

import pytest

from domain.enums import ClaimRole, ConflictLevel
from domain.rules.conflicts import (
    equipment_conflict_level,
    hold_overlap_level,
    refuses_booking,
    staff_conflict_level,
    time_overlap_level,
    venue_conflict_level,
)


def test_levels_by_what_is_clashed_over() -> None:
    assert time_overlap_level() is ConflictLevel.Severe
    assert venue_conflict_level() is ConflictLevel.Critical
    assert equipment_conflict_level() is ConflictLevel.Moderate
    assert hold_overlap_level() is ConflictLevel.Minor


@pytest.mark.parametrize("roles", list(product(ClaimRole, repeat=2)))
def test_staff_are_minor_only_when_secondary_in_both(roles: tuple[ClaimRole, ClaimRole]) -> None:
    both_secondary = roles == (ClaimRole.Secondary, ClaimRole.Secondary)
    assert staff_conflict_level(roles) is (ConflictLevel.Minor if both_secondary else ConflictLevel.Moderate)


def test_the_two_worst_levels_refuse() -> None:
    assert {level for level in ConflictLevel if refuses_booking(level)} == {
        ConflictLevel.Severe,
        ConflictLevel.Critical,
    }
