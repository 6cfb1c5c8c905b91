"""Facts are numbered once, without gaps, in an order that nobody who reads on can miss one of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from domain.facts import OverbookingWarningTriggered
from persistence.database import Database
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds, SystemClock
from persistence.outbox import Occurrence, append_facts
from persistence.relay import publish
from tests.api.people import CUSTOMER, MANAGER
from tests.api.waiting import eventually

WRITERS, EACH = 4, 25


@pytest.fixture
async def workers(urls: EmbeddedUrls) -> AsyncIterator[list[Database]]:
    """Two hosts, as the worker role."""
    databases = [Database(urls.worker, SystemClock(), RandomIds(), pool_size=2) for _ in range(2)]
    yield databases
    for one in databases:
        await one.close()


async def sequences(worker: Database) -> list[tuple[int, str]]:
    statement = text("SELECT sequence, aggregate_id::text FROM outbox WHERE sequence IS NOT NULL ORDER BY 1")
    async with worker.engine.connect() as connection:
        return [(row[0], row[1]) for row in await connection.execute(statement)]


async def test_two_relays_and_many_writers(database: Database, workers: list[Database]) -> None:
    """Whatever a reader has seen up to a number stays all there is up to it."""
    done = asyncio.Event()
    written: set[str] = set()

    async def write() -> None:
        for _ in range(EACH):
            async with database.unit_of_work(MANAGER) as uow:
                key = uuid4()
                fact = OverbookingWarningTriggered(key, 8, 10, 0.8)
                await append_facts(uow.connection, uow.ids, [Occurrence(key, fact, uow.now)])
                written.add(str(key))
                # The id is made before the commit: ids of others are committed in between.
                await asyncio.sleep(0)

    async def relay(worker: Database) -> None:
        while not done.is_set():
            async with worker.engine.begin() as connection:
                await publish(connection, worker.clock, 7)

    async def read(worker: Database) -> None:
        seen: list[tuple[int, str]] = []
        while not done.is_set():
            now = await sequences(worker)
            assert now[: len(seen)] == seen
            seen = now

    relays = [asyncio.create_task(relay(one)) for one in workers]
    reader = asyncio.create_task(read(workers[0]))
    await asyncio.gather(*(write() for _ in range(WRITERS)))

    async def all_of_them() -> bool:
        return len(await sequences(workers[1])) == WRITERS * EACH

    await eventually(all_of_them)
    done.set()
    await asyncio.gather(*relays, reader)
    found = await sequences(workers[0])
    assert [number for number, _ in found] == list(range(1, WRITERS * EACH + 1))
    assert {key for _, key in found} == written


async def test_what_is_not_committed_is_not_published(database: Database, workers: list[Database]) -> None:
    async def step() -> int:
        async with workers[0].engine.begin() as connection:
            return len(await publish(connection, workers[0].clock, 100))

    async with database.unit_of_work(CUSTOMER, dry_run=True) as uow:
        key = uuid4()
        uow.record(key, OverbookingWarningTriggered(key, 8, 10, 0.8))
        await uow.flush()
        assert await step() == 0
    assert await step() == 0


async def test_a_relay_that_dies_before_its_commit_has_done_nothing(
    database: Database, workers: list[Database]
) -> None:
    async with database.unit_of_work(MANAGER) as uow:
        key = uuid4()
        uow.record(key, OverbookingWarningTriggered(key, 8, 10, 0.8))
    async with workers[0].engine.connect() as connection:
        await connection.begin()
        assert len(await publish(connection, workers[0].clock, 100)) == 1
        async with workers[1].engine.begin() as other:
            assert await publish(other, workers[1].clock, 100) == []
        await connection.rollback()
    async with workers[1].engine.begin() as connection:
        (fact,) = await publish(connection, workers[1].clock, 100)
    assert (fact.sequence, fact.aggregate_id) == (1, key)


async def test_the_application_cannot_read_the_outbox(database: Database) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with database.unit_of_work(MANAGER) as uow:
            await uow.connection.execute(text("SELECT * FROM outbox"))


async def test_a_delivery_has_a_cause_where_its_fact_has_one(
    database: Database, workers: list[Database]
) -> None:
    """A worker from before causes refuses an argument that it does not know, also an empty one."""
    webhook = (
        "INSERT INTO webhooks (webhook_id, owner_id, role, url, fact_types, secret_number, created_at,"
        " version, failures)"
        " VALUES (gen_random_uuid(), :owner, 2, 'https://a.example', :types, 1, now(), 1, 0)"
    )
    async with database.unit_of_work(MANAGER) as uow:
        values = {"owner": MANAGER.user_id, "types": ["OverbookingWarningTriggered"]}
        await uow.connection.execute(text(webhook), values)
        for cause in ({}, {"requestId": "r"}):
            fact = OverbookingWarningTriggered(uuid4(), 8, 10, 0.8)
            await append_facts(uow.connection, uow.ids, [Occurrence(uuid4(), fact, uow.now)], cause)
    async with workers[0].engine.begin() as connection:
        await publish(connection, workers[0].clock, 10)
        jobs = text("SELECT args - 'webhook_id' FROM procrastinate_jobs ORDER BY id")
        found = await connection.execute(jobs)
    assert list(found.scalars()) == [
        {"sequence": 1, "attempt": 0},
        {"sequence": 2, "attempt": 0, "cause": {"requestId": "r"}},
    ]
