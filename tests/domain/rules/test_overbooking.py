"""SCH-020..025 at their limits."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.enums import ConflictLevel, Role
from domain.errors import ForbiddenException, OverrideReasonMissing
from domain.policy import Policy
from domain.rules.overbooking import (
    crosses_warning,
    ensure_may_override,
    ensure_override_reason,
    is_refused,
    override_reason,
    prevention_applies,
    warning_threshold,
)

POLICY = Policy()


def test_overbooking_is_prevented_unless_allowed() -> None:
    assert prevention_applies(allow_overbooking=False) is True
    assert prevention_applies(allow_overbooking=True) is False


def test_managers_and_admins_override() -> None:
    for role in (Role.Manager, Role.Admin):
        ensure_may_override(role)
    for role in (Role.Customer, Role.Staff):
        with pytest.raises(
            ForbiddenException, match=r"^Only a Manager or Admin can override overbooking prevention$"
        ):
            ensure_may_override(role)


@pytest.mark.parametrize(
    ("capacity", "share", "threshold"),
    [(1, 0.8, None), (2, 0.8, 1.6), (5, 0.8, 4.0), (10, 0.8, 8.0), (4, 0.5, 2.0), (3, 1.0, 3.0)],
)
def test_the_warning_comes_at_a_share_of_capacity(
    capacity: int, share: float, threshold: float | None
) -> None:
    assert warning_threshold(capacity, Policy(capacity_warning_share=share)) == threshold


@pytest.mark.parametrize(
    ("before", "after", "capacity", "expected"),
    [
        (3, 4, 5, True),
        (2, 3, 5, False),
        (4, 5, 5, False),
        (0, 5, 5, True),
        (1, 2, 2, True),
        (0, 1, 2, False),
        (4, 3, 5, False),
        (0, 1, 1, False),
        (1, 2, 1, False),
    ],
)
def test_a_booking_warns_when_it_crosses_the_threshold(
    before: int, after: int, capacity: int, expected: bool
) -> None:
    assert crosses_warning(before, after, capacity, POLICY) is expected


@given(st.integers(2, 50), st.lists(st.integers(1, 5), max_size=30))
def test_a_rising_crowd_warns_once_at_most(capacity: int, steps: list[int]) -> None:
    peaks = [sum(steps[:taken]) for taken in range(len(steps) + 1)]
    warnings = [crosses_warning(before, after, capacity, POLICY) for before, after in pairwise(peaks)]
    assert sum(warnings) == (peaks[-1] >= capacity * 0.8)


@pytest.mark.parametrize("level", ConflictLevel)
@pytest.mark.parametrize("allow_overbooking", [False, True])
@pytest.mark.parametrize("overridden", [False, True])
def test_only_severe_and_critical_clashes_refuse_and_only_without_leave(
    level: ConflictLevel, allow_overbooking: bool, overridden: bool
) -> None:
    refused = is_refused(level, allow_overbooking=allow_overbooking, overridden=overridden)
    bad = level in {ConflictLevel.Severe, ConflictLevel.Critical}
    assert refused is (bad and not allow_overbooking and not overridden)


def test_an_override_says_why() -> None:
    assert ensure_override_reason("  The mayor\u00a0asked \n") == "The mayor\u00a0asked"
    for blank in ("", "  ", "\t\n\u00a0"):
        with pytest.raises(OverrideReasonMissing) as caught:
            ensure_override_reason(blank)
        assert caught.value.errors == {"override.reason": ["An override must include a reason"]}


def test_who_overrides_may_and_says_why() -> None:
    assert override_reason(None, Role.Customer) is None
    assert override_reason(" The mayor asked ", Role.Manager) == "The mayor asked"
    with pytest.raises(ForbiddenException):
        override_reason("", Role.Staff)
    with pytest.raises(OverrideReasonMissing):
        override_reason(" ", Role.Manager)
