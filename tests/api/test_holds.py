"""Holds that expire count as cancelled at once, for everybody and everything."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.settings import Settings
from tests.api.bookings import at, booking
from tests.api.people import CUSTOMER

Headers = dict[str, str]
URL = "/api/schedules"
TICK = timedelta(microseconds=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, customer_open_bookings=1)


def held_until(instant: datetime) -> dict[str, str]:
    return {"status": "Tentative", "holdExpiresAt": instant.isoformat()}


async def test_an_expired_hold_counts_as_cancelled_at_once(
    client: httpx.AsyncClient, clock: Any, make_hall: Any, make_event: Any, as_manager: Headers, facts: Any
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    body = booking(event, hall.calendar_id)

    async def listed(status: str) -> list[str]:
        answer = await client.get(URL, params={"status": status}, headers=as_manager)
        return [one["scheduledEventId"] for one in answer.json()["items"]]

    late = await client.post(URL, json=body | held_until(clock.now()), headers=as_manager)
    assert (late.status_code, late.json()["errors"]) == (
        400,
        {"holdExpiresAt": ["A hold must expire in the future"]},
    )
    held = await client.post(URL, json=body | held_until(clock.now() + TICK), headers=as_manager)
    path, key = held.headers["location"], held.json()["scheduledEventId"]
    firm = await client.post(URL, json=body, headers=as_manager)
    assert [one["conflictingEventId"] for one in firm.json()["conflicts"]] == [key]
    conflict = f"{URL}/conflicts/{firm.json()['conflicts'][0]['scheduleConflictId']}"
    assert (await client.get(path, headers=as_manager)).json()["status"] == "Tentative"
    assert (await listed("Tentative"), await listed("Cancelled")) == ([key], [])

    clock.forward(TICK)

    after = (await client.get(path, headers=as_manager)).json()
    assert (after["status"], after["conflictLevel"], after["conflicts"]) == ("Cancelled", "None", [])
    assert (await listed("Tentative"), await listed("Cancelled")) == ([], [key])
    firm_now = (await client.get(firm.headers["location"], headers=as_manager)).json()
    assert (firm_now["conflictLevel"], firm_now["conflicts"]) == ("None", [])
    over = (await client.get(conflict, headers=as_manager)).json()
    assert (over["status"], over["resolutionMethod"]) == ("Resolved", "EventCancelled")
    assert (await client.get(f"{URL}/conflicts", headers=as_manager)).json()["items"] == []
    left = await facts()
    moved = {"startDateTime": at(8), "endDateTime": at(9)}
    for call in ("confirm", "reschedule"):
        answer = await client.post(f"{path}/{call}", json=moved, headers=as_manager)
        assert (answer.status_code, answer.json()["detail"]) == (
            409,
            "The booking is cancelled; book it anew",
        )
    assert (await client.delete(path, headers=as_manager)).status_code == 204
    assert await facts() == left


async def test_an_expired_hold_is_in_nobodys_way(
    client: httpx.AsyncClient, clock: Any, make_hall: Any, make_event: Any, as_manager: Headers
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    body = booking(event, hall.calendar_id)
    await client.post(URL, json=body | held_until(clock.now() + TICK), headers=as_manager)
    clock.forward(TICK)
    firm = await client.post(URL, json=body, headers=as_manager)
    assert (firm.status_code, firm.json()["conflicts"]) == (201, [])


async def test_an_expired_hold_frees_its_customers_count(
    client: httpx.AsyncClient, clock: Any, make_hall: Any, make_event: Any, as_customer: Headers, grant: Any
) -> None:
    hall = await make_hall("Ballroom")
    await grant(CUSTOMER, hall.calendar_id)
    body = booking(await make_event("Birthday", organizer=CUSTOMER), hall.calendar_id)
    first = await client.post(URL, json=body | held_until(clock.now() + 2 * TICK), headers=as_customer)
    assert first.status_code == 201
    clock.forward(TICK)
    full = await client.post(URL, json=body, headers=as_customer)
    assert (full.status_code, full.json()["detail"]) == (403, "You have 1 open bookings; 1 are allowed")
    clock.forward(TICK)
    second = await client.post(URL, json=body, headers=as_customer)
    assert (second.status_code, second.json()["status"]) == (201, "Tentative")
    # What is cancelled is not counted either.
    await client.delete(second.headers["location"], headers=as_customer)
    assert (await client.post(URL, json=body, headers=as_customer)).status_code == 201


async def test_holds_rank_in_order_of_arrival_and_move_up(
    client: httpx.AsyncClient,
    clock: Any,
    make_hall: Any,
    make_event: Any,
    make_resource: Any,
    as_manager: Headers,
) -> None:
    """Over a hall, and over what they claim elsewhere; one that lapses or goes lets the next move up."""
    hall, attic, event = await make_hall("Ballroom"), await make_hall("Attic"), await make_event("Gala")
    lamp = await make_resource("Lamp")
    with_lamp = {"resources": [{"resourceId": lamp}]}

    async def hold(calendar_id: str, start: float, end: float, **more: Any) -> str:
        body = booking(event, calendar_id, start, end) | {"status": "Tentative"} | more
        made = await client.post(URL, json=body, headers=as_manager)
        assert made.status_code == 201, made.text
        clock.forward(TICK)
        return str(made.headers["location"])

    async def rank(path: str) -> int | None:
        rank: int | None = (await client.get(path, headers=as_manager)).json().get("holdRank")
        return rank

    soon = held_until(clock.now() + timedelta(hours=1))
    first = await hold(hall.calendar_id, 9, 11, **soon)
    second = await hold(hall.calendar_id, 10, 12, **with_lamp)
    beside = await hold(hall.calendar_id, 12, 14)
    elsewhere = await hold(attic.calendar_id, 11, 13, **with_lamp)
    assert [await rank(one) for one in (first, second, beside, elsewhere)] == [1, 2, 1, 2]
    clock.forward(timedelta(hours=1))
    assert [await rank(one) for one in (first, second, beside, elsewhere)] == [None, 1, 1, 2]
    assert (await client.delete(second, headers=as_manager)).status_code == 204
    assert [await rank(one) for one in (second, beside, elsewhere)] == [None, 1, 1]
    confirmed = await client.post(f"{elsewhere}/confirm", headers=as_manager)
    assert (confirmed.json()["status"], "holdRank" in confirmed.json()) == ("Confirmed", False)
