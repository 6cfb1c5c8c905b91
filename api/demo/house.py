"""What the demo venue has: halls, a foyer, a department, staff and equipment."""

from __future__ import annotations

from datetime import UTC, datetime

from api.demo.ids import demo_id
from domain.entities import Calendar, Resource
from domain.enums import CalendarType, OwnerType, ResourceType
from domain.working_hours import WorkingHours

OPENED = datetime(2024, 9, 1, tzinfo=UTC)
"""Since when the demo's calendars are there."""

_HOURS = WorkingHours.daily(6 * 60, 24 * 60)


def _hall(name: str, capacity: int, features: str, setup: int = 0, teardown: int = 0) -> Resource:
    return Resource(
        demo_id("resource", name),
        name,
        ResourceType.Venue,
        capacity=capacity,
        features=frozenset(features.split()),
        setup_minutes=setup,
        teardown_minutes=teardown,
        interchange_group="halls",
        working_hours=_HOURS,
    )


def _person(name: str, group: str) -> Resource:
    return Resource(demo_id("resource", name), name, ResourceType.Staff, interchange_group=group)


def _pool(name: str, quantity: int) -> Resource:
    return Resource(demo_id("resource", name), name, ResourceType.Equipment, quantity=quantity)


MAIN_STAGE = _hall("Main Stage", 900, "stage lighting streaming", setup=60, teardown=30)
CONCERT_HALL = _hall("Concert Hall", 600, "stage streaming acoustics")
BALLROOM = _hall("Ballroom", 320, "catering")
GARDEN_PAVILION = _hall("Garden Pavilion", 260, "catering daylight")
STUDIO_ONE = _hall("Studio One", 140, "lighting streaming")
STUDIO_TWO = _hall("Studio Two", 120, "lighting")
REHEARSAL_ROOM = _hall("Rehearsal Room", 40, "")
HALLS = (MAIN_STAGE, CONCERT_HALL, BALLROOM, GARDEN_PAVILION, STUDIO_ONE, STUDIO_TWO, REHEARSAL_ROOM)

FOYER = Resource(
    demo_id("resource", "Foyer"),
    "Foyer",
    ResourceType.Venue,
    quantity=3,
    capacity=150,
    features=frozenset({"catering", "daylight"}),
    interchange_group="foyers",
    working_hours=_HOURS,
)

TECHNICIANS = tuple(
    _person(name, "technicians") for name in ("Ada Krol", "Ben Osei", "Chiara Lund", "Dov Amir")
)
STAGE_MANAGERS = tuple(
    _person(name, "stage managers") for name in ("Ingrid Vale", "Jonas Beck", "Keiko Mori")
)
HOSTS = tuple(_person(name, "hosts") for name in ("Lena Fischer", "Malik Dray", "Nadia Petrov", "Oscar Lima"))

MICROPHONES = _pool("Wireless microphone", 12)
PROJECTORS = _pool("Projector", 4)
CONCERT_GRAND = _pool("Concert grand", 1)
LOADING_DOCK = Resource(demo_id("resource", "Loading dock"), "Loading dock", ResourceType.Other)

RESOURCES = (
    *HALLS,
    FOYER,
    *TECHNICIANS,
    *STAGE_MANAGERS,
    *HOSTS,
    MICROPHONES,
    PROJECTORS,
    CONCERT_GRAND,
    LOADING_DOCK,
)


def _venue_calendar(venue: Resource, *, instant_booking: bool = False) -> Calendar:
    return Calendar(
        demo_id("calendar", venue.name),
        venue.name,
        CalendarType.Venue,
        venue.resource_id,
        OwnerType.Venue,
        "UTC",
        OPENED,
        max_concurrent_events=venue.quantity,
        instant_booking=instant_booking,
    )


EDUCATION = Calendar(
    demo_id("calendar", "Education"),
    "Education",
    CalendarType.Department,
    demo_id("department", "Education"),
    OwnerType.Department,
    "UTC",
    OPENED,
    description="Workshops and school visits; the team leads one at a time.",
)

CALENDARS = (
    *(_venue_calendar(hall, instant_booking=hall is GARDEN_PAVILION) for hall in HALLS),
    _venue_calendar(FOYER),
    EDUCATION,
)


def calendar_of(venue: Resource) -> Calendar:
    """The calendar a venue owns."""
    return next(calendar for calendar in CALENDARS if calendar.owner_id == venue.resource_id)
