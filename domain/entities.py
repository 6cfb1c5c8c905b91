"""The things the service keeps, as immutable values (spec 2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from domain.enums import (
    CalendarType,
    ClaimRole,
    ConflictLevel,
    ConflictStatus,
    ConflictType,
    OwnerType,
    ResolutionMethod,
    ResourceType,
    ScheduleStatus,
)
from domain.time_slot import TimeSlot
from domain.working_hours import WorkingHours


@dataclass(frozen=True, slots=True)
class Event:
    """What is being put on; a booking gives it a place and a time."""

    event_id: UUID
    title: str
    organizer_id: UUID
    description: str | None = None
    attendees: int | None = None
    priority: int = 0
    version: int = 1


@dataclass(frozen=True, slots=True)
class Resource:
    """A venue, a person, a piece of equipment or a pool of equal pieces.

    quantity: how many can be claimed at one instant; a venue's is its calendar's maxConcurrentEvents.
    capacity: people it holds, None when that means nothing.
    setup_minutes, teardown_minutes: kept around every claim.
    interchange_group: resources of one group may stand in for each other.
    """

    resource_id: UUID
    name: str
    resource_type: ResourceType
    quantity: int = 1
    capacity: int | None = None
    features: frozenset[str] = frozenset()
    setup_minutes: int = 0
    teardown_minutes: int = 0
    interchange_group: str | None = None
    working_hours: WorkingHours | None = None
    time_zone: str = "UTC"
    is_active: bool = True
    version: int = 1

    def claimed_range(self, slot: TimeSlot) -> TimeSlot:
        """What a booking of the slot takes of this resource, setup and teardown included."""
        return slot.widened(timedelta(minutes=self.setup_minutes), timedelta(minutes=self.teardown_minutes))


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar of a venue, a person, a piece of equipment, a department or the organisation.

    resource_id: the resource that owns it, when one does; every booking on the calendar claims it.
    instant_booking: a Customer's booking is Scheduled at once instead of Tentative.
    escalation_contact_id: who gets its conflicts that nobody deals with; None for whom the settings name.
    """

    calendar_id: UUID
    name: str
    calendar_type: CalendarType
    owner_id: UUID
    owner_type: OwnerType
    time_zone: str
    created_at: datetime
    description: str | None = None
    is_active: bool = True
    allow_overbooking: bool = False
    max_concurrent_events: int = 1
    instant_booking: bool = False
    version: int = 1
    escalation_contact_id: UUID | None = None

    @property
    def resource_id(self) -> UUID | None:
        return self.owner_id if self.owner_type <= OwnerType.Equipment else None

    @property
    def limits_concurrency(self) -> bool:
        """Whether `max_concurrent_events` is the calendar's own; a venue's is its quantity."""
        return self.owner_type is not OwnerType.Venue


@dataclass(frozen=True, slots=True)
class Claim:
    """What a booking uses of one resource."""

    resource_id: UUID
    role: ClaimRole = ClaimRole.Primary
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class ScheduledEvent:
    """A booking: an event on a calendar at a time, with the resources it claims.

    owner_id: the event's organizer, whose own booking it is.
    hold_expires_at: when a Tentative booking counts as Cancelled; None for never.
    series_id, original_start: of an occurrence, its series, and what the clock in the series' zone shows at
        the start that its rule gives it (naive); that stays when the occurrence is moved.
    is_detached: an occurrence that was changed by itself; changes of the series leave it where it is.
    """

    scheduled_event_id: UUID
    event_id: UUID
    calendar_id: UUID
    owner_id: UUID
    slot: TimeSlot
    time_zone: str
    status: ScheduleStatus
    created_at: datetime
    created_by: UUID
    claims: tuple[Claim, ...] = ()
    hold_expires_at: datetime | None = None
    is_blocked: bool = False
    block_reason: str | None = None
    override_reason: str | None = None
    is_imported: bool = False
    modified_at: datetime | None = None
    modified_by: UUID | None = None
    version: int = 1
    series_id: UUID | None = None
    original_start: datetime | None = None
    is_detached: bool = False

    def status_at(self, now: datetime) -> ScheduleStatus:
        """The status as of now: an expired hold counts as Cancelled at once."""
        expired = self.hold_expires_at is not None and self.hold_expires_at <= now
        if self.status is ScheduleStatus.Tentative and expired:
            return ScheduleStatus.Cancelled
        return self.status


@dataclass(frozen=True, slots=True)
class ScheduleConflict:
    """Two bookings that ask more of a resource, or of a calendar, than it has.

    scheduled_event_id: the booking created later.
    resource_id: what they clash over, None for a calendar's TimeOverlap.
    """

    schedule_conflict_id: UUID
    scheduled_event_id: UUID
    conflicting_event_id: UUID
    conflict_type: ConflictType
    conflict_level: ConflictLevel
    status: ConflictStatus
    detected_at: datetime
    resource_id: UUID | None = None
    resolved_at: datetime | None = None
    resolution_method: ResolutionMethod | None = None
    resolved_by: UUID | None = None
    escalated_at: datetime | None = None
    escalated_to: UUID | None = None
    escalation_reason: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Closure:
    """A range in which a resource is not available (spec 2.4, `isAvailable: false`)."""

    resource_availability_id: UUID
    resource_id: UUID
    slot: TimeSlot
    reason: str | None = field(default=None)
