"""Facts as server-sent events, over a real socket: from now on or from where one left off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
import pytest
import uvicorn

from api.bootstrap import Callboard
from api.delivery import event_streams
from api.main import create_app
from api.settings import Settings
from tests.api.bookings import at
from tests.api.people import CUSTOMER, OTHER_CUSTOMER
from tests.api.waiting import eventually

Headers = dict[str, str]
PATH = "/api/events/stream"


@pytest.fixture(autouse=True)
def restless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams say sooner that they are still there."""
    monkeypatch.setattr(event_streams, "_LOOK_SECONDS", 0.2)


@pytest.fixture
async def served(service: Callboard) -> AsyncIterator[str]:
    """The service on a port of this machine."""
    config = uvicorn.Config(
        create_app(service), port=0, lifespan="on", log_level="warning", timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    await service.event_streams.close()
    server.should_exit = True
    await running


class Stream:
    """An open event stream."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()
        self.last_id = ""

    async def block(self) -> dict[str, str]:
        """The next block of lines, up to a blank one."""
        found: dict[str, str] = {}
        async with asyncio.timeout(60):
            async for line in self._lines:
                if not line:
                    self.last_id = found.get("id", self.last_id)
                    return found
                name, _, value = line.partition(": ")
                found[name] = value
        raise EOFError

    async def ends(self) -> bool:
        """Read to the end; it does end."""
        try:
            while True:
                await self.block()
        except EOFError:
            return True

    async def fact(self) -> dict[str, Any]:
        """The next fact."""
        block = await self.block()
        while "data" not in block:
            block = await self.block()
        fact: dict[str, Any] = orjson.loads(block["data"])
        assert (block["event"], block["id"]) == (fact["type"], str(fact["sequence"]))
        return fact


@pytest.fixture
def listen(served: str) -> Callable[..., Any]:
    """An event stream: `async with listen(headers, last_id="3", type="...") as stream`."""

    @asynccontextmanager
    async def open_stream(
        headers: Headers, last_id: str | None = None, **params: Any
    ) -> AsyncIterator[Stream]:
        sent = headers if last_id is None else headers | {"Last-Event-ID": last_id}
        async with (
            httpx.AsyncClient(base_url=served, timeout=60) as client,
            client.stream("GET", PATH, headers=sent, params=params) as response,
        ):
            if response.status_code != 200:
                await response.aread()
                yield Stream(response)
                return
            stream = Stream(response)
            assert (await stream.block()).keys() == {"", "id", "retry"}
            yield stream

    return open_stream


@pytest.mark.usefixtures("worker")
async def test_facts_come_as_they_happen_and_again_after_a_break(
    listen: Any, service: Callboard, as_manager: Headers, make_hall: Any, make_event: Any, book: Any
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    async with listen(as_manager) as stream:
        # Whoever waits for facts holds no connection.
        await eventually(lambda: service.database.connections_in_use == 0)
        headers = stream.response.headers
        assert headers["content-type"] == "text/event-stream; charset=utf-8"
        assert headers["cache-control"] == "private, no-store"
        key = (await book(hall.calendar_id, event, at(9), at(11)))["scheduledEventId"]
        fact = await stream.fact()
        assert (fact["type"], fact["aggregateId"], fact["version"]) == ("EventScheduledOnCalendar", key, 1)
        last = stream.last_id
    missed = [
        (await book(hall.calendar_id, event, at(12 + n), at(13 + n)))["scheduledEventId"] for n in range(3)
    ]
    async with listen(as_manager, last) as stream:
        assert [(await stream.fact())["aggregateId"] for _ in missed] == missed
    async with listen(as_manager, "0") as stream:
        assert [(await stream.fact())["sequence"] for _ in range(4)] == [1, 2, 3, 4]


@pytest.mark.usefixtures("worker")
async def test_each_hears_what_they_may_know(
    listen: Any,
    headers_for: Any,
    as_staff: Headers,
    make_hall: Any,
    make_event: Any,
    book: Any,
) -> None:
    """A Customer hears of their own bookings; Staff without a grant, of nothing but what all may see."""
    hall = await make_hall("Ballroom")
    own, others = (
        await make_event("Gala", organizer=CUSTOMER),
        await make_event("Fair", organizer=OTHER_CUSTOMER),
    )
    await book(hall.calendar_id, others, at(9), at(11))
    key = (await book(hall.calendar_id, own, at(12), at(13)))["scheduledEventId"]
    async with listen(headers_for(CUSTOMER), "0") as stream:
        fact = await stream.fact()
        assert (fact["aggregateId"], fact["sequence"]) == (key, 2)
    async with listen(as_staff, "0") as stream:
        # The next block that comes is no fact: it only moves the position on.
        block = await stream.block()
        assert (block.keys(), block["id"]) == ({"", "id"}, "2")


@pytest.mark.usefixtures("worker")
async def test_only_the_types_that_were_asked_for(
    listen: Any,
    as_manager: Headers,
    make_hall: Any,
    make_event: Any,
    book: Any,
    client: httpx.AsyncClient,
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    key = (await book(hall.calendar_id, event, at(9), at(11)))["scheduledEventId"]
    await client.delete(f"/api/schedules/{key}", headers=as_manager)
    async with listen(as_manager, "0", type=["EventRemovedFromCalendar", "EventRescheduled"]) as stream:
        assert (await stream.fact())["type"] == "EventRemovedFromCalendar"


@pytest.mark.parametrize("last_id", ["x", "-1", "1.5", "99", "9" * 30, ""])
async def test_ids_that_are_none_of_ours(
    client: httpx.AsyncClient, as_manager: Headers, last_id: str
) -> None:
    answer = await client.get(PATH, headers=as_manager | {"Last-Event-ID": last_id})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["Last-Event-ID"])


async def test_bad_types_are_named(client: httpx.AsyncClient, as_manager: Headers) -> None:
    answer = await client.get(PATH, params={"type": "Nonsense"}, headers=as_manager)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["type[0]"])


@pytest.mark.usefixtures("worker")
async def test_what_is_cleared_away_is_said(
    listen: Any,
    as_manager: Headers,
    owner_execute: Any,
    make_hall: Any,
    make_event: Any,
    book: Any,
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    async with listen(as_manager, "0") as stream:
        for hour in range(3):
            await book(hall.calendar_id, event, at(hour), at(hour + 1))
        assert [(await stream.fact())["sequence"] for _ in range(3)] == [1, 2, 3]
    await asyncio.to_thread(owner_execute, "DELETE FROM outbox WHERE sequence <= 2")
    async with listen(as_manager, "1") as stream:
        assert stream.response.status_code == 410
        assert "Last-Event-ID 2" in stream.response.json()["detail"]
    async with listen(as_manager, "2") as stream:
        assert (await stream.fact())["sequence"] == 3


async def test_a_stream_ends_with_its_token(
    listen: Any, service: Callboard, clock: Any, as_manager: Headers
) -> None:
    async with listen(as_manager) as stream:
        assert (await stream.block())[""] == "still here"
        clock.forward(service.settings.policy.maximum_duration)
        assert await stream.ends()


async def test_head_ends(client: httpx.AsyncClient, as_manager: Headers) -> None:
    answer = await client.head(PATH, headers=as_manager)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")


class TestFew:
    """A service that keeps one stream open."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"event_streams": 1})

    async def test_one_too_many_is_told_to_come_back(self, listen: Any, as_manager: Headers) -> None:
        async with listen(as_manager), listen(as_manager) as second:
            assert second.response.status_code == 503
            assert second.response.headers["retry-after"] == "1"
        async with listen(as_manager) as third:
            assert third.response.status_code == 200
