"""Capacity: when a booking is refused, warned about or let through (SCH-020..025)."""

from domain.enums import ConflictLevel, Role
from domain.errors import ForbiddenException, OverrideReasonMissing
from domain.policy import Policy
from domain.rules.conflicts import refuses_booking


def prevention_applies(allow_overbooking: bool) -> bool:
    """Overbooking is prevented unless the calendar allows it (SCH-020)."""
    return not allow_overbooking


def ensure_may_override(role: Role) -> None:
    """Only Managers and Admins override overbooking prevention (SCH-021)."""
    if role < Role.Manager:
        raise ForbiddenException("Only a Manager or Admin can override overbooking prevention")


def warning_threshold(capacity: int, policy: Policy) -> float | None:
    """The demand at which approaching capacity is warned about; never at capacity 1 (SCH-022)."""
    return capacity * policy.capacity_warning_share if capacity > 1 else None


def crosses_warning(peak_before: int, peak_after: int, capacity: int, policy: Policy) -> bool:
    """Whether a booking lifts the peak to the threshold or above, from below it (SCH-022)."""
    threshold = warning_threshold(capacity, policy)
    return threshold is not None and peak_before < threshold <= peak_after


def is_refused(level: ConflictLevel, *, allow_overbooking: bool, overridden: bool) -> bool:
    """A booking beyond 100 % of capacity is blocked unless overridden (SCH-023)."""
    return refuses_booking(level) and prevention_applies(allow_overbooking) and not overridden


def ensure_override_reason(reason: str) -> str:
    """An override must say why (SCH-024); the reason comes back without surrounding space."""
    stripped = reason.strip()
    if not stripped:
        raise OverrideReasonMissing
    return stripped


def override_reason(reason: str | None, role: Role) -> str | None:
    """Why a booking overrides prevention, where it does; who may and what it must say (SCH-021, SCH-024)."""
    if reason is None:
        return None
    ensure_may_override(role)
    return ensure_override_reason(reason)
