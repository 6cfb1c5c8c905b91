"""Lists sorted as asked: every page goes on where the last one ended, in each order, both ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.api.bookings import booking

Headers = dict[str, str]
Item = dict[str, Any]
_LEVELS = ["Minor", "Moderate", "Severe", "Critical"]
_RESOURCE_TYPES = ["Venue", "Staff", "Equipment", "Other"]

SORTS: dict[str, dict[str, Callable[[Item], Any]]] = {
    "/api/schedules": {
        "startDateTime": lambda one: one["startDateTime"],
        "endDateTime": lambda one: one["endDateTime"],
        "eventTitle": lambda one: one["eventTitle"],
    },
    "/api/calendars": {"name": lambda one: one["name"], "createdAt": lambda one: one["createdAt"]},
    "/api/resources": {
        "name": lambda one: one["name"],
        "resourceType": lambda one: _RESOURCE_TYPES.index(one["resourceType"]),
        "quantity": lambda one: one["quantity"],
    },
    "/api/events": {"title": lambda one: one["title"], "priority": lambda one: one["priority"]},
    "/api/schedules/conflicts": {
        "startDateTime": lambda one: one["startsAt"],
        "detectedAt": lambda one: one["detectedAt"],
    },
}
"""What each list can be sorted by, and what that is of an item. Ids break ties."""

IDS = {
    "/api/schedules": "scheduledEventId",
    "/api/calendars": "calendarId",
    "/api/resources": "resourceId",
    "/api/events": "eventId",
    "/api/schedules/conflicts": "scheduleConflictId",
}


@pytest.fixture
async def house(
    client: httpx.AsyncClient, as_manager: Headers, make_hall: Any, make_resource: Any, make_event: Any
) -> httpx.AsyncClient:
    """Some of everything, with ties; three clashes over Ada, and one of them over a hall too."""
    halls = [await make_hall(name) for name in ("Cellar", "Attic", "Barn")]
    ada = await make_resource("Ada", "Staff")
    await make_resource("Lamp", quantity=3)
    events = [await make_event(title, priority=n % 2) for n, title in enumerate(("Gala", "Choir", "Ball"))]
    times = [(18, 22), (19, 20), (17, 21)]
    for hall, event, (start, end) in zip(halls, events, times, strict=True):
        body = booking(event, hall.calendar_id, start, end, resources=[{"resourceId": ada}])
        answer = await client.post("/api/schedules", json=body, headers=as_manager)
        assert answer.status_code == 201, answer.text
    over = booking(events[1], halls[0].calendar_id, 21, 23, override={"reason": "Both fit"})
    assert (await client.post("/api/schedules", json=over, headers=as_manager)).status_code == 201
    return client


async def pages(client: httpx.AsyncClient, path: str, headers: Headers, **query: Any) -> list[Item]:
    """The whole list, an item a page."""
    found: list[Item] = []
    cursor = None
    while True:
        more = {} if cursor is None else {"cursor": cursor}
        answer = await client.get(path, params={**query, **more, "limit": 1}, headers=headers)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        cursor = answer.json()["nextCursor"]
        if cursor is None:
            return [await with_start(client, path, headers, one) for one in found]


async def with_start(client: httpx.AsyncClient, path: str, headers: Headers, item: Item) -> Item:
    """A conflict with when it starts: only the later of its two bookings tells."""
    if not path.endswith("/conflicts"):
        return item
    pair = [
        (await client.get(f"/api/schedules/{item[name]}", headers=headers)).json()["startDateTime"]
        for name in ("scheduledEventId", "conflictingEventId")
    ]
    return item | {"startsAt": max(pair)}


async def test_every_order_on_every_page(house: httpx.AsyncClient, as_manager: Headers) -> None:
    for path, sorts in SORTS.items():
        whole = await pages(house, path, as_manager)
        assert len(whole) == len((await house.get(path, headers=as_manager)).json()["items"]) >= 3
        for sort, value in sorts.items():
            keys = sorted((value(one), one[IDS[path]]) for one in whole)
            for order, right in (("asc", keys), ("desc", keys[::-1])):
                told = await pages(house, path, as_manager, sort=sort, order=order)
                assert [(value(one), one[IDS[path]]) for one in told] == right, (path, sort, order)


async def test_the_worst_conflicts_come_first_or_last(house: httpx.AsyncClient, as_manager: Headers) -> None:
    path = "/api/schedules/conflicts"

    def key(one: Item) -> tuple[int, str, str]:
        return -_LEVELS.index(one["conflictLevel"]), one["startsAt"], one["scheduleConflictId"]

    unasked = await pages(house, path, as_manager)
    assert len({one["conflictLevel"] for one in unasked}) == 2
    assert unasked == sorted(unasked, key=key)
    assert await pages(house, path, as_manager, sort="conflictLevel", order="desc") == unasked
    assert await pages(house, path, as_manager, sort="conflictLevel", order="asc") == unasked[::-1]


async def test_what_is_no_order_is_named(house: httpx.AsyncClient, as_manager: Headers) -> None:
    for path, sorts in SORTS.items():
        first, second = list(sorts)[:2]
        page = await house.get(path, params={"sort": second, "limit": 1}, headers=as_manager)
        cursor = page.json()["nextCursor"]
        wrong = [
            ({"sort": "shoeSize"}, "sort"),
            ({"order": "up"}, "order"),
            ({"sort": first, "cursor": cursor}, "cursor"),
            ({"sort": second, "order": "desc", "cursor": cursor}, "cursor"),
        ]
        for query, field in wrong:
            answer = await house.get(path, params=query, headers=as_manager)
            assert (answer.status_code, list(answer.json()["errors"])) == (400, [field]), (path, query)


async def test_conflicts_are_found_by_a_title(
    house: httpx.AsyncClient, as_manager: Headers, as_customer: Headers
) -> None:
    async def titles(q: str) -> list[set[str]]:
        answer = await house.get("/api/schedules/conflicts", params={"q": q}, headers=as_manager)
        return [{one["scheduledEventTitle"], one["conflictingEventTitle"]} for one in answer.json()["items"]]

    found = await titles("bal")
    assert found
    assert all("Ball" in pair for pair in found)
    assert len(await titles("")) > len(found)
    assert await titles("%") == []
    hidden = await house.get("/api/schedules/conflicts", params={"q": "Ball"}, headers=as_customer)
    assert hidden.json()["items"] == []
