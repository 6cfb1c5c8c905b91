"""Facts: what has happened, in the contract's words (spec 3). A fact's class name is its type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.enums import (
    ConflictLevel,
    ConflictType,
    ExportFormat,
    ResolutionMethod,
    ResourceType,
    ViewType,
)

Day = date


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened and stays true."""


@dataclass(frozen=True, slots=True)
class EventScheduledOnCalendar(Fact):
    """An event was added to a calendar."""

    scheduled_event_id: UUID
    event_id: UUID
    calendar_id: UUID
    start_date_time: datetime
    end_date_time: datetime


@dataclass(frozen=True, slots=True)
class EventRescheduled(Fact):
    """A booking's date or time changed."""

    scheduled_event_id: UUID
    old_start_date_time: datetime
    old_end_date_time: datetime
    new_start_date_time: datetime
    new_end_date_time: datetime
    rescheduled_by: UUID


@dataclass(frozen=True, slots=True)
class EventRemovedFromCalendar(Fact):
    """A booking was taken off its calendar."""

    scheduled_event_id: UUID
    event_id: UUID
    calendar_id: UUID
    removed_by: UUID
    reason: str | None


@dataclass(frozen=True, slots=True)
class CalendarViewGenerated(Fact):
    """A calendar view was asked for, and answered from the cache or anew."""

    calendar_id: UUID
    view_type: ViewType
    start_date: datetime
    end_date: datetime
    generated_at: datetime


@dataclass(frozen=True, slots=True)
class DailyScheduleExported(Fact):
    """A day of a calendar was handed out as a file."""

    calendar_id: UUID
    date: Day
    format: ExportFormat
    exported_by: UUID


@dataclass(frozen=True, slots=True)
class WeeklyScheduleExported(Fact):
    """A week of a calendar was handed out as a file."""

    calendar_id: UUID
    week_start_date: Day
    format: ExportFormat
    exported_by: UUID


@dataclass(frozen=True, slots=True)
class MonthlyScheduleExported(Fact):
    """A month of a calendar was handed out as a file."""

    calendar_id: UUID
    month: int
    year: int
    format: ExportFormat
    exported_by: UUID


@dataclass(frozen=True, slots=True)
class ScheduleConflictDetected(Fact):
    """Two bookings were found to clash."""

    schedule_conflict_id: UUID
    scheduled_event_id: UUID
    conflicting_event_id: UUID
    conflict_type: ConflictType
    conflict_level: ConflictLevel


@dataclass(frozen=True, slots=True)
class ScheduleConflictResolved(Fact):
    """A conflict is no more."""

    schedule_conflict_id: UUID
    resolution_method: ResolutionMethod
    resolved_by: UUID
    resolved_at: datetime


@dataclass(frozen=True, slots=True)
class ScheduleConflictEscalated(Fact):
    """A conflict was handed to somebody."""

    schedule_conflict_id: UUID
    escalated_to: UUID
    escalation_reason: str
    escalated_at: datetime


@dataclass(frozen=True, slots=True)
class OverbookingWarningTriggered(Fact):
    """A booking brought a calendar near its capacity (SCH-022)."""

    calendar_id: UUID
    current_count: int
    max_capacity: int
    warning_threshold: float


@dataclass(frozen=True, slots=True)
class OverbookingPreventedBySystem(Fact):
    """A booking was refused because its slot is full (SCH-023)."""

    calendar_id: UUID
    scheduled_event_id: UUID
    attempted_by: UUID
    prevented_at: datetime


@dataclass(frozen=True, slots=True)
class OverbookingAllowedByOverride(Fact):
    """A manager let a booking through a full slot (SCH-025)."""

    calendar_id: UUID
    scheduled_event_id: UUID
    overridden_by: UUID
    override_reason: str
    overridden_at: datetime


@dataclass(frozen=True, slots=True)
class ResourceMarkedUnavailable(Fact):
    """A resource was closed for a time."""

    resource_availability_id: UUID
    resource_id: UUID
    start_date_time: datetime
    end_date_time: datetime
    reason: str | None
    marked_by: UUID


@dataclass(frozen=True, slots=True)
class ResourceMarkedAvailable(Fact):
    """A closure, or a part of it, was opened again."""

    resource_availability_id: UUID
    resource_id: UUID
    start_date_time: datetime
    end_date_time: datetime
    marked_by: UUID


@dataclass(frozen=True, slots=True)
class ResourceAvailabilityChecked(Fact):
    """Somebody asked whether a resource is available."""

    resource_id: UUID
    resource_type: ResourceType
    start_date_time: datetime
    end_date_time: datetime
    is_available: bool


@dataclass(frozen=True, slots=True)
class MultipleResourcesChecked(Fact):
    """Somebody asked whether several resources are available. availability_results: by resource id."""

    resource_ids: tuple[UUID, ...]
    start_date_time: datetime
    end_date_time: datetime
    availability_results: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class ScheduleChangeRequested(Fact):
    """A change near the start waits for a manager (SCH-005). change: the message that would make it."""

    scheduled_event_id: UUID
    calendar_id: UUID
    change: str
    requested_by: UUID
    lapses_at: datetime


@dataclass(frozen=True, slots=True)
class ScheduleChangeApproved(Fact):
    """A manager made the change that waited; what came of it has facts of its own."""

    scheduled_event_id: UUID
    calendar_id: UUID
    approved_by: UUID


@dataclass(frozen=True, slots=True)
class ScheduleChangeRejected(Fact):
    """The change that waited is not made: a manager said so, or whoever asked for it."""

    scheduled_event_id: UUID
    calendar_id: UUID
    rejected_by: UUID
    reason: str | None


@dataclass(frozen=True, slots=True)
class ScheduledEventBlocked(Fact):
    """A resource that a booking claims was closed under it."""

    scheduled_event_id: UUID
    resource_id: UUID
    blocked_by: UUID


@dataclass(frozen=True, slots=True)
class ScheduledEventUnblocked(Fact):
    """All that a booking claims is open again. resource_id: what was opened last."""

    scheduled_event_id: UUID
    resource_id: UUID
    unblocked_by: UUID


@dataclass(frozen=True, slots=True)
class HoldExpired(Fact):
    """A hold was not confirmed in time and holds nothing any more."""

    scheduled_event_id: UUID
    calendar_id: UUID
    expired_at: datetime


@dataclass(frozen=True, slots=True)
class HoldPromoted(Fact):
    """A hold moved up: one before it was given up or expired. rank: 1 for the first in line."""

    scheduled_event_id: UUID
    calendar_id: UUID
    old_rank: int
    rank: int


QUERY_FACTS: frozenset[type[Fact]] = frozenset(
    {CalendarViewGenerated, ResourceAvailabilityChecked, MultipleResourcesChecked}
)
"""Facts of what was looked at, not of what changed; they are many, and only they may be lost."""

FACT_TYPES: Mapping[str, type[Fact]] = {kind.__name__: kind for kind in Fact.__subclasses__()}
"""Every fact there is, by its type."""


@dataclass(frozen=True, slots=True)
class PublishedFact:
    """A fact as those outside get it, with its number in the public order.

    sequence: 1, 2, 3, ... without gaps. fact_id: the same however often the fact is delivered.
    aggregate_version: which state of its aggregate it is of; None where that has no versions.
    payload: as the receiver may know it. cause: the request and trace that it comes from; for nobody outside.
    """

    sequence: int
    fact_id: UUID
    fact_type: str
    aggregate_id: UUID
    aggregate_version: int | None
    occurred_at: datetime
    payload: Mapping[str, Any]
    cause: Mapping[str, str] | None = None
