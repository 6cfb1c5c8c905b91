"""Rows to entities, by hand; a row may come from a query or, with strings inside, from a jsonb document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.range import TimestamptzRange

from domain.conflicts import Usage
from domain.entities import (
    Calendar,
    Claim,
    Closure,
    Event,
    Resource,
    ScheduleConflict,
    ScheduledEvent,
)
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

Row = Mapping[Any, Any]


def as_uuid(value: UUID | str) -> UUID:
    """The id, parsed when it is text."""
    return value if isinstance(value, UUID) else UUID(value)


def _as_uuid_or_none(value: UUID | str | None) -> UUID | None:
    return None if value is None else as_uuid(value)


def as_instant(value: datetime | str) -> datetime:
    """The instant, parsed when it is text."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def as_range(slot: TimeSlot) -> TimestamptzRange:
    """The slot as the driver wants it: half-open, like ours."""
    return TimestamptzRange(slot.start_date_time, slot.end_date_time, "[)")


def slot_of(start: datetime | str, end: datetime | str) -> TimeSlot:
    """The slot between two instants."""
    return TimeSlot(as_instant(start), as_instant(end))


def usage_from(row: Row, quantity: int, role: ClaimRole) -> Usage:
    """What a live booking takes, of a row with its range as `start` and `end`."""
    return Usage(
        scheduled_event_id=as_uuid(row["scheduled_event_id"]),
        during=slot_of(row["start"], row["end"]),
        created_at=as_instant(row["created_at"]),
        quantity=quantity,
        role=role,
        is_hold=row["is_hold"],
    )


def event_from(row: Row) -> Event:
    """The event of an `events` row."""
    return Event(
        event_id=as_uuid(row["event_id"]),
        title=row["title"],
        organizer_id=as_uuid(row["organizer_id"]),
        description=row["description"],
        attendees=row["attendees"],
        priority=row["priority"],
        version=row["version"],
    )


def event_at_stake_from(row: Row) -> Event:
    """The event of a `look`, which tells only what a booking is judged by: no title, no description."""
    return event_from({"title": "", "description": None, **row})


def calendar_from(row: Row) -> Calendar:
    """The calendar of a `calendars` row."""
    return Calendar(
        calendar_id=as_uuid(row["calendar_id"]),
        name=row["name"],
        calendar_type=CalendarType(row["calendar_type"]),
        owner_id=as_uuid(row["owner_id"]),
        owner_type=OwnerType(row["owner_type"]),
        time_zone=row["time_zone"],
        created_at=as_instant(row["created_at"]),
        description=row["description"],
        is_active=row["is_active"],
        allow_overbooking=row["allow_overbooking"],
        max_concurrent_events=row["max_concurrent_events"],
        instant_booking=row["instant_booking"],
        escalation_contact_id=_as_uuid_or_none(row["escalation_contact_id"]),
        version=row["version"],
    )


def working_hours_from(document: list[list[list[int]]] | None) -> WorkingHours | None:
    """Working hours as stored: seven lists of [start minute, end minute], Monday first."""
    if document is None:
        return None
    return WorkingHours(tuple(tuple((start, end) for start, end in ranges) for ranges in document))


def working_hours_document(hours: WorkingHours | None) -> list[list[list[int]]] | None:
    """The stored form of working hours."""
    return None if hours is None else [[list(one) for one in ranges] for ranges in hours.days]


def resource_from(row: Row) -> Resource:
    """The resource of a `resources` row."""
    return Resource(
        resource_id=as_uuid(row["resource_id"]),
        name=row["name"],
        resource_type=ResourceType(row["resource_type"]),
        quantity=row["quantity"],
        capacity=row["capacity"],
        features=frozenset(row["features"]),
        setup_minutes=row["setup_minutes"],
        teardown_minutes=row["teardown_minutes"],
        interchange_group=row["interchange_group"],
        working_hours=working_hours_from(row["working_hours"]),
        time_zone=row["time_zone"],
        is_active=row["is_active"],
        version=row["version"],
    )


def claim_from(row: Row) -> Claim:
    """The claim of a `claims` row."""
    return Claim(as_uuid(row["resource_id"]), ClaimRole(row["role"]), row["quantity"])


def closure_from(row: Row) -> Closure:
    """The closure of a row with `start`, `end` and `reason`."""
    return Closure(
        as_uuid(row["resource_availability_id"]),
        as_uuid(row["resource_id"]),
        slot_of(row["start"], row["end"]),
        row["reason"],
    )


def scheduled_event_from(row: Row, claims: list[Row] | None) -> ScheduledEvent:
    """The booking of a `scheduled_events` row with `start` and `end`, and its claims."""
    return ScheduledEvent(
        scheduled_event_id=as_uuid(row["scheduled_event_id"]),
        event_id=as_uuid(row["event_id"]),
        calendar_id=as_uuid(row["calendar_id"]),
        owner_id=as_uuid(row["owner_id"]),
        slot=slot_of(row["start"], row["end"]),
        time_zone=row["time_zone"],
        status=ScheduleStatus(row["status"]),
        created_at=as_instant(row["created_at"]),
        created_by=as_uuid(row["created_by"]),
        claims=tuple(claim_from(one) for one in claims or []),
        hold_expires_at=None if row["hold_expires_at"] is None else as_instant(row["hold_expires_at"]),
        is_blocked=row["is_blocked"],
        block_reason=row["block_reason"],
        override_reason=row["override_reason"],
        is_imported=row["is_imported"],
        modified_at=None if row["modified_at"] is None else as_instant(row["modified_at"]),
        modified_by=_as_uuid_or_none(row["modified_by"]),
        version=row["version"],
        series_id=_as_uuid_or_none(row["series_id"]),
        original_start=None if row["original_start"] is None else as_instant(row["original_start"]),
        is_detached=row["is_detached"],
    )


def conflict_from(row: Row) -> ScheduleConflict:
    """The conflict of a `schedule_conflicts` row."""
    method = row["resolution_method"]
    return ScheduleConflict(
        schedule_conflict_id=row["schedule_conflict_id"],
        scheduled_event_id=row["scheduled_event_id"],
        conflicting_event_id=row["conflicting_event_id"],
        conflict_type=ConflictType(row["conflict_type"]),
        conflict_level=ConflictLevel(row["conflict_level"]),
        status=ConflictStatus(row["status"]),
        detected_at=row["detected_at"],
        resource_id=row["resource_id"],
        resolved_at=row["resolved_at"],
        resolution_method=None if method is None else ResolutionMethod(method),
        resolved_by=row["resolved_by"],
        escalated_at=row["escalated_at"],
        escalated_to=row["escalated_to"],
        escalation_reason=row["escalation_reason"],
        note=row["note"],
    )
