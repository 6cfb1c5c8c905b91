"""Loading a whole schedule on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from domain.conflicts import Clash
from domain.entities import Calendar, Claim, Event, Resource, ScheduledEvent
from domain.enums import (
    CalendarType,
    ClaimRole,
    ConflictLevel,
    ConflictType,
    OwnerType,
    ResourceType,
    Role,
    ScheduleStatus,
)
from domain.errors import NotFoundException
from domain.time_slot import TimeSlot
from domain.viewer import Viewer
from domain.working_hours import WorkingHours
from persistence.booking_store import Question, look
from persistence.bulk_load import LoadedSchedule, LoadReport, load
from persistence.database import Database
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds, SystemClock
from persistence.repositories import calendars, events, resources
from persistence.repositories.bookings import find_booking

ADMIN = Viewer(UUID("8d1f0d1e-2c6f-4b53-9a0e-6f6f0d5c9b11"), Role.Admin)
ORGANIZER = UUID("f3a0c2b7-58d4-4e0a-8e0c-31d8f2f0b7a4")
HALL = UUID("91b1a4d2-7a43-4c35-b8a3-0c2a51f6d0e1")
HALL_CALENDAR = UUID("5c6de7f8-17a4-4d1b-9a61-ff0c2f8f1a52")
ADA = UUID("c7e0a1b3-4d52-4f61-8e70-9b8a7c6d5e43")
EVENT = UUID("2a9b8c7d-6e5f-4a3b-9c2d-1e0f9a8b7c64")
START = datetime(2031, 3, 1, 10, tzinfo=UTC)
CREATED = datetime(2030, 1, 1, tzinfo=UTC)

hall = Resource(
    HALL,
    "Great Hall",
    ResourceType.Venue,
    capacity=400,
    features=frozenset({"stage", "organ"}),
    setup_minutes=30,
    teardown_minutes=15,
    interchange_group="halls",
    working_hours=WorkingHours.daily(360, 1440),
)
hall_calendar = Calendar(
    HALL_CALENDAR, "Great Hall", CalendarType.Venue, HALL, OwnerType.Venue, "UTC", CREATED
)
ada = Resource(ADA, "Ada", ResourceType.Staff)
event = Event(EVENT, "Gala", ORGANIZER, attendees=80)
EMPTY_HALL = LoadedSchedule((hall, ada), (hall_calendar,), (event,))


def booking(number: int, hours: float, length: float = 1, **changes: object) -> ScheduledEvent:
    """The n-th booking to be created, so many hours after START."""
    start = START + timedelta(hours=hours)
    made = ScheduledEvent(
        scheduled_event_id=UUID(int=(0x7D0F << 112) + (number << 64) + 0x8F00_0000_0000_0000),
        event_id=EVENT,
        calendar_id=HALL_CALENDAR,
        owner_id=ORGANIZER,
        slot=TimeSlot(start, start + timedelta(hours=length)),
        time_zone="UTC",
        status=ScheduleStatus.Scheduled,
        created_at=CREATED + timedelta(minutes=number),
        created_by=ADMIN.user_id,
        is_imported=True,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


async def loaded(database: Database, schedule: LoadedSchedule) -> LoadReport:
    async with database.unit_of_work(ADMIN) as uow:
        return await load(uow, schedule)


def with_bookings(*bookings: ScheduledEvent) -> LoadedSchedule:
    return replace(EMPTY_HALL, bookings=bookings)


async def rows(database: Database, statement: str) -> list[tuple[object, ...]]:
    async with database.unit_of_work(ADMIN) as uow:
        return [tuple(row) for row in await uow.connection.execute(text(statement))]


async def enforced(database: Database, some: Iterable[ScheduledEvent]) -> list[bool]:
    found = dict(await rows(database, "SELECT scheduled_event_id, bool_or(enforced) FROM claims GROUP BY 1"))
    return [bool(found[one.scheduled_event_id]) for one in some]


async def test_what_is_loaded_is_read_back_equal(database: Database) -> None:
    made = booking(1, 0, claims=(Claim(ADA, ClaimRole.Secondary),), override_reason="sold twice", version=3)
    report = await loaded(database, with_bookings(made))

    assert report == LoadReport(
        frozenset({HALL, ADA}),
        frozenset({HALL_CALENDAR}),
        frozenset({EVENT}),
        frozenset({made.scheduled_event_id}),
        {},
    )
    async with database.unit_of_work(ADMIN) as uow:
        assert await resources.get(uow, HALL) == hall
        assert await resources.get(uow, ADA) == ada
        assert await calendars.get(uow, HALL_CALENDAR) == hall_calendar
        assert await events.get(uow, EVENT) == event
        stored = await find_booking(uow, made.scheduled_event_id)
        picture = await look(uow, Question([HALL_CALENDAR], [made.slot]))
    assert stored == replace(made, claims=(Claim(HALL), Claim(ADA, ClaimRole.Secondary)))
    assert picture.resources_with_calendar == {HALL}
    (usage,) = picture.others[picture.pool_of(HALL)]
    assert usage.during == TimeSlot(START - timedelta(minutes=30), START + timedelta(hours=1, minutes=15))


async def test_overlaps_are_stored_and_only_the_first_comer_is_guarded(database: Database) -> None:
    first, clashing, touching, hold, _cancelled, later = some = (
        booking(1, 0, 2),
        booking(2, 1, 2),
        booking(3, 3.75),  # begins, with its setup, where the second's teardown ends
        booking(4, 0, 1, status=ScheduleStatus.Tentative),
        booking(5, 0, 1, status=ScheduleStatus.Cancelled),
        booking(6, 20),
    )
    report = await loaded(database, with_bookings(*reversed(some)))

    assert await enforced(database, some) == [True, False, True, False, False, True]
    assert report.conflicts == {
        Clash(clashing.scheduled_event_id, first.scheduled_event_id, ConflictType.VenueConflict, HALL): (
            ConflictLevel.Critical
        ),
        Clash(hold.scheduled_event_id, first.scheduled_event_id, ConflictType.TimeOverlap, HALL): (
            ConflictLevel.Minor
        ),
        Clash(hold.scheduled_event_id, clashing.scheduled_event_id, ConflictType.TimeOverlap, HALL): (
            ConflictLevel.Minor
        ),
    }
    recorded = await rows(
        database,
        "SELECT scheduled_event_id, conflicting_event_id, conflict_type, resource_id, conflict_level, status"
        " FROM schedule_conflicts",
    )
    assert set(recorded) == {
        (c.scheduled_event_id, c.conflicting_event_id, int(c.conflict_type), HALL, int(level), 0)
        for c, level in report.conflicts.items()
    }
    assert touching.scheduled_event_id in report.bookings
    assert later.scheduled_event_id in report.bookings


async def test_bookings_that_are_there_already_clash_too(database: Database) -> None:
    first, second = booking(1, 0), booking(2, 10)
    await loaded(database, with_bookings(first, second))
    early = booking(0, 0.5)  # created before what it clashes with, but loaded after it
    report = await loaded(database, with_bookings(early))

    assert report.resources == report.calendars == report.events == frozenset()
    assert report.conflicts == {
        Clash(first.scheduled_event_id, early.scheduled_event_id, ConflictType.VenueConflict, HALL): (
            ConflictLevel.Critical
        )
    }
    assert await enforced(database, (first, second, early)) == [True, True, False]


async def test_loading_again_changes_nothing(database: Database) -> None:
    schedule = with_bookings(booking(1, 0), booking(2, 0.5))
    await loaded(database, schedule)
    count = "SELECT count(*) FROM {}"
    tables = (
        "resources",
        "calendars",
        "events",
        "scheduled_events",
        "claims",
        "schedule_conflicts",
        "audit_log",
    )
    before = [await rows(database, count.format(table)) for table in tables]
    report = await loaded(database, replace(schedule, resources=(replace(hall, name="Renamed"), ada)))

    assert report == LoadReport(frozenset(), frozenset(), frozenset(), frozenset(), {})
    assert [await rows(database, count.format(table)) for table in tables] == before
    assert (await rows(database, "SELECT name FROM resources WHERE resource_type = 0")) == [("Great Hall",)]


async def test_an_overbooking_calendar_is_never_guarded(database: Database) -> None:
    schedule = replace(
        EMPTY_HALL,
        calendars=(replace(hall_calendar, allow_overbooking=True),),
        bookings=(booking(1, 0),),
    )
    await loaded(database, schedule)
    assert await enforced(database, schedule.bookings) == [False]


async def test_everything_new_is_audited_and_facts_are_left(database: Database, urls: EmbeddedUrls) -> None:
    live, cancelled = booking(1, 0), booking(2, 9, status=ScheduleStatus.Cancelled)
    await loaded(database, with_bookings(live, cancelled))
    audit = await rows(database, "SELECT action, subject_id, user_id FROM audit_log")
    assert sorted(audit) == sorted(
        (action, subject, ADMIN.user_id)
        for action, subject in (
            ("ResourceCreated", HALL),
            ("ResourceCreated", ADA),
            ("CalendarCreated", HALL_CALENDAR),
            ("EventCreated", EVENT),
            ("EventScheduled", live.scheduled_event_id),
            ("EventScheduled", cancelled.scheduled_event_id),
        )
    )
    worker = Database(urls.worker, SystemClock(), RandomIds())
    facts = await rows(worker, "SELECT fact_type, aggregate_id, payload FROM outbox")
    await worker.close()
    key = live.scheduled_event_id
    assert facts == [
        (
            "EventScheduledOnCalendar",
            key,
            {
                "scheduledEventId": str(key),
                "eventId": str(EVENT),
                "calendarId": str(HALL_CALENDAR),
                "startDateTime": "2031-03-01T10:00:00Z",
                "endDateTime": "2031-03-01T11:00:00Z",
            },
        )
    ]


async def test_a_calendar_that_is_nowhere_loads_nothing(database: Database) -> None:
    nowhere = UUID("00f5c1de-8a7b-4c69-9d58-e3b2a1f0c9d8")
    with pytest.raises(NotFoundException) as caught:
        await loaded(database, with_bookings(booking(1, 0, calendar_id=nowhere)))
    assert (caught.value.what, caught.value.identifier) == ("Calendar", nowhere)
    with pytest.raises(NotFoundException) as caught:
        await loaded(database, with_bookings(booking(1, 0, claims=(Claim(nowhere),))))
    assert (caught.value.what, caught.value.identifier) == ("Resource", nowhere)
    assert await rows(database, "SELECT 1 FROM resources") == []
