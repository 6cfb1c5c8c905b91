"""The Redis stream has every fact once, in order, whatever breaks in between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import orjson
import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.delivery import redis_stream
from api.delivery.redis_stream import STREAM, RedisStream
from domain.facts import OverbookingWarningTriggered
from persistence.database import Database
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds, SystemClock
from persistence.relay import publish
from tests.api.people import MANAGER
from tests.redis_server import RedisServer


@pytest.fixture
async def worker(urls: EmbeddedUrls) -> AsyncIterator[Database]:
    database = Database(urls.worker, SystemClock(), RandomIds(), pool_size=4)
    yield database
    await database.close()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """An empty one."""
    client = Redis.from_url(redis_url, decode_responses=True)
    await client.delete(STREAM)
    yield client
    await client.aclose()


@pytest.fixture
async def stream(worker: Database, redis_url: str) -> AsyncIterator[RedisStream]:
    stream = RedisStream(worker, redis_url, length=1000)
    yield stream
    await stream.close()


async def leave_facts(database: Database, worker: Database, count: int) -> list[str]:
    """Published facts; their aggregates in order."""
    keys = [uuid4() for _ in range(count)]
    async with database.unit_of_work(MANAGER) as uow:
        for key in keys:
            uow.record(key, OverbookingWarningTriggered(key, 8, 10, 0.8), 3)
    async with worker.engine.begin() as connection:
        assert len(await publish(connection, worker.clock, count)) == count
    return [str(key) for key in keys]


async def entries(redis: Redis) -> list[tuple[str, dict[str, Any]]]:
    found = await redis.xrange(STREAM)
    return [(key, orjson.loads(fields["fact"])) for key, fields in found]


async def test_each_fact_is_an_entry(
    database: Database, worker: Database, redis: Redis, stream: RedisStream
) -> None:
    (key,) = await leave_facts(database, worker, 1)
    assert await stream.forward() is False
    ((number, fact),) = await entries(redis)
    assert number == "1-0"
    assert fact == {
        "type": "OverbookingWarningTriggered",
        "timestamp": fact["timestamp"],
        "id": fact["id"],
        "sequence": 1,
        "aggregateId": key,
        "version": 3,
        "data": {"calendarId": key, "currentCount": 8, "maxCapacity": 10, "warningThreshold": 0.8},
    }
    ((_, fields),) = await redis.xrange(STREAM)
    assert (fields["type"], fields["id"]) == (fact["type"], fact["id"])


async def test_a_crash_between_redis_and_the_database_makes_no_second_entry(
    database: Database, worker: Database, redis: Redis, stream: RedisStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = await leave_facts(database, worker, 5)

    async def crash(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(redis_stream, "move_position", crash)
        with pytest.raises(ZeroDivisionError):
            await stream.forward()
    assert len(await entries(redis)) == 5
    keys += await leave_facts(database, worker, 2)
    await stream.forward()
    found = await entries(redis)
    assert [number for number, _ in found] == [f"{number}-0" for number in range(1, 8)]
    assert [fact["aggregateId"] for _, fact in found] == keys


async def test_batches_go_on_where_the_last_ended(
    database: Database,
    worker: Database,
    redis: Redis,
    stream: RedisStream,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(redis_stream, "_BATCH", 2)
    await leave_facts(database, worker, 5)
    assert [await stream.forward() for _ in range(3)] == [True, True, False]
    assert [number for number, _ in await entries(redis)] == [f"{number}-0" for number in range(1, 6)]


async def test_redis_may_be_away(database: Database, worker: Database, tmp_path: Any, redis_url: str) -> None:
    """Facts wait in the database and go on when it is back."""
    del redis_url
    server = RedisServer(tmp_path)
    server.start()
    stream = RedisStream(worker, server.url, length=1000)
    try:
        await leave_facts(database, worker, 1)
        await stream.forward()
        server.kill()
        await leave_facts(database, worker, 1)
        with pytest.raises(RedisError):
            await stream.forward()
        server.start()
        await stream.forward()
        client = Redis.from_url(server.url, decode_responses=True)
        # The stream began anew with Redis, which keeps nothing here.
        assert [number for number, _ in await entries(client)] == ["2-0"]
        await client.aclose()
    finally:
        await stream.close()
        server.kill()


async def test_a_database_that_went_back_is_noticed(
    database: Database, worker: Database, redis: Redis, stream: RedisStream
) -> None:
    """After a restore, new facts have numbers that the stream knows: they are not taken for known ones."""
    await redis.xadd(STREAM, {"type": "Old", "id": str(uuid4()), "fact": "{}"}, id="1-0")
    await leave_facts(database, worker, 1)
    with pytest.raises(RedisError, match="delete it after restoring"):
        await stream.forward()
    await redis.delete(STREAM)
    await stream.forward()
    assert [number for number, _ in await entries(redis)] == ["1-0"]
