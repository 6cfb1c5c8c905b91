"""SCH-001..005 at their limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.enums import Role
from domain.errors import (
    ApprovalRequired,
    SlotTooLong,
    SlotTooShort,
    StartNotBeforeEnd,
    StartsInThePast,
    ValidationException,
)
from domain.policy import Policy
from domain.rules.scheduling import (
    ensure_bookable,
    ensure_change_allowed,
    ensure_maximum_duration,
    ensure_minimum_duration,
    ensure_not_in_past,
    ensure_start_before_end,
)
from domain.time_slot import TimeSlot

NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
POLICY = Policy()


def lasting(duration: timedelta, start: datetime = NOW + timedelta(days=1)) -> TimeSlot:
    return TimeSlot(start, start + duration)


def refusal(error: type[ValidationException], call: object, *given: object) -> dict[str, list[str]]:
    with pytest.raises(error) as caught:
        call(*given)  # type: ignore[operator]
    assert type(caught.value) is error
    return caught.value.errors


@pytest.mark.parametrize("duration", [timedelta(0), -TICK, timedelta(days=-1)])
def test_a_booking_ends_after_it_starts(duration: timedelta) -> None:
    expected = {"endDateTime": ["End time must be after start time"]}
    assert refusal(StartNotBeforeEnd, ensure_start_before_end, lasting(duration)) == expected
    assert refusal(StartNotBeforeEnd, ensure_bookable, lasting(duration), NOW, POLICY) == expected
    ensure_start_before_end(lasting(TICK))


def test_a_booking_lasts_as_long_as_the_shortest_at_least() -> None:
    short = lasting(timedelta(minutes=15) - TICK)
    expected = {"endDateTime": ["Event duration must be at least 15 minutes"]}
    assert refusal(SlotTooShort, ensure_minimum_duration, short, POLICY) == expected
    assert refusal(SlotTooShort, ensure_bookable, short, NOW, POLICY) == expected
    ensure_minimum_duration(lasting(timedelta(minutes=15)), POLICY)
    strict = Policy(minimum_duration=timedelta(hours=1, seconds=30))
    assert refusal(SlotTooShort, ensure_minimum_duration, lasting(timedelta(hours=1)), strict) == {
        "endDateTime": ["Event duration must be at least 60 minutes"]
    }


def test_a_booking_lasts_as_long_as_the_longest_at_most() -> None:
    long = lasting(timedelta(days=30) + TICK)
    expected = {"endDateTime": ["Event duration cannot exceed 30 days"]}
    assert refusal(SlotTooLong, ensure_maximum_duration, long, POLICY) == expected
    assert refusal(SlotTooLong, ensure_bookable, long, NOW, POLICY) == expected
    ensure_maximum_duration(lasting(timedelta(days=30)), POLICY)


def test_a_booking_starts_later_than_now() -> None:
    hour = timedelta(hours=1)
    expected = {"startDateTime": ["Start time must be in the future"]}
    for start in (NOW, NOW - TICK, NOW - timedelta(days=365)):
        assert refusal(StartsInThePast, ensure_not_in_past, lasting(hour, start), NOW) == expected
        assert refusal(StartsInThePast, ensure_bookable, lasting(hour, start), NOW, POLICY) == expected
    ensure_not_in_past(lasting(hour, NOW + TICK), NOW)
    ensure_bookable(lasting(hour, NOW + TICK), NOW, POLICY)


@pytest.mark.parametrize("role", [Role.Customer, Role.Staff])
def test_changes_close_to_a_start_need_a_manager(role: Role) -> None:
    far, near, over = (NOW + timedelta(hours=2), NOW + timedelta(hours=2) - TICK, NOW - timedelta(days=1))
    ensure_change_allowed((far,), NOW, role, POLICY)
    ensure_change_allowed((far, far), NOW, role, POLICY)
    ensure_change_allowed((), NOW, role, POLICY)
    for starts in ((near,), (near, far), (far, near), (over, far), (NOW,)):
        with pytest.raises(ApprovalRequired) as caught:
            ensure_change_allowed(starts, NOW, role, POLICY)
        assert caught.value.detail == "Changes within 2 hours of the start require manager approval"


@pytest.mark.parametrize("role", [Role.Manager, Role.Admin])
def test_a_managers_own_change_is_its_approval(role: Role) -> None:
    ensure_change_allowed((NOW, NOW - timedelta(days=1)), NOW, role, POLICY)


@pytest.mark.parametrize(
    ("notice", "named"),
    [
        (timedelta(minutes=90), "1.5"),
        (timedelta(days=1), "24"),
    ],
)
def test_the_notice_is_a_setting_and_is_named(notice: timedelta, named: str) -> None:
    policy = Policy(approval_notice=notice)
    ensure_change_allowed((NOW + notice,), NOW, Role.Staff, policy)
    message = f"^Changes within {named} hours of the start require manager approval$"
    with pytest.raises(ApprovalRequired, match=message):
        ensure_change_allowed((NOW + notice - TICK,), NOW, Role.Staff, policy)
