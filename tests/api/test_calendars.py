"""/api/calendars (spec 4.5): Admin's to change, seen by grant."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.people import CUSTOMER, STAFF

URL = "/api/calendars"
VENUE = {"name": "Hall", "calendarType": "Venue"}


async def test_a_venue_calendar_makes_its_venue(
    client: httpx.AsyncClient, as_admin: dict[str, str], audited: Any
) -> None:
    sent = {**VENUE, "maxConcurrentEvents": 3, "timeZone": "Europe/Berlin"}
    made = await client.post(URL, json=sent, headers=as_admin)
    body = made.json()
    assert (made.status_code, body) == (
        201,
        {
            "calendarId": body["calendarId"],
            "name": "Hall",
            "calendarType": "Venue",
            "ownerId": body["ownerId"],
            "ownerType": "Venue",
            "isActive": True,
            "allowOverbooking": False,
            "maxConcurrentEvents": 3,
            "timeZone": "Europe/Berlin",
            "instantBooking": False,
            "createdAt": body["createdAt"],
        },
    )
    assert made.headers["Location"] == f"{URL}/{body['calendarId']}"
    found = await client.get(made.headers["Location"], headers=as_admin)
    assert (found.json(), found.headers["ETag"]) == (body, '"1"')
    venue = (await client.get(f"/api/resources/{body['ownerId']}", headers=as_admin)).json()
    assert (venue["name"], venue["resourceType"]) == ("Hall", "Venue")
    assert (venue["quantity"], venue["timeZone"]) == (3, "Europe/Berlin")
    assert [one["action"] for one in await audited(body["ownerId"])] == ["ResourceCreated"]
    assert [one["action"] for one in await audited(body["calendarId"])] == ["CalendarCreated"]


@pytest.mark.parametrize("kind", ["Staff", "Equipment"])
async def test_a_persons_calendar_makes_one_person(
    client: httpx.AsyncClient, as_admin: dict[str, str], kind: str
) -> None:
    sent = {"name": "Ada", "calendarType": kind, "maxConcurrentEvents": 2}
    body = (await client.post(URL, json=sent, headers=as_admin)).json()
    resource = (await client.get(f"/api/resources/{body['ownerId']}", headers=as_admin)).json()
    assert (resource["resourceType"], resource["quantity"]) == (kind, 1)
    assert (body["ownerType"], body["maxConcurrentEvents"]) == (kind, 2)


@pytest.mark.parametrize(
    ("calendar_type", "owner_type", "answered"),
    [
        ("Master", None, "Organization"),
        ("Master", "Department", "Department"),
        ("Department", None, "Department"),
        ("Department", "Organization", "Organization"),
    ],
)
async def test_a_departments_calendar_needs_no_resource(
    client: httpx.AsyncClient,
    as_admin: dict[str, str],
    calendar_type: str,
    owner_type: str | None,
    answered: str,
) -> None:
    owner = str(uuid4())
    sent = {"name": "Sales", "calendarType": calendar_type, "ownerType": owner_type, "ownerId": owner}
    made = await client.post(URL, json=sent, headers=as_admin)
    assert (made.status_code, made.json()["ownerType"], made.json()["ownerId"]) == (201, answered, owner)
    fresh = await client.post(URL, json={**sent, "ownerId": None}, headers=as_admin)
    assert fresh.status_code == 201
    assert (await client.get("/api/resources", headers=as_admin)).json()["items"] == []
    again = await client.post(URL, json=sent, headers=as_admin)
    assert (again.status_code, again.json()["errors"]) == (
        400,
        {"ownerId": ["The owner already has a calendar"]},
    )


@pytest.mark.parametrize(
    ("calendar_type", "owner_type"),
    [
        ("Venue", "Staff"),
        ("Staff", "Venue"),
        ("Equipment", "Department"),
        ("Master", "Venue"),
        ("Department", "Staff"),
    ],
)
async def test_owner_and_type_must_fit(
    client: httpx.AsyncClient, as_admin: dict[str, str], calendar_type: str, owner_type: str
) -> None:
    sent = {"name": "x", "calendarType": calendar_type, "ownerType": owner_type}
    answer = await client.post(URL, json=sent, headers=as_admin)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["ownerType"])


async def test_an_existing_owner(
    client: httpx.AsyncClient, as_admin: dict[str, str], make_resource: Any
) -> None:
    hall = await make_resource("Hall", "Venue", quantity=4)
    staff = await make_resource("Ada", "Staff")
    for owner in (str(uuid4()), staff):
        unknown = await client.post(URL, json={**VENUE, "ownerId": owner}, headers=as_admin)
        assert (unknown.status_code, unknown.json()["errors"]) == (
            400,
            {"ownerId": ["Venue does not exist"]},
        )
    made = await client.post(URL, json={**VENUE, "ownerId": hall}, headers=as_admin)
    assert (made.status_code, made.json()["maxConcurrentEvents"]) == (201, 4)
    again = await client.post(URL, json={**VENUE, "ownerId": hall}, headers=as_admin)
    assert again.json()["errors"] == {"ownerId": ["The owner already has a calendar"]}


async def test_a_given_maximum_becomes_the_venues_quantity(
    client: httpx.AsyncClient, as_admin: dict[str, str], make_resource: Any
) -> None:
    hall = await make_resource("Hall", "Venue", quantity=4)
    sent = {**VENUE, "ownerId": hall, "maxConcurrentEvents": 2}
    assert (await client.post(URL, json=sent, headers=as_admin)).json()["maxConcurrentEvents"] == 2
    found = await client.get(f"/api/resources/{hall}", headers=as_admin)
    assert (found.json()["quantity"], found.headers["ETag"]) == (2, '"2"')


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": " "}, "name"),
        ({"calendarType": "venue"}, "calendarType"),
        ({"ownerType": "Nobody"}, "ownerType"),
        ({"ownerId": 7}, "ownerId"),
        ({"maxConcurrentEvents": 0}, "maxConcurrentEvents"),
        ({"maxConcurrentEvents": 2**31}, "maxConcurrentEvents"),
        ({"maxConcurrentEvents": "2"}, "maxConcurrentEvents"),
        ({"allowOverbooking": 1}, "allowOverbooking"),
        ({"timeZone": "utc+1"}, "timeZone"),
        ({"timeZone": ""}, "timeZone"),
        ({"description": "\x00"}, "description"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_bad_fields_are_named(
    client: httpx.AsyncClient, as_admin: dict[str, str], more: dict[str, Any], field: str
) -> None:
    answer = await client.post(URL, json={**VENUE, **more}, headers=as_admin)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


async def test_only_admins_change_calendars(
    client: httpx.AsyncClient, as_manager: dict[str, str], make_hall: Any
) -> None:
    path = f"{URL}/{(await make_hall('Hall')).calendar_id}"
    for method, target in (("POST", URL), ("PUT", path), ("DELETE", path)):
        answer = await client.request(method, target, json={}, headers=as_manager)
        assert (answer.status_code, answer.json()["detail"]) == (403, "This needs the role Admin")


async def test_put_replaces(client: httpx.AsyncClient, as_admin: dict[str, str], audited: Any) -> None:
    sent = {**VENUE, "description": "Big", "instantBooking": True, "timeZone": "Asia/Tokyo"}
    made = (await client.post(URL, json=sent, headers=as_admin)).json()
    path = f"{URL}/{made['calendarId']}"
    same = await client.put(path, json=made, headers={**as_admin, "If-Match": '"1"'})
    assert (same.status_code, same.json(), same.headers["ETag"]) == (200, made, '"2"')
    bare = await client.put(path, json={"name": "Hall 2"}, headers=as_admin)
    expected = {**made, "name": "Hall 2", "timeZone": "UTC", "instantBooking": False}
    del expected["description"]
    assert bare.json() == expected
    stale = await client.put(path, json={"name": "Hall 3"}, headers={**as_admin, "If-Match": '"2"'})
    assert stale.status_code == 412
    entries = await audited(made["calendarId"])
    assert [one["action"] for one in entries] == ["CalendarCreated", "CalendarUpdated", "CalendarUpdated"]
    assert entries[2]["before"]["description"] == "Big"
    assert entries[2]["after"] == {
        "escalationContactId": None,
        "calendarId": made["calendarId"],
        "name": "Hall 2",
        "calendarType": "Venue",
        "ownerId": made["ownerId"],
        "ownerType": "Venue",
        "timeZone": "UTC",
        "createdAt": made["createdAt"],
        "description": None,
        "isActive": True,
        "allowOverbooking": False,
        "maxConcurrentEvents": 1,
        "instantBooking": False,
        "version": 3,
    }


@pytest.mark.parametrize(
    "more",
    [
        {"calendarId": str(uuid4())},
        {"calendarType": "Staff"},
        {"ownerId": str(uuid4())},
        {"ownerType": "Staff"},
        {"createdAt": "2020-01-01T00:00:00Z"},
    ],
)
async def test_what_cannot_be_changed(
    client: httpx.AsyncClient, as_admin: dict[str, str], make_hall: Any, more: dict[str, str]
) -> None:
    path = f"{URL}/{(await make_hall('Hall')).calendar_id}"
    answer = await client.put(path, json={"name": "Hall", **more}, headers=as_admin)
    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        {field: ["cannot be changed"] for field in more},
    )


async def test_the_maximum_and_the_venues_quantity_are_one(
    client: httpx.AsyncClient, as_admin: dict[str, str], make_hall: Any
) -> None:
    hall = await make_hall("Hall", 2)
    path = f"{URL}/{hall.calendar_id}"
    await client.put(path, json={"name": "Hall", "maxConcurrentEvents": 5}, headers=as_admin)
    found = await client.get(f"/api/resources/{hall.resource_id}", headers=as_admin)
    assert (found.json()["quantity"], found.headers["ETag"]) == (5, '"3"')


async def test_who_sees_what(
    client: httpx.AsyncClient,
    as_manager: dict[str, str],
    as_staff: dict[str, str],
    as_customer: dict[str, str],
    make_hall: Any,
    grant: Any,
) -> None:
    hall, attic = await make_hall("Hall"), await make_hall("Attic")
    await grant(STAFF, hall.calendar_id, "View")
    await grant(CUSTOMER, attic.calendar_id, "Book")

    async def names(headers: dict[str, str]) -> list[str]:
        return [one["name"] for one in (await client.get(URL, headers=headers)).json()["items"]]

    assert await names(as_manager) == ["Attic", "Hall"]
    assert await names(as_staff) == ["Hall"]
    assert await names(as_customer) == ["Attic"]
    assert (await client.get(f"{URL}/{attic.calendar_id}", headers=as_staff)).status_code == 404
    assert (await client.get(f"{URL}/{uuid4()}", headers=as_manager)).status_code == 404


async def test_filters_and_pages(client: httpx.AsyncClient, as_admin: dict[str, str]) -> None:
    for name, kind, more in (
        ("Hall", "Venue", {"description": "the_big one"}),
        ("Attic", "Venue", {"isActive": False}),
        ("Ada", "Staff", {}),
        ("All", "Master", {}),
    ):
        made = await client.post(URL, json={"name": name, "calendarType": kind, **more}, headers=as_admin)
        assert made.status_code == 201

    async def names(**query: Any) -> list[str]:
        answer = await client.get(URL, params=query, headers=as_admin)
        return [one["name"] for one in answer.json()["items"]]

    assert await names() == ["Ada", "All", "Attic", "Hall"]
    assert await names(calendarType="Venue") == ["Attic", "Hall"]
    assert await names(ownerType="Organization") == ["All"]
    assert await names(isActive=False) == ["Attic"]
    assert await names(q="e_b") == ["Hall"]
    assert await names(q="_") == ["Hall"]
    owner = (await client.get(URL, params={"q": "ada"}, headers=as_admin)).json()["items"][0]["ownerId"]
    assert await names(ownerId=owner) == ["Ada"]
    first = (await client.get(URL, params={"limit": 3}, headers=as_admin)).json()
    assert await names(limit=3, cursor=first["nextCursor"]) == ["Hall"]
    bad = await client.get(URL, params={"calendarType": "Room", "cursor": "x"}, headers=as_admin)
    assert (bad.status_code, list(bad.json()["errors"])) == (400, ["calendarType"])


async def test_dry_run_changes_nothing(
    client: httpx.AsyncClient, as_admin: dict[str, str], make_hall: Any
) -> None:
    hall = await make_hall("Hall")
    dry = {"dryRun": "true"}
    assert (await client.post(URL, json=VENUE, params=dry, headers=as_admin)).status_code == 201
    path = f"{URL}/{hall.calendar_id}"
    assert (await client.put(path, json={"name": "x"}, params=dry, headers=as_admin)).json()["name"] == "x"
    assert (await client.delete(path, params=dry, headers=as_admin)).status_code == 204
    listed = (await client.get(URL, headers=as_admin)).json()["items"]
    assert [(one["calendarId"], one["name"]) for one in listed] == [(hall.calendar_id, "Hall")]


async def test_deleting_an_unused_calendar_leaves_its_resource(
    client: httpx.AsyncClient, as_admin: dict[str, str], make_hall: Any, grant: Any, rows: Any, audited: Any
) -> None:
    hall = await make_hall("Hall")
    await grant(STAFF, hall.calendar_id)
    path = f"{URL}/{hall.calendar_id}"
    assert (await client.delete(path, headers={**as_admin, "If-Match": '"2"'})).status_code == 412
    assert (await client.delete(path, headers=as_admin)).status_code == 204
    assert (await client.get(path, headers=as_admin)).status_code == 404
    assert (await client.delete(path, headers=as_admin)).status_code == 404
    assert await rows("SELECT calendar_id FROM resources") == [{"calendar_id": None}]
    assert await rows("SELECT * FROM calendar_access") == []
    assert [one["action"] for one in await audited(hall.calendar_id)][-1] == "CalendarDeleted"
    adopted = await client.post(URL, json={**VENUE, "ownerId": hall.resource_id}, headers=as_admin)
    assert adopted.status_code == 201
    assert (await client.delete(f"{URL}/{adopted.json()['calendarId']}", headers=as_admin)).is_success
    assert (await client.delete(f"/api/resources/{hall.resource_id}", headers=as_admin)).status_code == 204


async def test_a_calendar_with_bookings_ahead_stays_and_one_with_history_is_switched_off(
    client: httpx.AsyncClient,
    as_admin: dict[str, str],
    make_hall: Any,
    make_event: Any,
    book: Any,
    at: Any,
    audited: Any,
) -> None:
    hall = await make_hall("Hall")
    booking = await book(hall.calendar_id, await make_event("Gala"), at(9), at(10))
    path = f"{URL}/{hall.calendar_id}"
    refused = await client.delete(path, headers=as_admin)
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "The calendar has bookings ahead; cancel or move them first",
    )
    await client.delete(f"/api/schedules/{booking['scheduledEventId']}", headers=as_admin)
    assert (await client.delete(path, headers=as_admin)).status_code == 204
    left = await client.get(path, headers=as_admin)
    assert (left.status_code, left.json()["isActive"], left.headers["ETag"]) == (200, False, '"2"')
    assert [one["action"] for one in await audited(hall.calendar_id)] == [
        "CalendarCreated",
        "CalendarDeactivated",
    ]


async def test_a_hold_counts_until_it_expires(
    client: httpx.AsyncClient,
    as_admin: dict[str, str],
    make_hall: Any,
    make_event: Any,
    book: Any,
    at: Any,
    owner_execute: Any,
) -> None:
    hall = await make_hall("Hall")
    path = f"{URL}/{hall.calendar_id}"
    await book(
        hall.calendar_id, await make_event("Gala"), at(9), at(10), status="Tentative", hold_expires_at=at(8)
    )
    assert (await client.delete(path, headers=as_admin)).status_code == 409
    owner_execute("UPDATE scheduled_events SET hold_expires_at = now() - interval '1 second'")
    assert (await client.delete(path, headers=as_admin)).status_code == 204


async def test_a_past_booking_is_history(
    client: httpx.AsyncClient,
    as_admin: dict[str, str],
    make_hall: Any,
    make_event: Any,
    book: Any,
    at: Any,
    owner_execute: Any,
) -> None:
    hall = await make_hall("Hall")
    path = f"{URL}/{hall.calendar_id}"
    await book(hall.calendar_id, await make_event("Gala"), at(9), at(10))
    owner_execute(
        "UPDATE scheduled_events SET during = tstzrange(now() - interval '2h', now() + interval '1h')"
    )
    assert (await client.delete(path, headers=as_admin)).status_code == 409
    owner_execute("UPDATE scheduled_events SET during = tstzrange(now() - interval '2h', now())")
    assert (await client.delete(path, headers=as_admin)).status_code == 204
    assert (await client.get(path, headers=as_admin)).json()["isActive"] is False
