"""A seeded season of `benchmarks.instances` as things to store."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from benchmarks.instances import CLOSES_MINUTE, OPENS_MINUTE, Season, conflict_free
from domain.entities import Calendar, Claim, Event, Resource, ScheduledEvent
from domain.enums import CalendarType, ClaimRole, OwnerType, ResourceType, ScheduleStatus
from domain.time_slot import TimeSlot
from domain.working_hours import WorkingHours
from persistence.bulk_load import LoadedSchedule
from solver import Activity, ResourceKind
from solver import Resource as SolverResource

_TYPES = {
    ResourceKind.VENUE: ResourceType.Venue,
    ResourceKind.STAFF: ResourceType.Staff,
    ResourceKind.EQUIPMENT: ResourceType.Equipment,
}


def season_rows(season: Season, seed: int, midnight: datetime, owner_id: UUID) -> LoadedSchedule:
    """The season from a midnight UTC on: venues with calendars, staff, pools, bookings without conflicts."""
    problem = conflict_free(season, seed)
    rng = Random(seed)
    ids = [_scattered(rng) for _ in problem.resources]
    resources = tuple(
        _resource(one, key, number)
        for number, (one, key) in enumerate(zip(problem.resources, ids, strict=True))
    )
    calendars = tuple(
        Calendar(
            _scattered(rng), one.name, CalendarType.Venue, one.resource_id, OwnerType.Venue, "UTC", midnight
        )
        for one in resources
        if one.resource_type is ResourceType.Venue
    )
    events = tuple(
        Event(_scattered(rng), f"Event {number}", owner_id, attendees=one.attendees)
        for number, one in enumerate(problem.activities)
    )
    bookings = tuple(
        _booking(_scattered(rng), one, event, ids, calendars, midnight)
        for one, event in zip(problem.activities, events, strict=True)
    )
    return LoadedSchedule(resources, calendars, events, bookings)


def _resource(resource: SolverResource, key: UUID, number: int) -> Resource:
    kind = _TYPES[resource.kind]
    hours = WorkingHours.daily(OPENS_MINUTE, CLOSES_MINUTE) if kind is ResourceType.Venue else None
    return Resource(
        key, f"{kind.name} {number}", kind, resource.capacity, capacity=resource.seats, working_hours=hours
    )


def _booking(
    key: UUID,
    activity: Activity,
    event: Event,
    ids: list[UUID],
    calendars: tuple[Calendar, ...],
    midnight: datetime,
) -> ScheduledEvent:
    venue, *others = activity.requirements
    start = midnight + timedelta(minutes=activity.start_minute)
    claims = tuple(
        Claim(ids[one.resource], ClaimRole.Primary if one.primary else ClaimRole.Secondary, one.quantity)
        for one in others
    )
    calendar = next(one for one in calendars if one.owner_id == ids[venue.resource])
    return ScheduledEvent(
        key,
        event.event_id,
        calendar.calendar_id,
        event.organizer_id,
        TimeSlot(start, start + timedelta(minutes=activity.duration_minutes)),
        "UTC",
        ScheduleStatus.Confirmed if activity.is_pinned else ScheduleStatus.Scheduled,
        midnight - timedelta(days=365) + timedelta(seconds=event.attendees or 0),
        event.organizer_id,
        claims,
    )


def _scattered(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)
