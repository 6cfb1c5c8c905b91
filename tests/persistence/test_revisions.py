"""Revisions count what cached answers show, in one order and last, and miss nothing (DESIGN 4.9)."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from domain.enums import Role
from domain.viewer import Viewer
from persistence.database import Database
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds, SystemClock
from persistence.revisions import WHOLE, RevisionKind, read_revisions
from persistence.unit_of_work import TransactionLost

MANAGER = Viewer(uuid4(), Role.Manager)
CUSTOMER = Viewer(uuid4(), Role.Customer)
HALL, ATTIC, CELLAR = (UUID(int=number) for number in (1, 2, 3))
"""Calendars; each is owned by the resource of the same number plus ten."""

SHOW, RIVAL, ALONE = (UUID(int=number) for number in (21, 22, 23))
"""Bookings: SHOW in the hall and RIVAL in the attic are in an open conflict, ALONE is in the hall."""


_CALENDAR = """
INSERT INTO calendars VALUES (:k, 'K', NULL, 0, :r, 0, true, false, 1, 'UTC', false, now(), 1);
INSERT INTO resources VALUES (:r, 'R', 0, 1, NULL, '{}', 0, 0, NULL, NULL, 'UTC', true, :k, now(), 1);
INSERT INTO events VALUES (:e, 'E', NULL, NULL, 0, :k, now(), :k, 1)
"""
_BOOKING = """
INSERT INTO scheduled_events VALUES (:b, :e, :k, :k, '[2030-01-01,2030-01-02)', 'UTC', 1, NULL, false, NULL,
    NULL, false, now(), :k, NULL, NULL, 1);
INSERT INTO claims SELECT gen_random_uuid(), :b, resource_id, :k, :k, 0, 1, '[2030-01-01,2030-01-02)', true,
    false, NULL, false, now() FROM resources WHERE calendar_id = :k
