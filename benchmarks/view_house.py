"""Calendars full of bookings, for what measures views."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from domain.entities import Calendar, Event, Resource, ScheduledEvent
from domain.enums import CalendarType, OwnerType, ResourceType, ScheduleStatus
from domain.time_slot import TimeSlot
from persistence.bulk_load import LoadedSchedule

HALF_HOUR = timedelta(minutes=30)


def full_calendars(
    count: int, bookings: int, days: int, midnight: datetime, owner_id: UUID, seed: int = 1
) -> LoadedSchedule:
    """So many calendars, each with so many half-hour bookings over the days and room for all of them."""
    rng = Random(seed)
    resources, calendars, events, booked = [], [], [], []
    for number in range(count):
        resource = Resource(_id(rng), f"Hall {number:02}", ResourceType.Venue, quantity=bookings)
        calendar = Calendar(
            _id(rng),
            resource.name,
            CalendarType.Venue,
            resource.resource_id,
            OwnerType.Venue,
            "Europe/Berlin",
            midnight,
            max_concurrent_events=bookings,
        )
        resources.append(resource)
        calendars.append(calendar)
        for index in range(bookings):
            event = Event(_id(rng), f"Event {number}-{index} with a title of some length", owner_id)
            start = midnight + timedelta(days=rng.randrange(days), minutes=30 * rng.randrange(12, 46))
            slot = TimeSlot(start, start + HALF_HOUR)
            events.append(event)
            booked.append(_booking(_id(rng), event, calendar, slot, midnight))
    return LoadedSchedule(tuple(resources), tuple(calendars), tuple(events), tuple(booked))


def _booking(
    key: UUID, event: Event, calendar: Calendar, slot: TimeSlot, midnight: datetime
) -> ScheduledEvent:
    created = midnight - timedelta(days=365)
    return ScheduledEvent(
        key,
        event.event_id,
        calendar.calendar_id,
        event.organizer_id,
        slot,
        calendar.time_zone,
        ScheduleStatus.Scheduled,
        created,
        event.organizer_id,
    )


def _id(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)
