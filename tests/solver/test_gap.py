"""How far a suggestion may lie above the best one."""

from __future__ import annotations

import pytest

from solver.stream import gap_of


@pytest.mark.parametrize(
    ("cost", "bound", "gap"),
    [(10, 5, 0.5), (10, 10, 0.0), (10, 12, 0.0), (10, -3, 1.0), (10, None, 1.0), (0, None, 0.0)],
)
def test_a_gap_is_the_share_that_might_be_saved(cost: int, bound: int | None, gap: float) -> None:
    assert gap_of(cost, bound) == gap