"""
_CONFLICT = "INSERT INTO schedule_conflicts VALUES (gen_random_uuid(), :b, :r, NULL, 0, 3, 0, now())"


@pytest.fixture
def stage(urls: EmbeddedUrls) -> None:
    engine = create_engine(urls.owner, poolclass=NullPool)
    with engine.begin() as connection:

        def run(script: str, **values: UUID) -> None:
            for statement in script.split(";\n"):
                named = {key: value for key, value in values.items() if f":{key}" in statement}
                connection.execute(text(statement), named)

        for number in (1, 2, 3):
            run(_CALENDAR, k=UUID(int=number), r=UUID(int=number + 10), e=UUID(int=number + 30))
        for booking, calendar in ((SHOW, HALL), (RIVAL, ATTIC), (ALONE, HALL)):
            run(_BOOKING, b=booking, k=calendar, e=UUID(int=calendar.int + 30))
        run(_CONFLICT, b=SHOW, r=RIVAL)
    engine.dispose()


def resource(calendar: UUID) -> UUID:
    return UUID(int=calendar.int + 10)


async def counted(database: Database) -> dict[tuple[RevisionKind, UUID], int]:
    """Every revision there is."""
    async with database.engine.connect() as connection:
        rows = await connection.execute(text("SELECT kind, id, revision FROM revisions"))
        return {(RevisionKind(row.kind), row.id): row.revision for row in rows}


async def bumped_by(
    database: Database, viewer: Viewer = MANAGER, **touched: Any
) -> set[tuple[RevisionKind, UUID]]:
    before = await counted(database)
    async with database.unit_of_work(viewer) as uow:
        uow.touch(**touched)
    after = await counted(database)
    assert all(after[key] - before.get(key, 0) in {0, 1} for key in after)
    return {key for key in after if after[key] != before.get(key, 0)}


@pytest.mark.usefixtures("stage")
async def test_what_is_touched_is_counted_with_all_that_shows_it(database: Database) -> None:
    calendar, res, conflicts = (
        RevisionKind.Calendar,
        RevisionKind.Resource,
        (RevisionKind.ConflictList, WHOLE),
    )
    in_hall = {(calendar, HALL), (res, resource(HALL))}
    assert await bumped_by(database) == set()
    assert await bumped_by(database, calendar_ids=[CELLAR]) == {(calendar, CELLAR)}
    assert await bumped_by(database, resource_ids=[HALL]) == {(res, HALL)}
    assert await bumped_by(database, user_ids=[HALL]) == {(RevisionKind.Grants, HALL)}
    assert await bumped_by(database, conflicts=True) == {conflicts}
    assert await bumped_by(database, calendar_list=True) == {(RevisionKind.CalendarList, WHOLE)}
    assert await bumped_by(database, booking_ids=[ALONE]) == in_hall
    assert await bumped_by(database, booking_ids=[SHOW]) == {*in_hall, (calendar, ATTIC), conflicts}
    assert await bumped_by(database, booking_ids=[RIVAL]) == {
        (calendar, ATTIC),
        (res, resource(ATTIC)),
        (calendar, HALL),
        conflicts,
    }
    assert await bumped_by(database, event_ids=[UUID(int=31)]) == {*in_hall, (calendar, ATTIC), conflicts}


@pytest.mark.usefixtures("stage")
async def test_who_does_not_see_a_calendar_touches_it_all_the_same(database: Database) -> None:
    found = await bumped_by(database, CUSTOMER, booking_ids=[SHOW])
    assert (RevisionKind.Calendar, ATTIC) in found


@pytest.mark.usefixtures("stage")
async def test_a_conflict_that_is_over_no_longer_ties_calendars(
    database: Database, urls: EmbeddedUrls
) -> None:
    engine = create_engine(urls.owner, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("UPDATE schedule_conflicts SET status = 2, resolution_method = 0"))
    engine.dispose()
    assert await bumped_by(database, booking_ids=[SHOW]) == {
        (RevisionKind.Calendar, HALL),
        (RevisionKind.Resource, resource(HALL)),
        (RevisionKind.ConflictList, WHOLE),
    }


async def test_what_is_not_committed_is_not_counted(database: Database) -> None:
    async with database.unit_of_work(MANAGER, dry_run=True) as uow:
        uow.touch(calendar_ids=[HALL])

    async def fail() -> None:
        async with database.unit_of_work(MANAGER) as uow:
            uow.touch(calendar_ids=[HALL])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await counted(database) == {}


async def test_revisions_are_read_in_the_order_asked_for(database: Database) -> None:
    for calendars in ([HALL], [HALL, ATTIC]):
        async with database.unit_of_work(MANAGER) as uow:
            uow.touch(calendar_ids=calendars)
    async with database.unit_of_work(CUSTOMER) as uow:
        wanted = [(RevisionKind.Calendar, one) for one in (ATTIC, CELLAR, HALL)]
        assert await read_revisions(uow.connection, wanted) == (1, 0, 2)
        assert await read_revisions(uow.connection, [(RevisionKind.Resource, HALL)]) == (0,)


async def test_crossing_calendars_never_deadlock(urls: EmbeddedUrls) -> None:
    """Everybody counts on several of a few calendars, in any order: all of it counts, and once."""
    database = Database(urls.application, SystemClock(), RandomIds(), pool_size=16)
    calendars = [uuid4() for _ in range(6)]
    rng = Random(1)
    rounds = [rng.sample(calendars, 4) for _ in range(160)]

    async def count(some: list[UUID]) -> None:
        async with database.unit_of_work(MANAGER) as uow:
            uow.touch(calendar_ids=some, conflicts=True)

    await asyncio.gather(*(count(some) for some in rounds))
    found = await counted(database)
    expected = {(RevisionKind.Calendar, one): sum(one in some for some in rounds) for one in calendars}
    assert found == expected | {(RevisionKind.ConflictList, WHOLE): len(rounds)}
    async with database.engine.connect() as connection:
        deadlocks = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        assert (await connection.execute(deadlocks)).scalar_one() == 0
    await database.close()


async def _waiting_for_a_lock(database: Database) -> None:
    """Return as soon as some other transaction waits."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    async with database.engine.connect() as connection:
        while not (await connection.execute(waiting)).scalar_one():
            await connection.rollback()
            await asyncio.sleep(0.01)


@pytest.mark.usefixtures("stage")
async def test_what_moved_meanwhile_is_counted_where_it_is(database: Database) -> None:
    """One moves a booking while another, who knows it at its old place, changes what is shown of it."""
    move = text("UPDATE scheduled_events SET calendar_id = :to WHERE scheduled_event_id = :booking")

    async def change() -> None:
        async with database.unit_of_work(MANAGER) as uow:
            uow.touch(booking_ids=[ALONE])

    async with database.unit_of_work(MANAGER) as moving:
        await moving.connection.execute(move, {"to": CELLAR, "booking": ALONE})
        moving.touch(calendar_ids=[HALL], booking_ids=[ALONE])
        await moving.flush()
        changing = asyncio.create_task(change())
        await _waiting_for_a_lock(database)
    with pytest.raises(TransactionLost):
        await changing
    before = await counted(database)
    await change()
    after = await counted(database)
    key = (RevisionKind.Calendar, CELLAR)
    assert after[key] == before[key] + 1
