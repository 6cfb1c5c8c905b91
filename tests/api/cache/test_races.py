"""Two processes that cache, read and written at once: every reader sees what a writer was told is in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from api.bootstrap import bootstrap
from api.settings import Settings
from persistence.embedded import EmbeddedUrls
from tests.api.bookings import at, booking
from tests.api.cache.conftest import Process
from tests.api.cache.story import Story, prologue
from tests.api.cli.processes import Process as ServerProcess
from tests.api.cli.processes import free_port
from tests.api.people import ADMIN, MANAGER

WRITES = 25
READERS = 4


@pytest.fixture
async def serve(urls: EmbeddedUrls, tmp_path: Path) -> AsyncIterator[Callable[[str], Any]]:
    """Starts a `callboard serve` on the test's database: `await serve("redis://...")`."""
    async with AsyncExitStack() as stack:

        async def make(cache_url: str) -> Process:
            port = free_port()
            url = f"http://127.0.0.1:{port}"
            environment = {
                "CALLBOARD_HOME": str(tmp_path),
                "CALLBOARD_DATABASE_URL": urls.application,
                "CALLBOARD_REDIS_URL": cache_url,
                "CALLBOARD_REDIS_PATIENCE_SECONDS": "20",
            }
            server = ServerProcess(tmp_path / f"{port}.txt", environment, "serve", "--port", str(port))
            stack.callback(server.kill)
            await asyncio.to_thread(server.wait_until_ready, url)
            # It signs the tokens; the same home has the same key.
            signer = bootstrap(Settings(home=tmp_path), urls.application)
            stack.push_async_callback(signer.close)
            client = httpx.AsyncClient(base_url=url, timeout=60)
            return Process(signer, await stack.enter_async_context(client))

        yield make


@pytest.fixture(params=["mem", "redis", "redis, served"])
async def processes(
    request: pytest.FixtureRequest,
    start: Callable[..., Any],
    serve: Callable[..., Any],
    redis_url: str,
) -> list[Process]:
    """Two: apps that share nothing but database and cache, or `callboard serve` itself."""
    cache_url = "mem://" if request.param == "mem" else redis_url
    make = serve if request.param.endswith("served") else start
    return [await make(cache_url), await make(cache_url)]


async def test_readers_see_all_that_writers_were_told(processes: list[Process], owner_execute: Any) -> None:
    """An event is renamed again and again; nobody reads an older name than the last one in."""
    story = Story(processes[0], owner_execute)
    await prologue(story)
    await story.book("Gala", "Ballroom", 10, 12)
    view = f"/api/calendars/{story.named['Ballroom']}/daily?date={at(0)[:10]}"
    told = 0
    seen: list[tuple[int, int]] = []

    async def write() -> None:
        nonlocal told
        for number in range(1, WRITES + 1):
            story.process = processes[number % 2]
            body = {"title": str(number), "organizerId": str(MANAGER.user_id)}
            await story.call("PUT", f"/api/events/{story.named['Gala']}", body)
            told = number

    async def read(process: Process) -> None:
        tag, number = "", 0
        while told < WRITES:
            known = told
            answer = await process.get(view, MANAGER, **({"If-None-Match": tag} if tag else {}))
            if answer.status_code == 200:
                (event,) = answer.json()["events"]
                tag, number = answer.headers["etag"], int(event["eventTitle"].replace("Gala", "0"))
            else:
                assert answer.status_code == 304
            seen.append((known, number))

    await asyncio.gather(write(), *(read(processes[number % 2]) for number in range(READERS)))
    assert [pair for pair in seen if pair[1] < pair[0]] == []
    assert len(seen) >= READERS


async def test_bookings_on_crossing_calendars_do_not_deadlock(
    start: Callable[..., Any], owner_execute: Any
) -> None:
    """Bookings of two halls, each claiming the other, at once, with their renames and removals."""
    process: Process = await start("mem://", database_pool_size=12)
    story = Story(process, owner_execute)
    await prologue(story)
    event = story.named["Gala"]

    async def book(number: int) -> None:
        here, there = ("Ballroom", "Attic") if number % 2 else ("Attic", "Ballroom")
        claims = [{"resourceId": story.named[f"{there} resource"]}]
        body = booking(event, story.named[here], number, number + 0.5, resources=claims)
        made = await story.call("POST", "/api/schedules", body, MANAGER)
        if number % 3 == 0:
            title = {"title": f"Gala {number}", "organizerId": str(MANAGER.user_id)}
            await story.call("PUT", f"/api/events/{event}", title)
        if number % 3 == 1:
            await story.call("DELETE", f"/api/schedules/{made['scheduledEventId']}", viewer=MANAGER)

    await asyncio.gather(*(book(number) for number in range(24)))
    deadlocks = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    async with process.service.database.unit_of_work(ADMIN) as uow:
        assert (await uow.connection.execute(deadlocks)).scalar_one() == 0
