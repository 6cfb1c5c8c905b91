"""Everyone chooses what to be told, and how often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from persistence.database import Database
from tests.api.bookings import at, booking
from tests.api.notices.conftest import Correspondent
from tests.api.people import CUSTOMER

Headers = dict[str, str]
URL = "/api/notifications/preferences"


async def test_preferences_are_ones_own_and_have_versions(
    client: httpx.AsyncClient, as_customer: Headers, as_staff: Headers, audited: Any
) -> None:
    first = await client.get(URL, headers=as_customer)
    assert (first.status_code, first.headers["etag"], first.json()) == (
        200,
        '"0"',
        {"frequency": "Soon", "unwanted": [], "invitations": True, "ownChanges": False},
    )
    wanted = {"frequency": "Daily", "unwanted": ["Moved", "Clash"], "invitations": False, "ownChanges": True}
    tried = await client.put(URL, params={"dryRun": "true"}, json=wanted, headers=as_customer)
    assert (tried.status_code, tried.json()["unwanted"]) == (200, ["Clash", "Moved"])
    assert (await client.get(URL, headers=as_customer)).json() == first.json()
    stale = await client.put(URL, json=wanted, headers=as_customer | {"If-Match": '"1"'})
    assert stale.status_code == 412
    stored = await client.put(URL, json=wanted, headers=as_customer | {"If-Match": '"0"'})
    assert (stored.headers["etag"], stored.json()) == ('"1"', wanted | {"unwanted": ["Clash", "Moved"]})
    assert (await client.put(URL, json=wanted, headers=as_customer)).headers["etag"] == '"1"'
    assert (await client.get(URL, headers=as_customer)).json() == stored.json()
    assert (await client.get(URL, headers=as_staff)).json() == first.json()
    (entry,) = await audited(str(CUSTOMER.user_id))
    assert (entry["action"], entry["before"]["frequency"], entry["after"]["frequency"]) == (
        "NoticePreferencesUpdated",
        "Soon",
        "Daily",
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [("frequency", "Sometimes"), ("unwanted", ["Rain"]), ("unwanted", ["Moved"] * 99), ("invitations", 3)],
)
async def test_what_cannot_be_chosen(
    client: httpx.AsyncClient, as_customer: Headers, field: str, value: Any
) -> None:
    refused = await client.put(URL, json={field: value}, headers=as_customer)
    assert refused.status_code == 400
    assert [name.partition("[")[0] for name in refused.json()["errors"]] == [field]


@pytest.fixture
async def move(
    client: httpx.AsyncClient, make_hall: Any, make_event: Any, grant: Any, as_manager: Headers
) -> Any:
    """Moves the Customer's booking, a month ahead unless told otherwise: `await move(10)` to ten o'clock."""
    hall = await make_hall("Ballroom")
    await grant(CUSTOMER, hall.calendar_id)
    body = booking(await make_event("Gala", organizer=CUSTOMER), hall.calendar_id)
    path = (await client.post("/api/schedules", json=body, headers=as_manager)).headers["location"]

    async def to(start: str, end: str) -> None:
        times = {"startDateTime": start, "endDateTime": end}
        answer = await client.post(f"{path}/reschedule", json=times, headers=as_manager)
        assert answer.status_code == 200

    return to


async def test_what_is_unwanted_is_not_sent(
    client: httpx.AsyncClient, letters: Correspondent, move: Any, as_customer: Headers, worker: Database
) -> None:
    async def outcomes() -> list[str]:
        async with worker.engine.connect() as connection:
            found = await connection.execute(text("SELECT outcome FROM notices ORDER BY sequence"))
            return list(found.scalars())

    await letters()
    await client.put(URL, json={"unwanted": ["Moved"]}, headers=as_customer)
    await move(at(10), at(12))
    assert await letters() == []
    await client.put(URL, json={"invitations": False}, headers=as_customer)
    await move(at(13), at(15))
    (letter,) = await letters()
    assert (letter.subject, letter.invitations) == ("Moved: Gala", [])
    await move(at(10), at(12))
    await letters.note()
    await client.put(URL, json={"frequency": "Never"}, headers=as_customer)
    assert await letters() == []
    await move(at(13), at(15))
    assert await letters() == []
    assert await outcomes() == ["Sent", "Sent", "Unwanted"]


async def test_once_a_day_but_for_what_begins_within_a_day(
    client: httpx.AsyncClient, letters: Correspondent, move: Any, clock: Any, as_customer: Headers
) -> None:
    await letters()
    await client.put(URL, json={"frequency": "Daily"}, headers=as_customer)
    await move(at(10), at(12))
    await move(at(13), at(15))
    assert await letters() == []
    clock.forward(timedelta(days=1))
    (letter,) = await letters()
    assert len(letter.paragraphs) == 1
    await move(at(10), at(12))
    assert await letters() == []
    soon = datetime.now(UTC) + timedelta(days=1, hours=20)
    await move(soon.isoformat(), (soon + timedelta(hours=1)).isoformat())
    # With what is urgent goes what waited; nothing is left for the morning.
    assert [one.subject for one in await letters()] == ["Moved: Gala"]
    clock.forward(timedelta(hours=12))
    assert await letters() == []
