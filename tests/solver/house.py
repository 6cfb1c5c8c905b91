"""A small house with three halls, staff and microphones, for translating and advising."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from domain.entities import Calendar, Claim, Resource
from domain.enums import CalendarType, ClaimRole, OwnerType, ResourceType, ScheduleStatus
from domain.schedule import ScheduleSnapshot, SnapshotBooking
from domain.time_slot import TimeSlot
from domain.working_hours import WorkingHours

NOW = datetime(2025, 12, 20, 9, tzinfo=UTC)
HORIZON = TimeSlot(datetime(2025, 12, 25, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC))


def uid(number):
    return UUID(int=number, version=4)


BALLROOM, PAVILION, CELLAR, ANNA, BORIS, MIKES = (uid(n) for n in range(1, 7))
OFFICE = uid(40)
HOURS = WorkingHours.daily(6 * 60, 24 * 60)


def hall(number, name, capacity, **more):
    return Resource(uid(number), name, ResourceType.Venue, capacity=capacity, working_hours=HOURS, **more)


RESOURCES = (
    hall(1, "Grand Ballroom", 200, features=frozenset({"stage"})),
    hall(2, "Garden Pavilion", 220, features=frozenset({"stage", "garden"})),
    hall(3, "Cellar", 300),
    Resource(ANNA, "Anna", ResourceType.Staff, interchange_group="riggers"),
    Resource(BORIS, "Boris", ResourceType.Staff, interchange_group="riggers"),
    Resource(MIKES, "Microphones", ResourceType.Equipment, quantity=12),
)


def calendar_id(resource_id):
    return uid(100 + resource_id.int % 100)


def calendar(resource_id, **more):
    return Calendar(
        calendar_id(resource_id),
        "calendar",
        CalendarType.Venue,
        resource_id,
        OwnerType.Venue,
        "UTC",
        NOW,
        **more,
    )


CALENDARS = (
    *(calendar(one) for one in (BALLROOM, PAVILION, CELLAR)),
    Calendar(OFFICE, "Office", CalendarType.Department, uid(41), OwnerType.Department, "UTC", NOW),
)


def slot(day, start, hours, minutes=0):
    begin = datetime(2025, 12, day, start, tzinfo=UTC) + timedelta(minutes=minutes)
    return TimeSlot(begin, begin + timedelta(hours=hours))


def booking(number, title, on, when, *staff, **more):
    """A booking on a hall's calendar with staff; later numbers were created later."""
    claims = (Claim(on), *(Claim(one, ClaimRole.Primary) for one in staff))
    made = SnapshotBooking(
        scheduled_event_id=uid(1_000 + number),
        calendar_id=calendar_id(on),
        slot=when,
        status=ScheduleStatus.Scheduled,
        claims=claims,
        created_at=NOW + timedelta(minutes=number),
        title=title,
    )
    return replace(made, **more)


def snapshot(*bookings, **more):
    base = ScheduleSnapshot(NOW, HORIZON, RESOURCES, CALENDARS, tuple(bookings))
    return replace(base, **more)
