"""A schedule as the solver and the file checker see it: one consistent picture of a stretch of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.entities import Calendar, Claim, Closure, Resource
from domain.enums import ScheduleStatus
from domain.time_slot import TimeSlot


@dataclass(frozen=True, slots=True)
class SnapshotBooking:
    """A live booking in a snapshot.

    claims: everything it uses, the resource that owns its calendar included (and then first).
    title: None when the viewer may not see the booking; sentences then say "another booking".
    movable: whether the viewer may change it at all; the solver's translation judges notice and status.
    created_at: of two bookings in a clash the later one is the conflict's `scheduledEventId`.
    is_occurrence: one of the dates of a series, all of one title; sentences say which.
    """

    scheduled_event_id: UUID
    calendar_id: UUID
    slot: TimeSlot
    status: ScheduleStatus
    claims: tuple[Claim, ...]
    created_at: datetime
    version: int = 1
    title: str | None = None
    attendees: int | None = None
    priority: int = 0
    time_zone: str = "UTC"
    movable: bool = True
    is_occurrence: bool = False


FixedUse = tuple[int, int, int, bool]
"""(start, end, quantity, is primary): half-open, in minutes since 1970-01-01T00:00Z rounded outward, with
setup and teardown."""


@dataclass(frozen=True, slots=True)
class FixedUses:
    """What bookings that stay take of one resource, or of one calendar that limits concurrency.

    Exactly one of the two ids is given.
    """

    resource_id: UUID | None
    calendar_id: UUID | None
    uses: tuple[FixedUse, ...]


@dataclass(frozen=True, slots=True)
class ScheduleSnapshot:
    """Every live, firm booking that touches the horizon, with what it claims and what limits it.

    bookings: those that may move, and those whose clashes are asked about.
    fixed: what all others take; they stay and are nobody's business.
    now: when the snapshot was taken; bookings that start before or soon after it stay.
    horizon: where moved bookings may be placed.
    offered_resource_ids: resources a suggestion may name to this viewer; None means all.
    hidden_resource_ids: resources this viewer does not see; whoever assigned them decides on them.
    """

    now: datetime
    horizon: TimeSlot
    resources: tuple[Resource, ...]
    calendars: tuple[Calendar, ...]
    bookings: tuple[SnapshotBooking, ...]
    closures: tuple[Closure, ...] = ()
    fixed: tuple[FixedUses, ...] = ()
    offered_resource_ids: frozenset[UUID] | None = None
    hidden_resource_ids: frozenset[UUID] = frozenset()
