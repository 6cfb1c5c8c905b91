"""The whole demo venue as a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from api.demo import house
from api.demo.draft import Draft, slot_on
from api.demo.ids import demo_id
from api.demo.people import ADMIN, CUSTOMER, MANAGER, STAFF
from api.demo.planted_clash import PlantedClash
from api.demo.plants import plants
from api.demo.season import season
from api.demo.series import demo_series
from domain.entities import Event
from domain.enums import AccessLevel
from domain.time_slot import TimeSlot
from persistence.bulk_load import LoadedSchedule
from persistence.repositories.calendar_access import Grant

SEED = 1926
LAST_DAY = 120
"""Nothing is booked further ahead than this many days."""

GALA = Event(demo_id("event", "New Season Gala"), "New Season Gala", MANAGER.user_id, attendees=180)
SCREENING = Event(demo_id("event", "Open Air Screening"), "Open Air Screening", MANAGER.user_id, attendees=90)
"""Two events nobody has booked yet: the first calls worth trying book them."""


@dataclass(frozen=True, slots=True)
class DemoVenue:
    """What is loaded. planted: the clashes it has, all of them."""

    schedule: LoadedSchedule
    grants: tuple[Grant, ...]
    planted: tuple[PlantedClash, ...]


def demo_venue(today: date, seed: int = SEED) -> DemoVenue:
    """The demo as of a day: a season around it with two series, and one planted clash a week."""
    planted = tuple(plants(today))
    drafts: list[Draft] = [*season(today, seed), *(draft for plant in planted for draft in plant.drafts)]
    repeated = tuple(demo_series(today))
    schedule = LoadedSchedule(
        resources=house.RESOURCES,
        calendars=house.CALENDARS,
        events=(
            *(draft.event() for draft in drafts),
            *(one.event for one in repeated),
            GALA,
            SCREENING,
        ),
        bookings=(
            *(draft.booking() for draft in drafts),
            *(booking for one in repeated for booking in one.bookings),
        ),
        series=tuple(one.series for one in repeated),
    )
    grants = tuple(
        Grant(
            user.user_id, house.calendar_of(hall).calendar_id, AccessLevel.Book, house.OPENED, ADMIN.user_id
        )
        for user, hall in ((STAFF, house.STUDIO_ONE), (CUSTOMER, house.GARDEN_PAVILION))
    )
    return DemoVenue(schedule, grants, tuple(plant.planted for plant in planted))


def free_slot(today: date) -> TimeSlot:
    """An evening that is free in every hall, for a first booking."""
    return slot_on(today + timedelta(days=LAST_DAY + 10), 18 * 60, 120)
