"""HoldUpkeepJob: expiries and promotions are told once each, whoever made way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from api.bootstrap import Callboard
from domain.viewer import SYSTEM
from persistence.repositories import hold_standings
from persistence.repositories.hold_standings import HoldStanding
from tests.api.bookings import booking

Headers = dict[str, str]
URL = "/api/schedules"
JOB = "HoldUpkeepJob"


@pytest.fixture
def same_clock(worker_service: Callboard, clock: Any) -> None:
    """The job looks at the service's instant."""
    worker_service.database.clock = clock


@pytest.fixture
def news(facts: Any) -> Any:
    """What was told of holds: types, short names and ranks."""

    async def read(holds: list[str]) -> list[tuple[str, int, Any]]:
        return [
            (kind, holds.index(told["scheduledEventId"]), told.get("rank"))
            for kind, told in await facts()
            if kind.startswith("Hold")
        ]

    return read


@pytest.fixture
async def holds(
    client: httpx.AsyncClient, clock: Any, make_hall: Any, make_event: Any, as_manager: Headers
) -> list[str]:
    """Four holds on one evening, of which the second expires in an hour."""
    hall, event = await make_hall("Ballroom"), await make_event("Proms")
    keys = []
    for number in range(4):
        clock.forward(timedelta(seconds=1))
        body = booking(event, hall.calendar_id) | {"status": "Tentative"}
        if number == 1:
            body["holdExpiresAt"] = (clock.now() + timedelta(hours=1)).isoformat()
        answer = await client.post(URL, json=body, headers=as_manager)
        assert answer.status_code == 201
        keys.append(answer.json()["scheduledEventId"])
    return keys


@pytest.mark.usefixtures("same_clock")
async def test_holds_that_expire_and_move_up_are_told_once(
    client: httpx.AsyncClient,
    holds: list[str],
    run: Any,
    news: Any,
    clock: Any,
    facts: Any,
    as_manager: Headers,
) -> None:
    assert await run(JOB) == {"expired": 0, "promoted": 0}
    assert await run(JOB) == {"expired": 0, "promoted": 0}
    clock.forward(timedelta(hours=1))
    assert await run(JOB) == {"expired": 1, "promoted": 2}
    first = [("HoldExpired", 1, None), ("HoldPromoted", 2, 2), ("HoldPromoted", 3, 3)]
    assert sorted(await news(holds)) == first
    assert await run(JOB) == {"expired": 0, "promoted": 0}
    assert (await client.delete(f"{URL}/{holds[0]}", headers=as_manager)).status_code == 204
    assert await run(JOB) == {"expired": 0, "promoted": 2}
    assert (await news(holds))[3:] in (
        [("HoldPromoted", 2, 1), ("HoldPromoted", 3, 2)],
        [("HoldPromoted", 3, 2), ("HoldPromoted", 2, 1)],
    )
    told = {kind: payload for kind, payload in await facts() if kind.startswith("Hold")}
    assert set(told["HoldExpired"]) == {"scheduledEventId", "calendarId", "expiredAt"}
    assert set(told["HoldPromoted"]) == {"scheduledEventId", "calendarId", "oldRank", "rank"}
    for key in holds[2:]:
        seen = (await client.get(f"{URL}/{key}", headers=as_manager)).json()
        assert seen["holdRank"] == holds.index(key) - 1


@pytest.mark.usefixtures("same_clock")
async def test_an_expiry_while_no_worker_ran_is_told_later(
    holds: list[str], run: Any, news: Any, clock: Any
) -> None:
    """The job had never seen the hold; nobody who stood behind it had been told a rank."""
    clock.forward(timedelta(days=2))
    assert await run(JOB) == {"expired": 1, "promoted": 0}
    assert await news(holds) == [("HoldExpired", 1, None)]


@pytest.mark.usefixtures("same_clock", "holds")
async def test_an_expiry_of_long_ago_is_nobodys_news(run: Any, clock: Any) -> None:
    clock.forward(timedelta(days=4))
    assert await run(JOB) == {"expired": 0, "promoted": 0}


@pytest.mark.usefixtures("same_clock")
async def test_what_is_remembered_goes(
    client: httpx.AsyncClient,
    holds: list[str],
    run: Any,
    clock: Any,
    worker_service: Callboard,
    as_manager: Headers,
) -> None:
    async def remembered() -> set[tuple[str, int]]:
        async with worker_service.database.engine.connect() as connection:
            found = await connection.execute(text("SELECT scheduled_event_id, rank FROM hold_standings"))
            return {(str(key), rank) for key, rank in found}

    await run(JOB)
    assert await remembered() == {(key, rank) for rank, key in enumerate(holds, 1)}
    clock.forward(timedelta(hours=1))
    assert (await client.post(f"{URL}/{holds[0]}/confirm", headers=as_manager)).status_code == 200
    await run(JOB)
    assert await remembered() == {(holds[1], 0), (holds[2], 1), (holds[3], 2)}
    clock.forward(timedelta(days=7))
    await run(JOB)
    assert await remembered() == {(holds[2], 1), (holds[3], 2)}


async def test_there_may_be_more_holds_than_a_statement_has_parameters(worker_service: Callboard) -> None:
    keys = [uuid4() for _ in range(70_000)]
    async with worker_service.database.unit_of_work(SYSTEM) as uow:
        await hold_standings.forget(uow, keys)
        standings = [HoldStanding(key, key, None, 1, None) for key in keys]
        with pytest.raises(IntegrityError):  # of bookings that there are not; it got as far as that
            await hold_standings.note(uow, standings)
        await uow.connection.rollback()
