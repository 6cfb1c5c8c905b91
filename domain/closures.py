"""Closing a resource for a time and opening it again; closures of one resource never overlap (SCH-031)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.entities import Closure, Resource
from domain.errors import TimeSlotUnavailableException
from domain.rules.availability import closure_at, ensure_closures_disjoint, ensure_open
from domain.time_slot import TimeSlot

MAXIMUM_REASON = 4_000


@dataclass(frozen=True, slots=True)
class Closing:
    """What is to be closed, and the closures that become part of it."""

    slot: TimeSlot
    reason: str | None
    absorbed: tuple[Closure, ...] = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """A closure with what is left of it on either side of what was opened, and what was opened."""

    closure: Closure
    left: tuple[TimeSlot, ...]
    opened: TimeSlot


def closing(slot: TimeSlot, reason: str | None, existing: Iterable[Closure], *, merge: bool) -> Closing:
    """The closure to make. Where it overlaps others it swallows them, or is refused (SCH-031).

    merge: the reasons of those it swallows follow its own.
    Raises FieldException for an overlap that is not to be merged.
    """
    overlapping = sorted(
        (one for one in existing if one.slot.overlaps(slot)), key=lambda one: one.slot.start_date_time
    )
    if not merge:
        ensure_closures_disjoint(slot, overlapping)
    if not overlapping:
        return Closing(slot, reason)
    whole = TimeSlot(
        min(slot.start_date_time, overlapping[0].slot.start_date_time),
        max(slot.end_date_time, overlapping[-1].slot.end_date_time),
    )
    reasons = dict.fromkeys(one for one in (reason, *(each.reason for each in overlapping)) if one)
    return Closing(whole, "; ".join(reasons)[:MAXIMUM_REASON] or None, tuple(overlapping))


def opening(slot: TimeSlot, existing: Iterable[Closure]) -> tuple[Cut, ...]:
    """What becomes of each closure that touches the time to open, by start."""
    cuts = []
    for closure in sorted(existing, key=lambda one: one.slot.start_date_time):
        opened = closure.slot.intersection(slot)
        if opened is not None:
            parts = (
                TimeSlot(closure.slot.start_date_time, opened.start_date_time),
                TimeSlot(opened.end_date_time, closure.slot.end_date_time),
            )
            left = tuple(one for one in parts if one.start_date_time < one.end_date_time)
            cuts.append(Cut(closure, left, opened))
    return tuple(cuts)


def blocking_reason(resource: Resource, slot: TimeSlot, closures: Sequence[Closure]) -> str | None:
    """Why a resource cannot be used in a slot, to follow its name and "is"; None when it can."""
    closure = closure_at(slot, closures)
    if closure is not None:
        return f"closed: {closure.reason}" if closure.reason else "closed"
    try:
        ensure_open(resource, slot, ())
    except TimeSlotUnavailableException as error:
        return error.reason
    return None


def stranded(
    resource: Resource, bookings: Iterable[tuple[UUID, TimeSlot]], closures: Sequence[Closure]
) -> dict[UUID, str]:
    """The bookings of a resource that it cannot be used for, each with the reason."""
    found = {key: blocking_reason(resource, slot, closures) for key, slot in bookings}
    return {key: reason for key, reason in found.items() if reason is not None}
