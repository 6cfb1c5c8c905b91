"""Under load: advice is shed to a link, and a database without a free connection is a 503."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.bootstrap import Callboard, wire
from api.settings import Settings
from persistence.database import Database
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds, SystemClock
from persistence.unit_of_work import DatabaseBusy
from solver.advisor import advise_on_request
from tests.api.bookings import at, booking

Headers = dict[str, str]
URL = "/api/schedules"
ASK_LATER = {"method": "POST", "href": "/api/schedules/suggestions"}
BUSY = {
    "type": "https://www.rfc-editor.org/rfc/rfc9110#section-15.6.4",
    "title": "Busy",
    "status": 503,
    "detail": "The service is busy; try again shortly",
}
CONNECTIONS = 2


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Solves may take as long as a test holds them up."""
    return Settings(home=tmp_path, solver_threads=2, solve_seconds=60, database_pool_size=CONNECTIONS)


@pytest.fixture
async def service(urls: EmbeddedUrls, settings: Settings) -> AsyncIterator[Callboard]:
    """The service with few connections and no patience in waiting for one."""
    database = Database(
        urls.application, SystemClock(), RandomIds(), pool_size=CONNECTIONS, pool_timeout_seconds=0.01
    )
    service = wire(settings, database)
    yield service
    await service.close()


class Solves:
    """Solves that begin, and end when they are let go."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self._let_go = threading.Event()

    def __call__(self, *given: Any, **named: Any) -> Any:
        self.begun.release()
        assert self._let_go.wait(60)
        return advise_on_request(*given, **named)

    async def wait_for(self, number: int) -> None:
        """Until so many have begun."""
        for _ in range(number):
            assert await asyncio.to_thread(self.begun.acquire, timeout=60)

    def let_go(self) -> None:
        self._let_go.set()


@pytest.fixture
def solves(monkeypatch: pytest.MonkeyPatch) -> Any:
    solves = Solves()
    monkeypatch.setattr("api.advice.service.advise_on_request", solves)
    yield solves
    solves.let_go()


Post = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def post(client: httpx.AsyncClient, make_hall: Any, make_event: Any, as_manager: Headers) -> Post:
    """A request to book a slot that is taken."""
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    body = booking(event, hall.calendar_id)
    assert (await client.post(URL, json=body, headers=as_manager)).status_code == 201

    async def send(path: str = URL) -> httpx.Response:
        return await client.post(path, json=body, headers=as_manager)

    return send


async def test_with_every_solver_thread_taken_a_refusal_links_to_its_suggestions(
    post: Post, solves: Solves
) -> None:
    first = asyncio.create_task(post())
    await solves.wait_for(1)
    second = asyncio.create_task(post(f"{URL}/suggestions"))
    await solves.wait_for(1)

    shed = await post()
    asked = await post(f"{URL}/suggestions")

    assert shed.status_code == 409
    assert (shed.json()["suggestions"], shed.json()["moreSuggestions"]) == ([], ASK_LATER)
    assert len(shed.json()["errors"]["ConflictingEvents"]) == 1
    assert (asked.status_code, asked.json()) == (
        200,
        {"fits": False, "suggestions": [], "moreSuggestions": ASK_LATER},
    )
    assert (first.done(), second.done()) == (False, False)
    solves.let_go()
    for patient in (await first, await second, await post()):
        assert patient.json()["suggestions"]
        assert "moreSuggestions" not in patient.json()


@pytest.mark.parametrize("verb", ["PUT", "POST"])
async def test_a_refused_change_links_to_where_its_own_body_asks_again(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Any,
    as_manager: Headers,
    service: Callboard,
    monkeypatch: pytest.MonkeyPatch,
    verb: str,
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    assert (
        await client.post(URL, json=booking(event, hall.calendar_id), headers=as_manager)
    ).status_code == 201
    made = await client.post(URL, json=booking(event, hall.calendar_id, 10, 12), headers=as_manager)
    key = made.json()["scheduledEventId"]
    whole = booking(event, hall.calendar_id, 18, 20)
    body = whole if verb == "PUT" else {name: whole[name] for name in ("startDateTime", "endDateTime")}
    path = f"{URL}/{key}" if verb == "PUT" else f"{URL}/{key}/reschedule"
    monkeypatch.setattr(service.advice, "_free", 0)

    refused = await client.request(verb, path, json=body, headers=as_manager)

    more = refused.json()["moreSuggestions"]
    assert (refused.status_code, more) == (409, {"method": "POST", "href": f"{URL}/{key}/suggestions"})
    monkeypatch.setattr(service.advice, "_free", 1)
    asked = await client.post(more["href"], json=body, headers=as_manager)
    assert (asked.status_code, asked.json()["fits"]) == (200, False)
    changed = {change["scheduledEventId"] for one in asked.json()["suggestions"] for change in one["changes"]}
    assert key in changed
    applied = await client.post(asked.json()["suggestions"][0]["apply"]["href"], headers=as_manager)
    assert applied.status_code == 200
    assert key in {one["scheduledEventId"] for one in applied.json()["schedules"]}


async def test_suggestions_for_a_change_need_all_of_it_or_only_its_time(
    client: httpx.AsyncClient, make_hall: Any, make_event: Any, book: Any, as_manager: Headers
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    made = await book(hall.calendar_id, event, at(10), at(12))
    path = f"{URL}/{made['scheduledEventId']}/suggestions"
    time = {"startDateTime": at(18), "endDateTime": at(20)}
    half = await client.post(path, json={**time, "calendarId": hall.calendar_id}, headers=as_manager)
    assert half.status_code == 400
    assert "needs eventId, timeZone as well" in half.text
    free = await client.post(path, json=time, headers=as_manager)
    assert (free.status_code, free.json()) == (200, {"fits": True, "suggestions": []})


async def test_a_solve_past_its_budget_is_shed_and_keeps_its_thread_until_it_ends(
    post: Post, solves: Solves, service: Callboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.advice, "_solve_seconds", 0.01)
    shed = [await post() for _ in range(3)]
    assert [one.json()["moreSuggestions"] for one in shed] == [ASK_LATER] * 3
    await solves.wait_for(2)
    assert solves.begun.acquire(blocking=False) is False


async def test_without_a_free_connection_the_answer_is_503(
    client: httpx.AsyncClient, service: Callboard, post: Post, as_manager: Headers, facts: Any
) -> None:
    left = await facts()
    async with AsyncExitStack() as held:
        for _ in range(CONNECTIONS):
            await held.enter_async_context(service.database.engine.connect())
        for answer in (await client.get(URL, headers=as_manager), await post()):
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json() == {**BUSY, "instance": URL}
        assert (await client.get("/health/live")).status_code == 200
        assert (await client.get("/health/ready")).status_code == 503
    assert await facts() == left
    assert (await client.get(URL, headers=as_manager)).status_code == 200
    assert (await client.get("/health/ready")).status_code == 200


async def test_a_refusal_whose_advice_finds_no_connection_is_503_and_on_record(
    post: Post, service: Callboard, facts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = await facts()

    async def busy(*_given: Any) -> None:
        raise DatabaseBusy("no database connection came free in time")

    monkeypatch.setattr(service.advice, "for_refusal", busy)
    refused = await post()
    assert (refused.status_code, refused.json()) == (503, {**BUSY, "instance": URL})
    assert [name for name, _ in await facts()][len(left) :] == ["OverbookingPreventedBySystem"]
