"""Two processes that cache, read and written at once: every reader sees what a writer was told is in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from tests.api.bookings import at, booking
from tests.api.cache.conftest import Process
from tests.api.cache.story import Story, prologue
from tests.api.people import ADMIN, MANAGER

WRITES = 40
READERS = 6


@pytest.fixture(params=["mem", "redis"])
def cache_url(request: pytest.FixtureRequest) -> str:
    url: str = "mem://" if request.param == "mem" else request.getfixturevalue("redis_url")
    return url


async def test_readers_see_all_that_writers_were_told(
    start: Callable[..., Any], cache_url: str, owner_execute: Any
) -> None:
    """An event is renamed again and again; nobody reads an older name than the last one in."""
    processes: list[Process] = [await start(cache_url), await start(cache_url)]
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
