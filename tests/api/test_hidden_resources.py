"""A Manager gives a Customer's booking a person whom Customers do not see (DESIGN 4.8)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.bookings import at, booking
from tests.api.people import CUSTOMER

Headers = dict[str, str]

DAYTIME = {
    day: [{"start": "08:00", "end": "14:00"}]
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
}


@dataclass(frozen=True, slots=True)
class Recital:
    """The Customer's booking from 10 to 12, with Ada and a piano; only the piano is for all to see."""

    hall: Any
    event: str
    ada: str
    piano: str
    key: str

    @property
    def path(self) -> str:
        return f"/api/schedules/{self.key}"

    def body(self, *claims: dict[str, Any], start: float = 10, end: float = 12) -> dict[str, Any]:
        return booking(self.event, self.hall.calendar_id, start, end, resources=list(claims))


@pytest.fixture
async def recital(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_resource: Any,
    make_event: Any,
    grant: Any,
    as_manager: Headers,
) -> Recital:
    hall = await make_hall("Ballroom", calendar={"instant_booking": True})
    event = await make_event("Recital", organizer=CUSTOMER)
    ada = await make_resource("Secret Ada", "Staff", working_hours=DAYTIME)
    piano = await make_resource("Piano")
    await grant(CUSTOMER, hall.calendar_id, "Book")
    claims = [{"resourceId": ada}, {"resourceId": piano}]
    made = await client.post(
        "/api/schedules", json=booking(event, hall.calendar_id, 10, 12, resources=claims), headers=as_manager
    )
    assert made.status_code == 201, made.text
    return Recital(hall, event, ada, piano, made.json()["scheduledEventId"])


@pytest.fixture
def held(rows: Callable[..., Awaitable[list[dict[str, Any]]]], recital: Recital) -> Any:
    """What the booking claims, quantities included, as it is stored."""

    async def read() -> dict[str, int]:
        found = await rows(
            "SELECT resource_id, quantity FROM claims WHERE scheduled_event_id = CAST(:key AS uuid)",
            key=recital.key,
        )
        return {str(row["resource_id"]): row["quantity"] for row in found}

    return read


async def test_a_refusal_names_no_hidden_resource(
    client: httpx.AsyncClient, recital: Recital, as_customer: Headers, as_manager: Headers
) -> None:
    late = {"startDateTime": at(15), "endDateTime": at(17)}
    refused = await client.post(f"{recital.path}/reschedule", json=late, headers=as_customer)
    told = await client.post(f"{recital.path}/reschedule", json=late, headers=as_manager)
    assert (refused.status_code, refused.json()["detail"]) == (422, "A resource is not available")
    assert (told.status_code, told.json()["detail"]) == (
        422,
        "Secret Ada is not available: outside its working hours",
    )
    assert "Ada" not in refused.text
    assert recital.ada not in refused.text


async def test_the_reason_of_a_hidden_closure_is_kept(
    client: httpx.AsyncClient, recital: Recital, close: Any, as_customer: Headers
) -> None:
    close(recital.ada, at(12), at(14), "in hospital")
    move = {"startDateTime": at(11), "endDateTime": at(13)}
    refused = await client.post(f"{recital.path}/reschedule", json=move, headers=as_customer)
    assert (refused.status_code, refused.json()["detail"]) == (422, "A resource is not available")
    assert "hospital" not in refused.text


async def test_the_reason_of_a_visible_closure_is_told(
    client: httpx.AsyncClient, recital: Recital, close: Any, as_customer: Headers
) -> None:
    close(recital.piano, at(12), at(13), "being tuned")
    move = {"startDateTime": at(11), "endDateTime": at(13)}
    refused = await client.post(f"{recital.path}/reschedule", json=move, headers=as_customer)
    assert (refused.status_code, refused.json()["detail"]) == (422, "Piano is not available: being tuned")


async def test_a_booking_is_shown_without_what_is_hidden(
    client: httpx.AsyncClient, recital: Recital, as_customer: Headers, as_manager: Headers
) -> None:
    seen = await client.get(recital.path, headers=as_customer)
    assert [one["resourceId"] for one in seen.json()["resources"]] == [recital.piano]
    whole = await client.get(recital.path, headers=as_manager)
    assert [one["resourceId"] for one in whole.json()["resources"]] == [recital.ada, recital.piano]
    for resource, shown in ((recital.ada, []), (recital.piano, [recital.key])):
        listed = await client.get(f"/api/schedules?resourceId={resource}", headers=as_customer)
        assert [one["scheduledEventId"] for one in listed.json()["items"]] == shown


