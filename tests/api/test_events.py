"""/api/events: everyone's, Customers their own."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.people import CUSTOMER, MANAGER, OTHER_CUSTOMER, STAFF

URL = "/api/events"


async def test_a_title_makes_an_event(client: httpx.AsyncClient, as_customer: dict[str, str]) -> None:
    made = await client.post(URL, json={"title": "  Gala "}, headers=as_customer)
    assert made.status_code == 201
    body = made.json()
    assert body == {
        "eventId": body["eventId"],
        "title": "Gala",
        "priority": 0,
        "organizerId": str(CUSTOMER.user_id),
    }
    assert made.headers["Location"] == f"{URL}/{body['eventId']}"
    assert made.headers["ETag"] == '"1"'
    found = await client.get(made.headers["Location"], headers=as_customer)
    assert (found.status_code, found.json(), found.headers["ETag"]) == (200, body, '"1"')


async def test_every_field_comes_back(client: httpx.AsyncClient, as_staff: dict[str, str]) -> None:
    sent = {
        "title": "Gala",
        "description": "Black tie",
        "attendees": 120,
        "priority": 100,
        "organizerId": str(CUSTOMER.user_id),
    }
    made = await client.post(URL, json=sent, headers=as_staff)
    assert made.json() == {"eventId": made.json()["eventId"], **sent}


async def test_a_customer_organizes_only_for_themselves(
    client: httpx.AsyncClient, as_customer: dict[str, str]
) -> None:
    answer = await client.post(
        URL, json={"title": "Gala", "organizerId": str(MANAGER.user_id)}, headers=as_customer
    )
    assert answer.status_code == 403
    assert answer.json()["detail"] == "Customers organize their own events only"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": "   "}, "title"),
        ({"title": "a" * 301}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "a", "description": "b" * 4001}, "description"),
        ({"title": "a", "attendees": -1}, "attendees"),
        ({"title": "a", "attendees": 2**31}, "attendees"),
        ({"title": "a", "attendees": "5"}, "attendees"),
        ({"title": "a", "attendees": True}, "attendees"),
        ({"title": "a", "attendees": 1.5}, "attendees"),
        ({"title": "a", "priority": 101}, "priority"),
        ({"title": "a", "priority": -1}, "priority"),
        ({"title": "a", "organizerId": "me"}, "organizerId"),
        ({"title": "a", "tittle": "b"}, "tittle"),
    ],
)
async def test_bad_fields_are_named(
    client: httpx.AsyncClient, as_manager: dict[str, str], body: dict[str, Any], field: str
) -> None:
    answer = await client.post(URL, json=body, headers=as_manager)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert list(answer.json()["errors"]) == [field]


async def test_put_replaces_and_if_match_guards(
    client: httpx.AsyncClient, as_manager: dict[str, str], make_event: Any
) -> None:
    event = await make_event("Gala", attendees=5, description="x")
    path = f"{URL}/{event}"
    changed = await client.put(path, json={"title": "Ball"}, headers={**as_manager, "If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert changed.json() == {
        "eventId": event,
        "title": "Ball",
        "priority": 0,
        "organizerId": str(MANAGER.user_id),
    }
    stale = await client.put(path, json={"title": "Late"}, headers={**as_manager, "If-Match": '"1"'})
    assert stale.status_code == 412
    again = await client.put(path, json=changed.json(), headers=as_manager)
    assert (again.status_code, again.json()) == (200, changed.json())
    other = await client.put(path, json={"title": "x", "eventId": str(uuid4())}, headers=as_manager)
    assert (other.status_code, other.json()["errors"]) == (400, {"eventId": ["cannot be changed"]})


async def test_dry_run_changes_nothing(
    client: httpx.AsyncClient, as_manager: dict[str, str], make_event: Any
) -> None:
    event = await make_event("Gala")
    path = f"{URL}/{event}?dryRun=true"
    assert (await client.put(path, json={"title": "Ball"}, headers=as_manager)).json()["title"] == "Ball"
    assert (await client.delete(path, headers=as_manager)).status_code == 204
    assert (await client.post(f"{URL}?dryRun=true", json={"title": "New"}, headers=as_manager)).is_success
    listed = await client.get(URL, headers=as_manager)
    assert [one["title"] for one in listed.json()["items"]] == ["Gala"]


async def test_others_events_are_hidden_from_a_customer(
    client: httpx.AsyncClient, as_customer: dict[str, str], make_event: Any
) -> None:
    mine = await make_event("Mine", organizer=CUSTOMER)
    theirs = await make_event("Theirs", organizer=OTHER_CUSTOMER)
    assert (await client.get(f"{URL}/{mine}", headers=as_customer)).status_code == 200
    hidden = await client.get(f"{URL}/{theirs}", headers=as_customer)
    absent = await client.get(f"{URL}/{(other := uuid4())}", headers=as_customer)
    assert hidden.status_code == absent.status_code == 404
    assert hidden.json()["detail"].replace(theirs, "") == absent.json()["detail"].replace(str(other), "")
    for method, body in (("PUT", {"title": "x"}), ("DELETE", None)):
        answer = await client.request(method, f"{URL}/{theirs}", json=body, headers=as_customer)
        assert answer.status_code == 404
    listed = await client.get(URL, headers=as_customer)
    assert [one["eventId"] for one in listed.json()["items"]] == [mine]


async def test_pages_and_filters(
    client: httpx.AsyncClient, as_manager: dict[str, str], make_event: Any
) -> None:
    for title in ("b 100%", "a", "c", "a"):
        await make_event(title)
    await make_event("d", organizer=STAFF, description="about 100% more")
    seen, cursor = [], None
    while True:
        query = {"limit": 2, **({} if cursor is None else {"cursor": cursor})}
        page = (await client.get(URL, params=query, headers=as_manager)).json()
        seen += [one["title"] for one in page["items"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert seen == ["a", "a", "b 100%", "c", "d"]
    found = await client.get(URL, params={"q": "100%"}, headers=as_manager)
    assert [one["title"] for one in found.json()["items"]] == ["b 100%", "d"]
    found = await client.get(URL, params={"q": "1%"}, headers=as_manager)
    assert found.json() == {"items": [], "nextCursor": None}
    found = await client.get(URL, params={"organizerId": str(STAFF.user_id)}, headers=as_manager)
    assert [one["title"] for one in found.json()["items"]] == ["d"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"cursor": "!"}, "cursor"),
        ({"q": "a\x00"}, "q"),
        ({"organizerId": "x"}, "organizerId"),
    ],
)
async def test_bad_queries_are_named(
    client: httpx.AsyncClient, as_manager: dict[str, str], query: dict[str, Any], field: str
) -> None:
    answer = await client.get(URL, params=query, headers=as_manager)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


async def test_a_token_is_needed(client: httpx.AsyncClient) -> None:
    for method, path in (("GET", URL), ("POST", URL), ("GET", f"{URL}/{uuid4()}")):
        answer = await client.request(method, path, json={} if method == "POST" else None)
        assert answer.status_code == 401, (method, path)


async def test_a_booked_event_stays(
    client: httpx.AsyncClient,
    as_manager: dict[str, str],
    make_event: Any,
    make_hall: Any,
    book: Any,
    at: Any,
) -> None:
    hall = await make_hall("Hall")
    event = await make_event("Gala")
    booking = await book(hall.calendar_id, event, at(9), at(11))
    refused = await client.delete(f"{URL}/{event}", headers=as_manager)
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "The event is booked; cancel its bookings first",
    )
    await client.delete(f"/api/schedules/{booking['scheduledEventId']}", headers=as_manager)
    refused = await client.delete(f"{URL}/{event}", headers=as_manager)
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "The event has past or cancelled bookings, which stay on record and keep it",
    )


async def test_an_unbooked_event_goes(
    client: httpx.AsyncClient, as_customer: dict[str, str], make_event: Any
) -> None:
    event = await make_event("Gala", organizer=CUSTOMER)
    stale = await client.delete(f"{URL}/{event}", headers={**as_customer, "If-Match": '"7"'})
    assert stale.status_code == 412
    assert (await client.delete(f"{URL}/{event}", headers=as_customer)).status_code == 204
    assert (await client.get(f"{URL}/{event}", headers=as_customer)).status_code == 404


async def test_bookings_follow_their_event_to_a_new_organizer(
    client: httpx.AsyncClient,
    as_manager: dict[str, str],
    as_staff: dict[str, str],
    as_customer: dict[str, str],
    make_event: Any,
    make_hall: Any,
    book: Any,
    at: Any,
    grant: Any,
) -> None:
    hall = await make_hall("Hall")
    event = await make_event("Gala", organizer=OTHER_CUSTOMER)
    booking = await book(hall.calendar_id, event, at(9), at(11))
    await grant(STAFF, hall.calendar_id)
    path = f"/api/schedules/{booking['scheduledEventId']}"
    assert (await client.get(path, headers=as_customer)).status_code == 404
    handed = {"title": "Gala", "organizerId": str(CUSTOMER.user_id)}
    refused = await client.put(f"{URL}/{event}", json=handed, headers=as_staff)
    assert refused.status_code == 403
    changed = await client.put(f"{URL}/{event}", json=handed, headers=as_manager)
    assert changed.json()["organizerId"] == str(CUSTOMER.user_id)
    assert (await client.get(path, headers=as_customer)).status_code == 200
    taken = await client.put(
        f"{URL}/{event}", json={"title": "x", "organizerId": str(STAFF.user_id)}, headers=as_customer
    )
    assert taken.status_code == 403


async def test_staff_hand_over_an_event_that_is_not_booked(
    client: httpx.AsyncClient, as_staff: dict[str, str], as_customer: dict[str, str], make_event: Any
) -> None:
    event = await make_event("Gala")
    handed = {"title": "Gala", "organizerId": str(CUSTOMER.user_id)}
    assert (await client.put(f"{URL}/{event}", json=handed, headers=as_staff)).status_code == 200
    assert (await client.get(f"{URL}/{event}", headers=as_customer)).status_code == 200


async def test_changes_are_audited(
    client: httpx.AsyncClient, as_manager: dict[str, str], make_event: Any, audited: Any
) -> None:
    event = await make_event("Gala")
    await client.put(f"{URL}/{event}", json={"title": "Ball"}, headers=as_manager)
    await client.delete(f"{URL}/{event}", headers=as_manager)
    entries = await audited(event)
    assert [one["action"] for one in entries] == ["EventCreated", "EventUpdated", "EventDeleted"]
    assert entries[1]["user_id"] == MANAGER.user_id
    assert (entries[1]["before"]["title"], entries[1]["after"]["title"]) == ("Gala", "Ball")
    assert entries[2]["before"] == {
        "eventId": event,
        "title": "Ball",
        "organizerId": str(MANAGER.user_id),
        "description": None,
        "attendees": None,
        "priority": 0,
        "version": 2,
    }
