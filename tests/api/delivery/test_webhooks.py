"""Facts reach webhooks: signed, each as the webhook's owner may know it, and again until they arrive."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from api.delivery import backoff
from tests.api.bookings import at, booking
from tests.api.delivery.receiver import Receiver
from tests.api.people import CUSTOMER, MANAGER, STAFF
from tests.api.waiting import eventually

Headers = dict[str, str]
URL = "/api/webhooks"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What did not arrive is tried again at once."""
    monkeypatch.setattr(backoff, "_WAITS", (timedelta(),) * 4)
    monkeypatch.setattr(backoff, "_FIRST_REST", timedelta())


@pytest.mark.usefixtures("worker")
async def test_a_fact_arrives_signed(
    hook: Any, receiver: Receiver, make_hall: Any, make_event: Any, book: Any
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    made = await hook()
    booked = await book(hall.calendar_id, event, at(9), at(11))
    await eventually(lambda: receiver.got)
    (delivery,) = receiver.got
    fact = delivery.fact
    assert fact == {
        "type": "EventScheduledOnCalendar",
        "timestamp": fact["timestamp"],
        "id": delivery.headers["webhook-id"],
        "sequence": 1,
        "aggregateId": booked["scheduledEventId"],
        "version": 1,
        "data": {
            "scheduledEventId": booked["scheduledEventId"],
            "eventId": event,
            "calendarId": hall.calendar_id,
            "startDateTime": at(9),
            "endDateTime": at(11),
        },
    }
    assert delivery.headers["Content-Type"] == "application/json"
    assert Verifier(made["secret"]).verify(delivery.body, delivery.headers) == fact
    with pytest.raises(WebhookVerificationError):
        Verifier(made["secret"]).verify(delivery.body + b" ", delivery.headers)


@pytest.mark.usefixtures("worker")
async def test_changes_carry_the_version_they_led_to(
    hook: Any,
    receiver: Receiver,
    client: httpx.AsyncClient,
    as_manager: Headers,
    make_hall: Any,
    make_event: Any,
    book: Any,
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    await hook(factTypes=["EventRescheduled", "EventRemovedFromCalendar"])
    key = (await book(hall.calendar_id, event, at(9), at(11)))["scheduledEventId"]
    move = {"startDateTime": at(13), "endDateTime": at(15)}
    path = f"/api/schedules/{key}"
    assert (await client.post(f"{path}/reschedule", json=move, headers=as_manager)).status_code == 200
    assert (await client.delete(path, headers=as_manager)).status_code == 204
    await eventually(lambda: len(receiver.got) == 2)
    told = {one.fact["type"]: (one.fact["version"], one.fact["aggregateId"]) for one in receiver.got}
    assert told == {"EventRescheduled": (2, key), "EventRemovedFromCalendar": (3, key)}


@pytest.mark.usefixtures("worker")
async def test_each_owner_is_told_what_they_may_know(
    hook: Any,
    client: httpx.AsyncClient,
    receiver: Receiver,
    as_staff: Headers,
    as_manager: Headers,
    make_hall: Any,
    make_event: Any,
    grant: Any,
    book: Any,
) -> None:
    """Staff who see one of two calendars hear of a clash between them without the other side's id."""
    ballroom, attic = await make_hall("Ballroom"), await make_hall("Attic")
    await grant(STAFF, ballroom.calendar_id, "View")
    gala, fair = await make_event("Gala"), await make_event("Fair")
    hidden = await book(attic.calendar_id, fair, at(9), at(11))
    seen_claims = [{"resourceId": attic.resource_id}]
    await hook(as_staff)
    body = booking(gala, ballroom.calendar_id, 9, 11, resources=seen_claims, override={"reason": "asked"})
    seen = (await client.post("/api/schedules", json=body, headers=as_manager)).json()
    await book(attic.calendar_id, fair, at(13), at(15))
    await book(ballroom.calendar_id, gala, at(13), at(15))
    await eventually(lambda: receiver.types.count("EventScheduledOnCalendar") == 2)
    facts = [one.fact for one in receiver.got]
    assert hidden["scheduledEventId"] not in str(facts)
    clash = next(one["data"] for one in facts if one["type"] == "ScheduleConflictDetected")
    assert clash == {
        "scheduleConflictId": clash["scheduleConflictId"],
        "scheduledEventId": seen["scheduledEventId"],
        "conflictType": "VenueConflict",
        "conflictLevel": "Critical",
    }
    assert set(receiver.types) == {
        "EventScheduledOnCalendar",
        "ScheduleConflictDetected",
        "OverbookingAllowedByOverride",
    }


@pytest.mark.usefixtures("worker")
async def test_only_the_types_that_were_asked_for(
    hook: Any,
    receiver: Receiver,
    client: httpx.AsyncClient,
    as_manager: Headers,
    make_hall: Any,
    make_event: Any,
    book: Any,
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    await hook(factTypes=["OverbookingPreventedBySystem"])
    await book(hall.calendar_id, event, at(9), at(11))
    refused = await client.post(
        "/api/schedules", json=booking(event, hall.calendar_id, 9, 11), headers=as_manager
    )
    assert refused.status_code == 409
    await eventually(lambda: receiver.got)
    assert receiver.types == ["OverbookingPreventedBySystem"]


@pytest.mark.usefixtures("impatient", "worker")
async def test_what_did_not_arrive_comes_again_with_its_id(
    hook: Any,
    receiver: Receiver,
    client: httpx.AsyncClient,
    as_manager: Headers,
    make_hall: Any,
    make_event: Any,
    book: Any,
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    key = (await hook())["webhookId"]
    receiver.answers = [500, 302, 204]
    await book(hall.calendar_id, event, at(9), at(11))
    await eventually(lambda: len(receiver.got) == 3)
    assert len({one.headers["webhook-id"] for one in receiver.got}) == 1
    assert len({one.body for one in receiver.got}) == 1

    async def shown() -> dict[str, Any]:
        body: dict[str, Any] = (await client.get(f"{URL}/{key}", headers=as_manager)).json()
        return body

    async def delivered() -> dict[str, Any] | None:
        state = await shown()
        return state if state["status"] == "Active" else None

    state = await eventually(delivered)
    assert state["lastDeliveredAt"]
    assert "lastError" not in state


@pytest.mark.usefixtures("impatient", "worker")
async def test_a_receiver_that_is_gone_disables_its_webhook(
    hook: Any,
    receiver: Receiver,
    client: httpx.AsyncClient,
    as_manager: Headers,
    make_hall: Any,
    make_event: Any,
    book: Any,
    rows: Any,
) -> None:
    """410 ends it at once. Switched on again, it gets what it missed when it asks."""
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    made = await hook()
    path = f"{URL}/{made['webhookId']}"
    receiver.status = 410
    await book(hall.calendar_id, event, at(9), at(11))
    await eventually(lambda: receiver.got)

    async def shown() -> dict[str, Any]:
        body: dict[str, Any] = (await client.get(path, headers=as_manager)).json()
        return body

    async def disabled() -> dict[str, Any] | None:
        state = await shown()
        return state if state["status"] == "Disabled" else None

    state = await eventually(disabled)
    assert (state["lastError"], state["failingSequence"]) == ("HTTP 410", 1)
    refused = await client.post(f"{path}/redeliver", json={"afterSequence": 0}, headers=as_manager)
    assert refused.status_code == 409
    await book(hall.calendar_id, event, at(13), at(15))
    published = "SELECT 1 FROM relay_positions WHERE name = 'published' AND sequence >= 2"
    await eventually(lambda: rows(published))
    receiver.status = 200
    body = {"url": made["url"], "factTypes": made["factTypes"], "isActive": True}
    again = await client.put(path, json=body, headers=as_manager)
    assert (again.status_code, again.json()["status"]) == (200, "Active")
    assert "failingSequence" not in again.json()
    answer = await client.post(f"{path}/redeliver", json={"afterSequence": 0}, headers=as_manager)
    assert (answer.status_code, answer.json()) == (202, {"afterSequence": 0, "untilSequence": 2})
    await eventually(lambda: len(receiver.got) == 3)
    first, *later = receiver.got
    assert sorted(one.fact["sequence"] for one in later) == [1, 2]
    assert first.headers["webhook-id"] in {one.headers["webhook-id"] for one in later}


@pytest.mark.usefixtures("worker")
async def test_a_rotated_secret_signs_beside_the_last_one(
    hook: Any,
    receiver: Receiver,
    client: httpx.AsyncClient,
    as_manager: Headers,
    make_hall: Any,
    make_event: Any,
    book: Any,
    owner_execute: Any,
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    made = await hook()
    rotated = await client.post(f"{URL}/{made['webhookId']}/rotate-secret", headers=as_manager)
    assert rotated.status_code == 200
    assert rotated.headers["cache-control"] == "private, no-store"
    secrets = [made["secret"], rotated.json()["secret"]]
    assert secrets[0] != secrets[1]
    await book(hall.calendar_id, event, at(9), at(11))
    await eventually(lambda: len(receiver.got) == 1)
    for secret in secrets:
        Verifier(secret).verify(receiver.got[0].body, receiver.got[0].headers)
    await asyncio.to_thread(owner_execute, "UPDATE webhooks SET rotated_at = rotated_at - interval '1 day'")
    await book(hall.calendar_id, event, at(13), at(15))
    await eventually(lambda: len(receiver.got) == 2)
    Verifier(secrets[1]).verify(receiver.got[1].body, receiver.got[1].headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(secrets[0]).verify(receiver.got[1].body, receiver.got[1].headers)


async def test_a_webhook_is_its_owners(
    hook: Any, client: httpx.AsyncClient, as_manager: Headers, as_staff: Headers, as_admin: Headers
) -> None:
    made = await hook()
    path = f"{URL}/{made['webhookId']}"
    body = {"url": made["url"]}
    for method, where, sent in (
        ("GET", path, None),
        ("PUT", path, body),
        ("DELETE", path, None),
        ("POST", f"{path}/rotate-secret", None),
        ("POST", f"{path}/redeliver", {"afterSequence": 0}),
    ):
        answer = await client.request(method, where, json=sent, headers=as_staff)
        assert answer.status_code == 404, (method, where)
    assert (await client.get(URL, headers=as_staff)).json() == {"items": [], "nextCursor": None}
    mine = {key: value for key, value in made.items() if key != "secret"}
    assert (await client.get(URL, headers=as_manager)).json() == {"items": [mine], "nextCursor": None}
    named = {"ownerId": str(MANAGER.user_id)}
    assert (await client.get(URL, params=named, headers=as_staff)).status_code == 403
    assert (await client.get(URL, params=named, headers=as_admin)).json()["items"] == [mine]
    assert (await client.delete(path, headers=as_admin)).status_code == 204
    assert (await client.get(path, headers=as_manager)).status_code == 404


async def test_customers_have_none(client: httpx.AsyncClient, as_customer: Headers) -> None:
    answer = await client.post(URL, json={"nonsense": 1}, headers=as_customer)
    assert answer.status_code == 403


async def test_twenty_are_enough(client: httpx.AsyncClient, hook: Any, as_manager: Headers) -> None:
    for _ in range(20):
        made = await hook()
    refused = await client.post(URL, json={"url": made["url"]}, headers=as_manager)
    assert refused.status_code == 409
    assert "20 webhooks" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://crm.example/x", "must be a URL"),
        ("https://", "must be a URL"),
        ("https://crm.example:99999/", "must be a URL"),
        ("https://crm.example/a b", "must be a URL"),
        ("https://user:secret@crm.example/", "neither a user name"),
        ("https://crm.example/#part", "neither a user name"),
        ("https://10.0.0.7/", "inner address"),
        ("https://169.254.169.254/latest/meta-data", "inner address"),
        ("https://[::1]/", "inner address"),
        ("https://[::ffff:10.0.0.7]/", "inner address"),
        ("https://[64:ff9b::a00:7]/", "inner address"),
        ("https://[64:ff9b:1::7f00:1]/", "inner address"),
        ("https://[::127.0.0.1]/", "inner address"),
        ("https://[fec0::1]/", "inner address"),
        ("http://93.184.215.14/", "not https"),
    ],
)
async def test_addresses_that_are_none(
    client: httpx.AsyncClient, as_manager: Headers, url: str, words: str
) -> None:
    answer = await client.post(URL, json={"url": url}, headers=as_manager)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["url"]
    assert words in answer.json()["errors"]["url"][0]


async def test_bad_types_are_named(client: httpx.AsyncClient, as_manager: Headers) -> None:
    body = {"url": "https://crm.example/", "factTypes": ["EventRescheduled", "Nonsense"]}
    answer = await client.post(URL, json=body, headers=as_manager)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["factTypes[1]"])


async def test_a_position_that_is_not_reached_yet(
    client: httpx.AsyncClient, hook: Any, as_manager: Headers
) -> None:
    path = f"{URL}/{(await hook())['webhookId']}/redeliver"
    answer = await client.post(path, json={"afterSequence": 1}, headers=as_manager)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["afterSequence"])
    missing = await client.post(f"{URL}/{uuid4()}/redeliver", json={"afterSequence": 0}, headers=as_manager)
    assert missing.status_code == 404


async def test_an_older_version_changes_nothing(
    client: httpx.AsyncClient, hook: Any, as_manager: Headers
) -> None:
    path = f"{URL}/{(await hook())['webhookId']}"
    body = {"url": "https://crm.example/other", "factTypes": ["EventRescheduled"]}
    changed = await client.put(path, json=body, headers=as_manager | {"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    stale = await client.put(path, json=body | {"isActive": False}, headers=as_manager | {"If-Match": '"1"'})
    assert stale.status_code == 412
    assert (await client.get(path, headers=as_manager)).json()["status"] == "Active"


async def test_what_is_done_with_webhooks_is_audited(
    client: httpx.AsyncClient, hook: Any, as_manager: Headers, audited: Any
) -> None:
    key = (await hook())["webhookId"]
    await client.post(f"{URL}/{key}/rotate-secret", headers=as_manager)
    await client.post(f"{URL}/{key}/redeliver", json={"afterSequence": 0}, headers=as_manager)
    await client.put(f"{URL}/{key}", json={"url": "https://crm.example/"}, headers=as_manager)
    await client.delete(f"{URL}/{key}", headers=as_manager)
    entries = await audited(key)
    assert [one["action"] for one in entries] == [
        "WebhookCreated",
        "WebhookSecretRotated",
        "FactsRedelivered",
        "WebhookUpdated",
        "WebhookDeleted",
    ]
    # Not the path of its address, which may be a secret.
    assert entries[3]["after"]["host"] == "crm.example"
    assert entries[0]["after"].keys() == {"ownerId", "host", "factTypes", "isActive"}


@pytest.mark.usefixtures("worker")
async def test_a_role_that_was_lowered_tells_less(
    hook: Any,
    receiver: Receiver,
    owner_execute: Any,
    make_hall: Any,
    make_event: Any,
    book: Any,
) -> None:
    """The manager of the webhook is a Customer by now: they hear of their own bookings alone."""
    hall = await make_hall("Ballroom")
    own, others = await make_event("Gala"), await make_event("Fair", organizer=CUSTOMER)
    await hook()
    user = f"INSERT INTO users VALUES ('{MANAGER.user_id}', 'Max', 'max@house.example', 0, now())"  # noqa: S608
    await asyncio.to_thread(owner_execute, user)
    await book(hall.calendar_id, others, at(9), at(11))
    await book(hall.calendar_id, own, at(13), at(15))
    await eventually(lambda: receiver.got)
    assert [one.fact["data"]["eventId"] for one in receiver.got] == [own]


@pytest.mark.usefixtures("worker")
async def test_staff_hear_of_the_calendar_a_fact_is_about(
    hook: Any,
    client: httpx.AsyncClient,
    receiver: Receiver,
    as_staff: Headers,
    as_manager: Headers,
    make_hall: Any,
    make_event: Any,
    grant: Any,
    book: Any,
) -> None:
    """A booking leaves the calendar that they see for one that they do not: they hear that it left."""
    seen, hidden = await make_hall("Ballroom"), await make_hall("Cellar")
    await grant(STAFF, seen.calendar_id, "View")
    event = await make_event("Gala")
    await hook(as_staff)
    made = await book(seen.calendar_id, event, at(9), at(11))
    body = booking(event, hidden.calendar_id, 9, 11)
    path = f"/api/schedules/{made['scheduledEventId']}"
    assert (await client.put(path, json=body, headers=as_manager)).status_code == 200
    await book(seen.calendar_id, event, at(13), at(15))
    await eventually(lambda: len(receiver.got) == 3)
    facts = sorted((one.fact for one in receiver.got), key=lambda fact: fact["sequence"])
    told = [(fact["type"], fact["data"]["calendarId"]) for fact in facts]
    assert told == [
        ("EventScheduledOnCalendar", seen.calendar_id),
        ("EventRemovedFromCalendar", seen.calendar_id),
        ("EventScheduledOnCalendar", seen.calendar_id),
    ]