async def test_an_update_keeps_what_its_maker_cannot_see(
    client: httpx.AsyncClient, recital: Recital, held: Any, as_customer: Headers, as_manager: Headers
) -> None:
    moved = await client.put(recital.path, json=recital.body(start=8, end=10), headers=as_customer)
    assert moved.status_code == 200, moved.text
    assert "resources" not in moved.json()
    assert await held() == {recital.hall.resource_id: 1, recital.ada: 1}

    whole = await client.put(recital.path, json=recital.body(start=8, end=10), headers=as_manager)
    assert whole.status_code == 200
    assert await held() == {recital.hall.resource_id: 1}


@pytest.mark.parametrize("change", [{"quantity": 7}, {"role": "Secondary"}])
async def test_what_is_hidden_is_nobodys_to_change(
    client: httpx.AsyncClient, recital: Recital, held: Any, change: dict[str, Any], as_customer: Headers
) -> None:
    refused = await client.put(
        recital.path, json=recital.body({"resourceId": recital.ada, **change}), headers=as_customer
    )
    unknown = await client.put(
        recital.path, json=recital.body({"resourceId": str(uuid4()), **change}), headers=as_customer
    )
    assert (refused.status_code, refused.json()["errors"]) == (
        400,
        {"resources[0].resourceId": ["Resource does not exist or is inactive"]},
    )
    assert unknown.json()["errors"] == refused.json()["errors"]
    assert await held() == {recital.hall.resource_id: 1, recital.ada: 1, recital.piano: 1}


async def test_too_many_of_something_hidden_are_not_counted_out(
    client: httpx.AsyncClient,
    recital: Recital,
    make_resource: Any,
    as_customer: Headers,
    as_manager: Headers,
) -> None:
    guards = await make_resource("Guards", "Staff", quantity=3)
    body = recital.body({"resourceId": guards, "quantity": 3})
    assert (await client.put(recital.path, json=body, headers=as_manager)).status_code == 200
    fewer = {"name": "Guards", "resourceType": "Staff", "quantity": 2, "timeZone": "UTC"}
    lowered = await client.put(f"/api/resources/{guards}", json=fewer, headers=as_manager)
    assert lowered.status_code == 200, lowered.text
    move = {"startDateTime": at(8), "endDateTime": at(10)}
    refused = await client.post(f"{recital.path}/reschedule", json=move, headers=as_customer)
    told = await client.post(f"{recital.path}/reschedule", json=move, headers=as_manager)
    assert refused.json()["errors"] == {"resources": ["There are not as many of a resource any more"]}
    assert told.json()["errors"] == {"resources[1].quantity": ["There are only 2 of Guards"]}


async def test_a_suggestion_shows_nothing_hidden_and_keeps_it(
    client: httpx.AsyncClient,
    recital: Recital,
    make_event: Any,
    held: Any,
    as_customer: Headers,
    as_manager: Headers,
) -> None:
    rival = await make_event("Rival")
    taken = booking(rival, recital.hall.calendar_id, 12, 14)
    assert (await client.post("/api/schedules", json=taken, headers=as_manager)).status_code == 201
    move = {"startDateTime": at(12), "endDateTime": at(14)}
    refused = await client.post(f"{recital.path}/reschedule", json=move, headers=as_customer)
    assert refused.status_code == 409
    suggestion = refused.json()["suggestions"][0]
    places = [place for change in suggestion["changes"] for place in (change["from"], change["to"])]
    visible = {recital.hall.resource_id, recital.piano}
    assert [{one["resourceId"] for one in place["resources"]} for place in places] == [visible, visible]
    again = await client.get(f"/api/suggestions/{suggestion['id']}", headers=as_customer)
    assert again.json() == suggestion
    assert recital.ada not in refused.text
    assert "Ada" not in refused.text

    applied = await client.post(suggestion["apply"]["href"], headers=as_customer)
    assert applied.status_code == 200, applied.text
    assert recital.ada not in applied.text
    assert await held() == {recital.hall.resource_id: 1, recital.ada: 1, recital.piano: 1}


async def test_ones_own_booking_on_a_hidden_calendar(
    client: httpx.AsyncClient, make_hall: Any, make_event: Any, book: Any, as_customer: Headers
) -> None:
    crypt = await make_hall("Crypt")
    event = await make_event("Recital", organizer=CUSTOMER)
    made = await book(crypt.calendar_id, event, at(10), at(12))
    seen = await client.get(f"/api/schedules/{made['scheduledEventId']}", headers=as_customer)
    (listed,) = (await client.get("/api/schedules", headers=as_customer)).json()["items"]
    for one in (seen.json(), listed):
        assert (one["calendarId"], one["calendarName"]) == (crypt.calendar_id, "another calendar")
    assert "resources" not in seen.json()
    assert crypt.resource_id not in seen.text
    assert "Crypt" not in seen.text
