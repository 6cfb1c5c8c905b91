"""When a booking may be made or changed (SCH-001..005)."""

from datetime import datetime, timedelta

from domain.enums import Role
from domain.errors import (
    ApprovalRequired,
    SlotTooLong,
    SlotTooShort,
    StartNotBeforeEnd,
    StartsInThePast,
)
from domain.policy import Policy
from domain.time_slot import TimeSlot


def ensure_start_before_end(slot: TimeSlot) -> None:
    """Reject a slot that does not start before it ends (SCH-001)."""
    if slot.duration <= timedelta(0):
        raise StartNotBeforeEnd


def ensure_minimum_duration(slot: TimeSlot, policy: Policy) -> None:
    """Reject a slot shorter than the shortest bookable duration (SCH-002)."""
    if slot.duration < policy.minimum_duration:
        raise SlotTooShort(policy.minimum_duration)


def ensure_maximum_duration(slot: TimeSlot, policy: Policy) -> None:
    """Reject a slot longer than the longest bookable duration (SCH-003)."""
    if slot.duration > policy.maximum_duration:
        raise SlotTooLong(policy.maximum_duration)


def ensure_not_in_past(slot: TimeSlot, now: datetime) -> None:
    """Reject a slot that starts now or earlier (SCH-004)."""
    if slot.start_date_time <= now:
        raise StartsInThePast


def ensure_bookable(slot: TimeSlot, now: datetime, policy: Policy) -> None:
    """Reject a slot that any of SCH-001..004 rejects."""
    ensure_start_before_end(slot)
    ensure_minimum_duration(slot, policy)
    ensure_maximum_duration(slot, policy)
    ensure_not_in_past(slot, now)


def ensure_change_allowed(starts: tuple[datetime, ...], now: datetime, role: Role, policy: Policy) -> None:
    """Reject a change near the old or the new start unless a manager makes it (SCH-005).

    starts: the old start and, when it moves, the new one; a start that has passed counts as near.
    """
    if role < Role.Manager and any(start - now < policy.approval_notice for start in starts):
        hours = policy.approval_notice.total_seconds() / 3600
        raise ApprovalRequired(f"Changes within {hours:g} hours of the start require manager approval")
