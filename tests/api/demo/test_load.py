"""The demo venue on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from uuid import UUID

from sqlalchemy import text

from api.demo.load import load_demo
from api.demo.people import MANAGER, USERS, viewer_of
from api.demo.venue import demo_venue
from domain.conflicts import Clash
from domain.enums import ConflictLevel, ConflictStatus, ConflictType
from persistence.database import Database

_CONFLICTS = text(
    "SELECT scheduled_event_id, conflicting_event_id, conflict_type, resource_id, conflict_level, status"
    " FROM schedule_conflicts"
)


async def _all(database: Database, statement: str) -> list[tuple[object, ...]]:
    async with database.unit_of_work(viewer_of(MANAGER)) as uow:
        return [tuple(row) for row in await uow.connection.execute(text(statement))]


async def test_its_conflicts_are_the_planted_ones(database: Database) -> None:
    venue = demo_venue(database.clock.now().date())
    assert await load_demo(database)
    async with database.unit_of_work(viewer_of(MANAGER)) as uow:
        rows = (await uow.connection.execute(_CONFLICTS)).all()
    assert {
        Clash(row[0], row[1], ConflictType(row[2]), row[3]): (ConflictLevel(row[4]), ConflictStatus(row[5]))
        for row in rows
    } == {one.clash: (one.level, ConflictStatus.Detected) for one in venue.planted}
    assert len(rows) == len(venue.planted)


async def test_only_the_later_of_two_in_a_hall_is_not_guarded(database: Database) -> None:
    venue = demo_venue(database.clock.now().date())
    await load_demo(database)
    unguarded = await _all(
        database,
        "SELECT c.scheduled_event_id FROM claims c JOIN resources r USING (resource_id)"
        " WHERE r.resource_type = 0 AND r.quantity = 1 AND c.live AND NOT c.is_hold AND NOT c.enforced",
    )
    assert {key for (key,) in unguarded} == {
        one.clash.scheduled_event_id
        for one in venue.planted
        if one.clash.conflict_type is ConflictType.VenueConflict
    }


async def test_it_is_loaded_once_however_many_start(database: Database) -> None:
    answers = await asyncio.gather(*(load_demo(database) for _ in range(3)))
    assert sorted(answers) == [False, False, True]
    assert await load_demo(database) is False
    venue = demo_venue(database.clock.now().date())
    ((bookings,),) = await _all(database, "SELECT count(*) FROM scheduled_events")
    ((marks,),) = await _all(database, "SELECT count(*) FROM audit_log WHERE action = 'DemoVenueLoaded'")
    assert (bookings, marks) == (len(venue.schedule.bookings), 1)


async def test_its_series_are_there_with_all_their_dates(database: Database) -> None:
    await load_demo(database)
    found = await _all(
        database,
        "SELECT e.title, k.name, count(b.series_id), bool_or(b.is_detached) FROM series s"
        " JOIN events e ON e.event_id = s.event_id JOIN calendars k ON k.calendar_id = s.calendar_id"
        " JOIN scheduled_events b ON b.series_id = s.series_id GROUP BY 1, 2 ORDER BY 1",
    )
    assert found == [
        ("Community Choir Rehearsal", "Rehearsal Room", 12, False),
        ("Friends of the House: Members' Meeting", "Studio Two", 3, False),
    ]


async def test_its_users_are_stored_with_their_roles(database: Database) -> None:
    await load_demo(database)
    found = await _all(database, "SELECT user_id, name, role FROM users")
    assert sorted(found, key=lambda row: str(row[0])) == sorted(
        ((user.user_id, user.name, int(user.role)) for user in USERS), key=lambda row: str(row[0])
    )
    assert all(isinstance(row[0], UUID) for row in found)
