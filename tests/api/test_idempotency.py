"""A write that is sent again with its Idempotency-Key is done once, and answered the same (DESIGN 4.10)."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from api.auth.home_issuer import issuer_of
from api.bootstrap import Callboard
from api.http.idempotency import REPEATABLE
from api.settings import Settings
from domain.enums import Role
from domain.viewer import Viewer
from persistence.embedded import EmbeddedUrls
from tests.api.bookings import booking
from tests.api.cli.processes import PROJECT
from tests.api.conftest import StandingClock
from tests.api.people import CUSTOMER, MANAGER, OTHER_CUSTOMER
from tests.api.waiting import eventually

Headers = dict[str, str]
Rows = Callable[..., Awaitable[list[dict[str, Any]]]]
ONCE = {"Idempotency-Key": "once"}


@pytest.fixture
async def wanted(make_hall: Any, make_event: Any) -> dict[str, Any]:
    """The body of a booking that can be made only once."""
    hall = await make_hall("Ballroom")
    return booking(await make_event("Gala"), hall.calendar_id)


async def bookings(rows: Rows) -> int:
    (row,) = await rows("SELECT count(*) AS many FROM scheduled_events")
    return int(row["many"])


def said(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """An answer, but for what belongs to the one request."""
    changing = {"x-request-id", "idempotency-replayed"}
    return (
        answer.status_code,
        answer.content,
        {name: value for name, value in answer.headers.items() if name not in changing},
    )


async def test_a_booking_sent_again_is_made_once(
    client: httpx.AsyncClient, as_manager: Headers, wanted: Any, rows: Rows, facts_left: Any
) -> None:
    first = await client.post("/api/schedules", json=wanted, headers=as_manager | ONCE)
    facts = facts_left()
    again = await client.post("/api/schedules", json=wanted, headers=as_manager | ONCE)
    assert first.status_code == 201
    assert first.headers["Location"] == f"/api/schedules/{first.json()['scheduledEventId']}"
    assert first.headers["ETag"] == '"1"'
    assert "Idempotency-Replayed" not in first.headers
    assert said(again) == said(first)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await bookings(rows) == 1
    assert facts_left() == facts


async def test_what_was_answered_is_said_again_though_things_have_moved_on(
    client: httpx.AsyncClient, as_manager: Headers, wanted: Any
) -> None:
    first = await client.post("/api/schedules", json=wanted, headers=as_manager | ONCE)
    path = first.headers["Location"]
    removed = [await client.delete(path, headers=as_manager | ONCE) for _ in range(2)]
    assert [one.status_code for one in removed] == [204, 204]
    assert removed[1].headers["Idempotency-Replayed"] == "true"
    again = await client.post("/api/schedules", json=wanted, headers=as_manager | ONCE)
    assert said(again) == said(first)


async def test_another_body_or_query_under_the_same_key_is_refused(
    client: httpx.AsyncClient, as_manager: Headers, wanted: Any, rows: Rows
) -> None:
    path = "/api/schedules"
    assert (await client.post(path, json=wanted, headers=as_manager | ONCE)).status_code == 201
    others = [
        await client.post(path, json=wanted | {"timeZone": "UTC"}, headers=as_manager | ONCE),
        await client.post(f"{path}?dryRun=false", json=wanted, headers=as_manager | ONCE),
        await client.post(path, content=b"{", headers=as_manager | ONCE),
    ]
    for answer in others:
        assert answer.status_code == 422
        assert answer.json()["title"] == "Idempotency Key Reused"
        assert list(answer.json()["errors"]) == ["Idempotency-Key"]
    assert await bookings(rows) == 1


async def test_a_former_answer_is_for_the_same_role_and_version(
    client: httpx.AsyncClient, headers_for: Any
) -> None:
    """Who is demoted is told none of it again, least of all a secret."""
    roles = (Role.Manager, Role.Staff)
    as_manager, as_staff = (headers_for(Viewer(MANAGER.user_id, role)) | ONCE for role in roles)
    body = {"title": "Gala"}
    first = await client.post("/api/events", json=body, headers=as_manager)
    demoted = await client.post("/api/events", json=body, headers=as_staff)
    assert (first.status_code, demoted.status_code) == (201, 422)
    assert demoted.json()["title"] == "Idempotency Key Reused"
    told = [
        (await client.put(first.headers["Location"], json=body, headers=as_manager | {"If-Match": version}))
        for version in ('"1"', '"1"', '"2"')
    ]
    assert [one.status_code for one in told] == [200, 200, 422]


async def test_a_former_answer_is_for_the_same_scopes(
    client: httpx.AsyncClient, as_admin: Headers, clock: StandingClock
) -> None:
    account = {"name": "Box office", "role": "Manager", "scopes": ["Read", "Book", "Manage"]}
    path = (await client.post("/api/service-accounts", json=account, headers=as_admin)).headers["Location"]
    token = (await client.post(f"{path}/tokens", json={}, headers=as_admin)).json()["token"]
    headers, body = {"Authorization": f"Bearer {token}"} | ONCE, {"title": "Gala"}
    made = [await client.post("/api/events", json=body, headers=headers) for _ in range(2)]
    assert [one.status_code for one in made] == [201, 201]
    cut = account | {"scopes": ["Read", "Book"], "isDisabled": False}
    assert (await client.put(path, json=cut, headers=as_admin)).status_code == 200
    clock.forward(timedelta(minutes=1))  # what a token may is believed for some seconds
    assert (await client.post("/api/events", json=body, headers=headers)).status_code == 422


async def test_a_key_belongs_to_one_user_and_one_route(
    client: httpx.AsyncClient, headers_for: Any, rows: Rows
) -> None:
    made = [
        await client.post("/api/events", json={"title": "Gala"}, headers=headers_for(user) | ONCE)
        for user in (CUSTOMER, OTHER_CUSTOMER, CUSTOMER)
    ]
    assert [one.status_code for one in made] == [201, 201, 201]
    ids = [one.json()["eventId"] for one in made]
    assert ids[0] == ids[2] != ids[1]
    changed = [
        await client.put(f"/api/events/{key}", json={"title": "Ball"}, headers=headers_for(user) | ONCE)
        for user, key in zip((CUSTOMER, OTHER_CUSTOMER), ids, strict=False)
    ]
    assert [(one.status_code, one.json()["eventId"]) for one in changed] == [(200, ids[0]), (200, ids[1])]
    assert ["Idempotency-Replayed" in one.headers for one in changed] == [False, False]
    owners = await rows("SELECT user_id FROM idempotency_keys")
    assert owners == []  # not even an Admin reads another's


async def test_refusals_are_not_stored(
    client: httpx.AsyncClient, as_manager: Headers, wanted: Any, facts_left: Any
) -> None:
    """Each try is judged anew: 409 while the slot is taken, 201 as soon as it is not."""
    rival = await client.post("/api/schedules", json=wanted, headers=as_manager)
    refused = [await client.post("/api/schedules", json=wanted, headers=as_manager | ONCE) for _ in range(2)]
    assert [(one.status_code, one.json()["title"]) for one in refused] == [(409, "Scheduling Conflict")] * 2
    assert facts_left().count("OverbookingPreventedBySystem") == 2
    await client.delete(rival.headers["Location"], headers=as_manager)
    made = await client.post("/api/schedules", json=wanted, headers=as_manager | ONCE)
    assert made.status_code == 201
    assert "Idempotency-Replayed" not in made.headers


async def test_a_dry_run_neither_stores_nor_replays(
    client: httpx.AsyncClient, as_manager: Headers, wanted: Any, rows: Rows
) -> None:
    path = "/api/schedules"
    dry = await client.post(f"{path}?dryRun=true", json=wanted, headers=as_manager | ONCE)
    assert (dry.status_code, await bookings(rows)) == (201, 0)
    made = await client.post(path, json=wanted, headers=as_manager | ONCE)
    assert "Idempotency-Replayed" not in made.headers
    dry = await client.post(f"{path}?dryRun=1", json=wanted, headers=as_manager | ONCE)
    assert (dry.status_code, "Idempotency-Replayed" in dry.headers) == (409, False)
    unclear = await client.post(f"{path}?dryRun=maybe", json=wanted, headers=as_manager | ONCE)
    assert (unclear.status_code, list(unclear.json()["errors"])) == (400, ["dryRun"])


@pytest.mark.parametrize("key", ["", " ", "two words", "x" * 201, "caf\u00e9"])
async def test_a_key_that_is_none_is_named(
    client: httpx.AsyncClient, as_manager: Headers, wanted: Any, rows: Rows, key: str
) -> None:
    headers = {**as_manager, "Idempotency-Key": key.encode("latin-1")}
    answer = await client.post("/api/schedules", json=wanted, headers=headers)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["Idempotency-Key"])
    assert await bookings(rows) == 0


async def test_two_keys_are_none_and_a_long_one_is_one(
    client: httpx.AsyncClient, as_manager: Headers, wanted: Any
) -> None:
    headers = [*as_manager.items(), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    answer = await client.post("/api/schedules", json=wanted, headers=headers)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["Idempotency-Key"])
    long = as_manager | {"Idempotency-Key": "x" * 200}
    assert (await client.post("/api/schedules", json=wanted, headers=long)).status_code == 201


async def test_a_key_is_kept_for_a_day(
    client: httpx.AsyncClient, as_customer: Headers, clock: StandingClock
) -> None:
    async def make() -> str:
        answer = await client.post("/api/events", json={"title": "Gala"}, headers=as_customer | ONCE)
        return str(answer.json()["eventId"])

    first = await make()
    clock.forward(timedelta(hours=24) - timedelta(seconds=1))
    assert await make() == first
    clock.forward(timedelta(seconds=1))
    second = await make()
    assert second != first
    assert await make() == second


async def test_what_is_stored_can_be_read_by_the_service_alone(
    client: httpx.AsyncClient, as_manager: Headers, urls: EmbeddedUrls
) -> None:
    """Answers hold names, and this one a secret that is stored nowhere."""
    body = {"url": "https://crm.example/callboard"}
    first = await client.post("/api/webhooks", json=body, headers=as_manager | ONCE)
    again = await client.post("/api/webhooks", json=body, headers=as_manager | ONCE)
    assert said(again) == said(first)
    assert first.json()["secret"].startswith("whsec_")
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"] == "private, no-store"
    engine = create_async_engine(urls.worker, poolclass=NullPool)
    async with engine.connect() as connection:
        stored = (await connection.execute(text("SELECT answer FROM idempotency_keys"))).scalar_one()
    await engine.dispose()
    assert not any(word in stored for word in (b"whsec_", b"crm", b"201"))


async def test_of_twenty_at_once_one_books(
    client: httpx.AsyncClient, as_manager: Headers, wanted: Any, rows: Rows
) -> None:
    answers = await asyncio.gather(
        *(client.post("/api/schedules", json=wanted, headers=as_manager | ONCE) for _ in range(20))
    )
    assert await bookings(rows) == 1
    made = [one for one in answers if one.status_code == 201]
    assert len({one.content for one in made}) == 1
    assert Counter("Idempotency-Replayed" in one.headers for one in made)[False] == 1
    waiting = {(one.status_code, one.json()["title"]) for one in answers if one.status_code != 201}
    assert waiting <= {(409, "Request In Flight")}
    assert (await client.post("/api/schedules", json=wanted, headers=as_manager | ONCE)).status_code == 201


async def test_while_the_first_is_answered_the_second_is_told_to_wait(
    client: httpx.AsyncClient, as_manager: Headers, wanted: Any, rows: Rows, urls: EmbeddedUrls
) -> None:
    engine = create_async_engine(urls.owner, poolclass=NullPool)
    claimed = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND database ="
    claimed += " (SELECT oid FROM pg_database WHERE datname = current_database())"
    async with engine.connect() as other:
        await other.execute(text("SELECT 1 FROM calendars FOR UPDATE"))
        first = asyncio.create_task(client.post("/api/schedules", json=wanted, headers=as_manager | ONCE))
        await eventually(lambda: rows(claimed))
        second = await client.post("/api/schedules", json=wanted, headers=as_manager | ONCE)
        assert (second.status_code, second.json()["title"]) == (409, "Request In Flight")
        assert second.headers["Retry-After"] == "1"
    await engine.dispose()
    assert (await first).status_code == 201
    third = await client.post("/api/schedules", json=wanted, headers=as_manager | ONCE)
    assert said(third) == said(await first)


@pytest.mark.parametrize(("moment", "made"), [("inside", 0), ("after", 1)])
async def test_a_service_that_dies_over_it_leaves_the_booking_and_its_answer_or_neither(
    client: httpx.AsyncClient,
    as_manager: Headers,
    wanted: Any,
    rows: Rows,
    urls: EmbeddedUrls,
    settings: Settings,
    tmp_path: Path,
    moment: str,
    made: int,
) -> None:
    assert issuer_of(settings).key  # the process below shares it
    body = json.dumps(wanted)
    environment = {"CALLBOARD_HOME": str(tmp_path), "CALLBOARD_DATABASE_URL": urls.application}
    arguments = (moment, as_manager["Authorization"], "/api/schedules", body)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.api.dying", *arguments, cwd=PROJECT, env=os.environ | environment
    )
    assert await process.wait() == -signal.SIGKILL
    assert await bookings(rows) == made
    headers = as_manager | ONCE | {"Content-Type": "application/json"}
    again = await client.post("/api/schedules", content=body, headers=headers)
    assert again.status_code == 201
    assert ("Idempotency-Replayed" in again.headers) == bool(made)
    assert await bookings(rows) == 1
    (booked,) = await rows("SELECT scheduled_event_id::text AS key FROM scheduled_events")
    assert again.json()["scheduledEventId"] == booked["key"]


async def test_a_key_costs_two_statements_and_none_costs_nothing(
    client: httpx.AsyncClient, as_manager: Headers, wanted: Any, service: Callboard
) -> None:
    """The hot path is counted in round trips (DESIGN 7)."""
    statements: list[str] = []

    @event.listens_for(service.database.engine.sync_engine, "before_cursor_execute")
    def _note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    async def counted(path: str, headers: Headers) -> list[str]:
        statements.clear()
        assert (await client.post(path, json=wanted, headers=headers)).status_code == 201
        return list(statements)

    dry = await counted("/api/schedules?dryRun=true", as_manager)
    keyed = await counted("/api/schedules", as_manager | ONCE)
    more = [one for one in keyed if "idempotency" in one]
    assert len(keyed) == len(dry) + 2
    assert [one.split()[0] for one in more] == ["SELECT", "INSERT"]
    again = await counted("/api/schedules", as_manager | ONCE)
    assert len(again) == 2  # whose transaction it is, and the answer


async def test_every_write_takes_a_key_or_may_be_repeated(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    operations = {
        f"{method.upper()} {path}": operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    takes = {
        name
        for name, operation in operations.items()
        if "Idempotency-Key" in {one["name"] for one in operation.get("parameters", ())}
    }
    queries = {
        "POST /api/resources/availability/check",
        "POST /api/resources/availability/check-multiple",
        "POST /api/availability/search",
        "POST /api/schedules/suggestions",
        "POST /api/schedules/{scheduleId}/suggestions",
    }
    # Whoever signs in is nobody yet, and no two tokens are alike.
    queries |= {"POST /api/auth/login", "POST /api/auth/refresh"}
    writes = {one for one in operations if not one.startswith("GET ")}
    assert takes == writes - queries - REPEATABLE
    assert writes > REPEATABLE
    for name in takes:
        assert {"400", "409", "422"} <= operations[name]["responses"].keys(), name
