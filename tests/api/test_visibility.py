"""The same clash, seen by a Manager, by staff with one calendar, and by Customers (DESIGN 4.8)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.api.bookings import at, booking
from tests.api.people import CUSTOMER, MANAGER, OTHER_CUSTOMER, STAFF

Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class House:
    """Two halls that stand in for each other; staff and Customer know the open one only."""

    open_hall: Any
    hidden_hall: Any
    person: str
    seen_event: str
    secret_event: str
    seen_booking: str
    secret_booking: str

    @property
    def secrets(self) -> set[str]:
        """What nobody but managers may read anywhere."""
        return {
            "Secret Wedding",
            "Crypt",
            self.hidden_hall.calendar_id,
            self.hidden_hall.resource_id,
            self.secret_event,
            self.secret_booking,
            str(MANAGER.user_id),
        }


@pytest.fixture
async def house(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_resource: Any,
    make_event: Any,
    grant: Any,
    as_manager: Headers,
) -> House:
    """Rehearsal in the open hall and a secret wedding in the hidden one both want the same person."""
    open_hall = await make_hall("Ballroom", interchange_group="halls")
    hidden_hall = await make_hall("Crypt", interchange_group="halls")
    person = await make_resource("Ada", "Staff")
    await grant(STAFF, open_hall.calendar_id, "Book")
    await grant(CUSTOMER, open_hall.calendar_id, "Book")
    seen_event = await make_event("Rehearsal", organizer=CUSTOMER)
    secret_event = await make_event("Secret Wedding", organizer=MANAGER)
    claims = [{"resourceId": person}]
    secret = await client.post(
        "/api/schedules",
        json=booking(secret_event, hidden_hall.calendar_id, resources=claims),
        headers=as_manager,
    )
    seen = await client.post(
        "/api/schedules",
        json=booking(seen_event, open_hall.calendar_id, resources=claims),
        headers=as_manager,
    )
    assert (secret.status_code, seen.status_code) == (201, 201)
    return House(
        open_hall,
        hidden_hall,
        person,
        seen_event,
        secret_event,
        seen.json()["scheduledEventId"],
        secret.json()["scheduledEventId"],
    )


@pytest.fixture
def open_conflict(client: httpx.AsyncClient) -> Callable[[Headers], Awaitable[dict[str, Any]]]:
    """The only conflict somebody sees, in detail, and everything that was said on the way."""

    async def read(headers: Headers) -> dict[str, Any]:
        listed = await client.get("/api/schedules/conflicts", headers=headers)
        (item,) = listed.json()["items"]
        detail = await client.get(f"/api/schedules/conflicts/{item['scheduleConflictId']}", headers=headers)
        assert detail.status_code == 200
        return {"list": item, "detail": detail.json(), "text": listed.text + detail.text}

    return read


async def test_a_manager_sees_both_sides(house: House, open_conflict: Any, as_manager: Headers) -> None:
    seen = await open_conflict(as_manager)
    detail = seen["detail"]
    assert {
        key: detail[key]
        for key in (
            "scheduledEventId",
            "scheduledEventTitle",
            "conflictingEventId",
            "conflictingEventTitle",
            "conflictType",
            "conflictLevel",
            "status",
            "resourceId",
            "resourceName",
            "overlap",
        )
    } == {
        "scheduledEventId": house.seen_booking,
        "scheduledEventTitle": "Rehearsal",
        "conflictingEventId": house.secret_booking,
        "conflictingEventTitle": "Secret Wedding",
        "conflictType": "StaffConflict",
        "conflictLevel": "Moderate",
        "status": "Detected",
        "resourceId": house.person,
        "resourceName": "Ada",
        "overlap": {"startDateTime": at(18), "endDateTime": at(20)},
    }
    movers = {one["changes"][0]["scheduledEventId"] for one in detail["suggestions"]}
    assert movers == {house.seen_booking, house.secret_booking}
    assert detail["suggestedResolutions"] == [one["summary"] for one in detail["suggestions"]]


async def test_staff_see_their_side_only(house: House, open_conflict: Any, as_staff: Headers) -> None:
    seen = await open_conflict(as_staff)
    detail = seen["detail"]
    assert (detail["scheduledEventId"], detail["scheduledEventTitle"]) == (house.seen_booking, "Rehearsal")
    assert "conflictingEventId" not in detail
    assert detail["conflictingEventTitle"] == "another booking"
    assert (detail["resourceId"], detail["resourceName"]) == (house.person, "Ada")
    assert {one["changes"][0]["scheduledEventId"] for one in detail["suggestions"]} == {house.seen_booking}
    assert not [secret for secret in house.secrets if secret in seen["text"]]


async def test_the_customer_whose_booking_it_is_sees_no_more(
    house: House, open_conflict: Any, as_customer: Headers
) -> None:
    seen = await open_conflict(as_customer)
    detail = seen["detail"]
    assert (detail["scheduledEventId"], detail["conflictingEventTitle"]) == (
        house.seen_booking,
        "another booking",
    )
    assert {"conflictingEventId", "resourceId", "resourceName"}.isdisjoint(detail)
    assert "Ada" not in seen["text"]
    assert not [secret for secret in house.secrets if secret in seen["text"]]


async def test_others_see_nothing(
    client: httpx.AsyncClient, house: House, open_conflict: Any, as_manager: Headers, headers_for: Any
) -> None:
    conflict = (await open_conflict(as_manager))["detail"]["scheduleConflictId"]
    stranger = headers_for(OTHER_CUSTOMER)
    assert (await client.get("/api/schedules/conflicts", headers=stranger)).json()["items"] == []
    for path in (f"/api/schedules/conflicts/{conflict}", f"/api/schedules/{house.seen_booking}"):
        answer = await client.get(path, headers=stranger)
        assert answer.status_code == 404
    for call in ("resolve", "escalate", "dismiss", "review"):
        answer = await client.post(f"/api/schedules/conflicts/{conflict}/{call}", json={}, headers=stranger)
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("viewer", "sees_rival"), [("as_manager", True), ("as_staff", True), ("as_customer", False)]
)
async def test_a_refusal_tells_each_what_they_may_know(
    client: httpx.AsyncClient,
    house: House,
    make_event: Any,
    viewer: str,
    sees_rival: bool,
    request: pytest.FixtureRequest,
    as_manager: Headers,
) -> None:
    headers: Headers = request.getfixturevalue(viewer)
    private = await make_event("Private Party", organizer=OTHER_CUSTOMER)
    rival = await client.post(
        "/api/schedules", json=booking(private, house.open_hall.calendar_id, 8, 10), headers=as_manager
    )
    mine = await make_event("Recital", organizer=CUSTOMER)

    refused = await client.post(
        "/api/schedules", json=booking(mine, house.open_hall.calendar_id, 9, 11), headers=headers
    )

    assert refused.status_code == 409
    problem = refused.json()
    ids = {"eventId": private, "scheduledEventId": rival.json()["scheduledEventId"]} if sees_rival else {}
    assert problem["errors"]["ConflictingEvents"] == [
        {
            **ids,
            "eventTitle": "Private Party" if sees_rival else "another booking",
            "startDateTime": at(8),
            "endDateTime": at(10),
            "conflictType": "VenueConflict",
            "conflictLevel": "Critical",
        }
    ]
    assert problem["suggestions"]
    movers = {change.get("scheduledEventId") for one in problem["suggestions"] for change in one["changes"]}
    places = {change["to"]["calendarId"] for one in problem["suggestions"] for change in one["changes"]}
    if viewer == "as_manager":
        assert movers == {None, rival.json()["scheduledEventId"]}
        assert places == {house.open_hall.calendar_id, house.hidden_hall.calendar_id}
    else:
        assert movers == {None}
        assert places == {house.open_hall.calendar_id}
        assert not [secret for secret in house.secrets if secret in refused.text]
        assert str(OTHER_CUSTOMER.user_id) not in refused.text
    for one in problem["suggestions"]:
        tried = await client.post(one["apply"]["href"] + "?dryRun=true", headers=headers)
        assert tried.status_code == 200, tried.text
    foreign = await client.post(problem["suggestions"][0]["apply"]["href"], headers=await _other(request))
    assert foreign.status_code == 404


async def _other(request: pytest.FixtureRequest) -> Headers:
    headers: Headers = request.getfixturevalue("headers_for")(OTHER_CUSTOMER)
    return headers
