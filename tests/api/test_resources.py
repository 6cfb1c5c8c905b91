"""/api/resources: Manager's to change, everyone's to read as far as the row policy goes."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.people import CUSTOMER

URL = "/api/resources"
HOURS = {
    "Monday": [{"start": "06:00", "end": "12:00"}, {"start": "13:00", "end": "24:00"}],
    "Sunday": [{"start": "00:00", "end": "00:30"}],
}


async def test_a_name_and_type_make_a_resource(client: httpx.AsyncClient, as_manager: dict[str, str]) -> None:
    made = await client.post(URL, json={"name": "Hall", "resourceType": "Venue"}, headers=as_manager)
    body = made.json()
    assert (made.status_code, body) == (
        201,
        {
            "resourceId": body["resourceId"],
            "name": "Hall",
            "resourceType": "Venue",
            "quantity": 1,
            "features": [],
            "setupMinutes": 0,
            "teardownMinutes": 0,
            "timeZone": "UTC",
            "isActive": True,
        },
    )
    assert made.headers["Location"] == f"{URL}/{body['resourceId']}"
    found = await client.get(made.headers["Location"], headers=as_manager)
    assert (found.json(), found.headers["ETag"]) == (body, '"1"')


async def test_every_field_comes_back(client: httpx.AsyncClient, as_manager: dict[str, str]) -> None:
    sent = {
        "name": "Microphones",
        "resourceType": "Equipment",
        "quantity": 12,
        "capacity": 0,
        "features": ["wireless", "clip-on", "wireless"],
        "setupMinutes": 10080,
        "teardownMinutes": 15,
        "interchangeGroup": "mics",
        "workingHours": HOURS,
        "timeZone": "Europe/Berlin",
        "isActive": False,
    }
    made = (await client.post(URL, json=sent, headers=as_manager)).json()
    expected = {**sent, "resourceId": made["resourceId"], "features": ["clip-on", "wireless"]}
    assert made == expected
    changed = await client.put(f"{URL}/{made['resourceId']}", json=made, headers=as_manager)
    assert (changed.status_code, changed.json()) == (200, expected)


async def test_opening_ranges_come_back_sorted(client: httpx.AsyncClient, as_manager: dict[str, str]) -> None:
    hours = {"Monday": list(reversed(HOURS["Monday"])), "Tuesday": []}
    body = {"name": "Hall", "resourceType": "Venue", "workingHours": hours}
    made = await client.post(URL, json=body, headers=as_manager)
    assert made.json()["workingHours"] == {"Monday": HOURS["Monday"]}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": ""}, "name"),
        ({"resourceType": "Room"}, "resourceType"),
        ({"resourceType": 0}, "resourceType"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": 10**30}, "quantity"),
        ({"capacity": -1}, "capacity"),
        ({"setupMinutes": 10081}, "setupMinutes"),
        ({"teardownMinutes": -1}, "teardownMinutes"),
        ({"timeZone": "Mars/Olympus"}, "timeZone"),
        ({"features": ["a"] * 51}, "features"),
        ({"features": [" "]}, "features[0]"),
        ({"features": ["a" * 101]}, "features[0]"),
        ({"interchangeGroup": "\x00"}, "interchangeGroup"),
        ({"isActive": "yes"}, "isActive"),
        ({"workingHours": {"Funday": []}}, "workingHours.Funday.[key]"),
        ({"workingHours": {"Monday": [{"start": "9:00", "end": "10:00"}]}}, "workingHours.Monday[0].start"),
        ({"workingHours": {"Monday": [{"start": "09:00", "end": "24:01"}]}}, "workingHours.Monday[0].end"),
        ({"workingHours": {"Monday": [{"start": "09:00", "end": "09:00"}]}}, "workingHours"),
        ({"workingHours": {"Monday": [HOURS["Monday"][0]] * 2}}, "workingHours"),
        ({"workingHours": {"Monday": [HOURS["Monday"][0]] * 25}}, "workingHours.Monday"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_bad_fields_are_named(
    client: httpx.AsyncClient, as_manager: dict[str, str], more: dict[str, Any], field: str
) -> None:
    answer = await client.post(
        URL, json={"name": "Hall", "resourceType": "Venue", **more}, headers=as_manager
    )
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


async def test_only_managers_change_resources(
    client: httpx.AsyncClient, as_staff: dict[str, str], make_resource: Any
) -> None:
    path = f"{URL}/{await make_resource('Projector')}"
    for method, target in (("POST", URL), ("PUT", path), ("DELETE", path)):
        # The body is wrong too: who may not write is told so first.
        answer = await client.request(method, target, json={}, headers=as_staff)
        assert (answer.status_code, answer.json()["detail"]) == (403, "This needs the role Manager")


async def test_who_sees_what(
    client: httpx.AsyncClient,
    as_staff: dict[str, str],
    as_customer: dict[str, str],
    make_resource: Any,
    make_hall: Any,
    grant: Any,
) -> None:
    await make_resource("Ada", "Staff")
    await make_resource("Projector")
    hall = await make_hall("Hall")
    await make_hall("Attic")
    await grant(CUSTOMER, hall.calendar_id, "View")

    async def names(headers: dict[str, str]) -> list[str]:
        return [one["name"] for one in (await client.get(URL, headers=headers)).json()["items"]]

    assert await names(as_customer) == ["Hall", "Projector"]
    assert await names(as_staff) == ["Ada", "Projector"]
    assert (await client.get(f"{URL}/{hall.resource_id}", headers=as_staff)).status_code == 404


async def test_filters(client: httpx.AsyncClient, as_manager: dict[str, str], make_resource: Any) -> None:
    await make_resource("Grand piano", interchange_group="pianos")
    await make_resource("Upright piano", interchange_group="pianos", is_active=False)
    await make_resource("Ada", "Staff")

    async def names(**query: Any) -> list[str]:
        answer = await client.get(URL, params=query, headers=as_manager)
        return [one["name"] for one in answer.json()["items"]]

    assert await names(q="PIANO") == ["Grand piano", "Upright piano"]
    assert await names(resourceType="Staff") == ["Ada"]
    assert await names(interchangeGroup="pianos", isActive=True) == ["Grand piano"]
    assert await names(isActive=False) == ["Upright piano"]
    first = (await client.get(URL, params={"limit": 1}, headers=as_manager)).json()
    assert await names(limit=1, cursor=first["nextCursor"]) == ["Grand piano"]


async def test_a_venues_quantity_is_its_calendars(
    client: httpx.AsyncClient, as_manager: dict[str, str], make_hall: Any
) -> None:
    hall = await make_hall("Hall", 3)
    path = f"{URL}/{hall.resource_id}"
    refused = await client.put(path, json={"name": "Hall", "quantity": 2}, headers=as_manager)
    assert (refused.status_code, refused.json()["errors"]) == (
        400,
        {"quantity": ["A venue's quantity is its calendar's maxConcurrentEvents; change it there"]},
    )
    for quantity in ({}, {"quantity": 3}):
        kept = await client.put(path, json={"name": "Hall", **quantity}, headers=as_manager)
        assert (kept.status_code, kept.json()["quantity"]) == (200, 3)


async def test_a_persons_quantity_is_their_own(
    client: httpx.AsyncClient, as_manager: dict[str, str], make_hall: Any
) -> None:
    ada = await make_hall("Ada", 4, resource_type="Staff")
    path = f"{URL}/{ada.resource_id}"
    assert (await client.get(path, headers=as_manager)).json()["quantity"] == 1
    changed = await client.put(path, json={"name": "Ada", "quantity": 2}, headers=as_manager)
    assert (changed.status_code, changed.json()["quantity"]) == (200, 2)


async def test_what_cannot_be_changed(
    client: httpx.AsyncClient, as_manager: dict[str, str], make_resource: Any
) -> None:
    path = f"{URL}/{await make_resource('Projector')}"
    for more in ({"resourceType": "Staff"}, {"resourceId": str(uuid4())}):
        answer = await client.put(path, json={"name": "Projector", **more}, headers=as_manager)
        assert (answer.status_code, answer.json()["errors"]) == (
            400,
            {field: ["cannot be changed"] for field in more},
        )


async def test_versions(client: httpx.AsyncClient, as_manager: dict[str, str], make_resource: Any) -> None:
    path = f"{URL}/{await make_resource('Projector')}"
    first = {**as_manager, "If-Match": '"1"'}
    changed = await client.put(path, json={"name": "Beamer"}, headers=first)
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert (await client.put(path, json={"name": "Late"}, headers=first)).status_code == 412
    assert (await client.delete(path, headers=first)).status_code == 412
    assert (await client.get(path, headers=as_manager)).json()["name"] == "Beamer"


async def test_dry_run_changes_nothing(
    client: httpx.AsyncClient, as_manager: dict[str, str], make_resource: Any
) -> None:
    path = f"{URL}/{await make_resource('Projector')}"
    dry = {"dryRun": "true"}
    changed = await client.put(path, json={"name": "Beamer"}, params=dry, headers=as_manager)
    assert changed.json()["name"] == "Beamer"
    assert (await client.delete(path, params=dry, headers=as_manager)).status_code == 204
    assert (await client.get(path, headers=as_manager)).json()["name"] == "Projector"


async def test_absent_is_404(client: httpx.AsyncClient, as_manager: dict[str, str]) -> None:
    path = f"{URL}/{uuid4()}"
    for method, body in (("GET", None), ("PUT", {"name": "x"}), ("DELETE", None)):
        answer = await client.request(method, path, json=body, headers=as_manager)
        assert answer.status_code == 404, method
    malformed = await client.get(f"{URL}/7", headers=as_manager)
    assert (malformed.status_code, list(malformed.json()["errors"])) == (400, ["resourceId"])


async def test_deleting(
    client: httpx.AsyncClient,
    as_manager: dict[str, str],
    make_resource: Any,
    make_hall: Any,
    make_event: Any,
    book: Any,
    at: Any,
    audited: Any,
) -> None:
    projector = await make_resource("Projector")
    hall = await make_hall("Hall")
    owned = await client.delete(f"{URL}/{hall.resource_id}", headers=as_manager)
    assert (owned.status_code, owned.json()["detail"]) == (
        409,
        "The resource has a calendar; delete that first",
    )
    claim = {"resourceId": projector, "role": "Secondary", "quantity": 1}
    booking = await book(hall.calendar_id, await make_event("Gala"), at(9), at(10), resources=[claim])
    await client.delete(f"/api/schedules/{booking['scheduledEventId']}", headers=as_manager)
    used = await client.delete(f"{URL}/{projector}", headers=as_manager)
    assert (used.status_code, used.json()["detail"]) == (
        409,
        "Bookings, past ones included, use the resource; set isActive to false instead",
    )
    spare = await make_resource("Spare", features=["b", "a"])
    assert (await client.delete(f"{URL}/{spare}", headers=as_manager)).status_code == 204
    assert (await client.get(f"{URL}/{spare}", headers=as_manager)).status_code == 404
    entries = await audited(spare)
    assert [one["action"] for one in entries] == ["ResourceCreated", "ResourceDeleted"]
    assert entries[1]["before"]["features"] == ["a", "b"]
