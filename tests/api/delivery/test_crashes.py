"""The service is killed between commit and publication, again and again; every fact arrives all the same.

A tenth of the kills here, all of them by `make crashes`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from api.auth.home_issuer import issuer_of
from api.delivery.redis_stream import STREAM
from api.settings import Settings
from persistence.database import Database
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds, SystemClock
from tests.api.bookings import booking
from tests.api.cli.processes import PROJECT, free_port
from tests.api.delivery.receiver import Receiver
from tests.api.waiting import eventually
from tests.redis_server import RedisServer

KILLS = int(os.environ.get("CALLBOARD_TEST_KILLS", "20"))


@pytest.fixture
def redis(tmp_path_factory: pytest.TempPathFactory) -> Any:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


class Zygote:
    """Starts services that are there at once."""

    def __init__(self, environment: dict[str, str]) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.api.delivery.killable"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=PROJECT,
            env=kept | environment,
            text=True,
        )

    def start(self, port: int) -> int:
        """A service on the port; its process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{port}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def end(self) -> None:
        self._process.communicate()


async def is_ready(url: str) -> bool:
    """Whether the service is there."""
    try:
        async with httpx.AsyncClient() as client:
            return (await client.get(f"{url}/health/ready")).status_code == 200
    except httpx.TransportError:
        return False


async def forwarded(client: Redis) -> list[dict[str, Any]]:
    """The bookings' facts in the stream."""
    facts = [orjson.loads(fields["fact"]) for _, fields in await client.xrange(STREAM)]
    return [fact for fact in facts if fact["type"] == "EventScheduledOnCalendar"]


async def test_every_fact_arrives_though_the_service_is_killed(
    urls: EmbeddedUrls,
    tmp_path: Path,
    redis: RedisServer,
    receiver: Receiver,
    hook: Any,
    settings: Settings,
    as_manager: dict[str, str],
    make_hall: Any,
    make_event: Any,
) -> None:
    """A booking is answered 201 and the service, with its worker, dies: its fact waits in the outbox."""
    assert issuer_of(settings).key  # the processes below share it
    hall, event = await make_hall("Ballroom", 5_000), await make_event("Gala")
    await hook(factTypes=["EventScheduledOnCalendar"])
    zygote = Zygote(
        {
            "CALLBOARD_HOME": str(tmp_path),
            "CALLBOARD_DATABASE_URL": urls.application,
            "CALLBOARD_DATABASE_WORKER_URL": urls.worker,
            "CALLBOARD_REDIS_URL": redis.url,
            "CALLBOARD_WEBHOOK_NETWORKS": "127.0.0.0/8",
            "CALLBOARD_JOB_SILENCE_SECONDS": "2",
        }
    )
    booked: list[str] = []

    async def book(url: str) -> None:
        """As many as are answered before the end."""
        async with httpx.AsyncClient(base_url=url, headers=as_manager, timeout=60) as api:
            while True:
                hour = len(booked) * 1.5
                try:
                    body = booking(event, hall.calendar_id, hour, hour + 1)
                    answer = await api.post("/api/schedules", json=body)
                except httpx.TransportError:
                    return
                assert answer.status_code == 201, answer.text
                booked.append(answer.json()["scheduledEventId"])

    published_late = 0
    for number in range(KILLS + 1):
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        process = zygote.start(port)
        await eventually(partial(is_ready, url))
        if number == KILLS:
            break
        writing = asyncio.create_task(book(url))
        known = len(booked)
        # Later and later after an answer: before, while and after its fact is published.
        await eventually(lambda known=known: len(booked) > known + 1)
        await asyncio.sleep(number % 10 * 0.03)
        os.kill(process, signal.SIGKILL)
        await writing
        published_late += await waiting(urls)
    client = Redis.from_url(redis.url, decode_responses=True)
    try:
        await eventually(lambda: set(booked) <= {one.fact["aggregateId"] for one in receiver.got})

        async def all_of_them() -> list[dict[str, Any]]:
            found = await forwarded(client)
            return found if set(booked) <= {fact["aggregateId"] for fact in found} else []

        entries = await eventually(all_of_them)
    finally:
        await client.aclose()
        os.kill(process, signal.SIGKILL)
        zygote.end()
    assert published_late > 0
    counted = Counter(fact["aggregateId"] for fact in entries)
    assert set(counted.values()) == {1}
    ids = {fact["aggregateId"]: fact["id"] for fact in entries}
    told = [(one.fact["aggregateId"], one.headers["webhook-id"]) for one in receiver.got]
    assert set(told) <= set(ids.items())
    print(
        f"\n{KILLS} kills with {published_late} facts unpublished: {len(booked)} bookings answered,"
        f" {len(entries)} facts in the stream, each once; {len(told)} webhook deliveries,"
        f" {len(told) - len(set(told))} of them again, with the same id"
    )


async def waiting(urls: EmbeddedUrls) -> int:
    """How many facts are committed and not published."""
    worker = Database(urls.worker, SystemClock(), RandomIds(), pool_size=1)
    async with worker.engine.connect() as connection:
        found = await connection.execute(text("SELECT count(*) FROM outbox WHERE published_at IS NULL"))
        count = int(found.scalar_one())
    await worker.close()
    return count
