"""Who may book, change and claim what: grants, and bookings that change hands."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.api.bookings import at, booking
from tests.api.people import CUSTOMER, OTHER_CUSTOMER, STAFF

Headers = dict[str, str]
URL = "/api/schedules"


async def test_staff_who_may_only_look_do_not_book(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Any,
    as_manager: Headers,
    as_staff: Headers,
    grant: Any,
    facts: Any,
) -> None:
    hall, free = await make_hall("Ballroom"), await make_hall("Attic")
    await grant(STAFF, hall.calendar_id, "View")
    await grant(STAFF, free.calendar_id, "Book")
    event = await make_event("Gala")
    made = await client.post(URL, json=booking(event, hall.calendar_id), headers=as_manager)
    path = made.headers["location"]
    mine = await make_event("Recital", organizer=STAFF)
    ours = await client.post(URL, json=booking(mine, free.calendar_id), headers=as_staff)
    assert ours.status_code == 201
    left = await facts()

    # Even where it would clash, what may not be booked is said first.
    body = booking(mine, hall.calendar_id)
    refused = await client.post(URL, json=body, headers=as_staff)
    assert refused.status_code == 403
    assert refused.json() == {
        "type": "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.4",
        "title": "Forbidden",
        "status": 403,
        "detail": "You may look at Ballroom, but not book it",
        "instance": URL,
    }
    moved_there = await client.put(ours.headers["location"], json=body, headers=as_staff)
    assert (moved_there.status_code, moved_there.json()["detail"]) == (
        403,
        "You may look at Ballroom, but not book it",
    )
    assert (await client.get(path, headers=as_staff)).status_code == 200
    away = {"startDateTime": at(8), "endDateTime": at(9)}
    for answer in (
        await client.post(f"{path}/reschedule", json=away, headers=as_staff),
        await client.put(path, json=booking(event, free.calendar_id), headers=as_staff),
        await client.post(f"{path}/confirm", headers=as_staff),
    ):
        assert (answer.status_code, answer.json()["detail"]) == (
            403,
            "You may look at this booking, but not change it",
        )
    removed = await client.delete(path, headers=as_staff)
    assert (removed.status_code, removed.json()["detail"]) == (
        403,
        "You may look at this booking, but not remove it",
    )
    assert await facts() == left


async def test_staff_without_a_grant_find_nothing(
    client: httpx.AsyncClient, make_hall: Any, make_event: Any, as_manager: Headers, as_staff: Headers
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala", organizer=CUSTOMER)
    made = await client.post(URL, json=booking(event, hall.calendar_id), headers=as_manager)
    path = made.headers["location"]
    away = {"startDateTime": at(8), "endDateTime": at(9)}
    for answer in (
        await client.get(path, headers=as_staff),
        await client.post(f"{path}/reschedule", json=away, headers=as_staff),
        await client.post(f"{path}/confirm", headers=as_staff),
        await client.delete(path, headers=as_staff),
    ):
        assert answer.status_code == 404
    mine = await make_event("Recital", organizer=STAFF)
    refused = await client.post(URL, json=booking(mine, hall.calendar_id, 8, 9), headers=as_staff)
    assert (refused.status_code, refused.json()["errors"]) == (
        400,
        {"calendarId": ["Calendar does not exist or is inactive"]},
    )


@pytest.mark.parametrize(
    ("level", "status", "said"),
    [
        (None, 400, "Resource does not exist or is inactive"),
        ("View", 403, "You may look at Ada (resources[0]), but not book it"),
        ("Book", 201, None),
    ],
)
async def test_a_person_with_a_calendar_is_claimed_by_who_may_book_it(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Any,
    as_staff: Headers,
    grant: Any,
    level: str | None,
    status: int,
    said: str | None,
) -> None:
    hall, ada = await make_hall("Ballroom"), await make_hall("Ada", resource_type="Staff")
    await grant(STAFF, hall.calendar_id)
    if level is not None:
        await grant(STAFF, ada.calendar_id, level)
    event = await make_event("Gala", organizer=STAFF)
    body = booking(event, hall.calendar_id, resources=[{"resourceId": ada.resource_id}])
    answer = await client.post(URL, json=body, headers=as_staff)
    assert answer.status_code == status
    if said is not None:
        assert answer.json()["detail"] == said


async def test_staff_who_book_change_what_others_booked_there(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Any,
    as_manager: Headers,
    as_staff: Headers,
    grant: Any,
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    await grant(STAFF, hall.calendar_id)
    made = await client.post(URL, json=booking(event, hall.calendar_id), headers=as_manager)
    path = made.headers["location"]
    away = {"startDateTime": at(8), "endDateTime": at(9)}
    moved = await client.post(f"{path}/reschedule", json=away, headers=as_staff)
    assert (moved.status_code, moved.json()["startDateTime"]) == (200, at(8))
    confirmed = await client.post(f"{path}/confirm", headers=as_staff)
    assert (confirmed.status_code, confirmed.json()["status"]) == (200, "Confirmed")
    assert (await client.delete(path, headers=as_staff)).status_code == 204


async def test_a_booking_belongs_to_its_events_organizer(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Any,
    as_manager: Headers,
    as_customer: Headers,
    headers_for: Any,
    rows: Any,
) -> None:
    hall = await make_hall("Ballroom")
    as_other = headers_for(OTHER_CUSTOMER)
    mine, others = await make_event("A", organizer=CUSTOMER), await make_event("B", organizer=OTHER_CUSTOMER)
    made = await client.post(URL, json=booking(mine, hall.calendar_id), headers=as_manager)
    path, key = made.headers["location"], UUID(made.json()["scheduledEventId"])

    async def owners() -> list[set[UUID]]:
        found = [
            await rows("SELECT owner_id FROM scheduled_events WHERE scheduled_event_id = :key", key=key),
            await rows("SELECT owner_id FROM claims WHERE scheduled_event_id = :key", key=key),
        ]
        return [{row["owner_id"] for row in one} for one in found]

    async def seen_by() -> tuple[bool, bool]:
        answers = [await client.get(path, headers=headers) for headers in (as_customer, as_other)]
        assert {one.status_code for one in answers} <= {200, 404}
        first, second = (one.status_code == 200 for one in answers)
        return first, second

    assert (await owners(), await seen_by()) == ([{CUSTOMER.user_id}] * 2, (True, False))
    # Another event takes the booking's place: it is its organizer's now.
    changed = await client.put(path, json=booking(others, hall.calendar_id), headers=as_manager)
    assert (changed.status_code, changed.json()["eventTitle"]) == (200, "B")
    assert (await owners(), await seen_by()) == ([{OTHER_CUSTOMER.user_id}] * 2, (False, True))
    # The event is handed over: its booking goes along.
    handed = {"title": "B", "organizerId": str(CUSTOMER.user_id)}
    assert (await client.put(f"/api/events/{others}", json=handed, headers=as_manager)).status_code == 200
    assert (await owners(), await seen_by()) == ([{CUSTOMER.user_id}] * 2, (True, False))
    assert (await client.delete(path, headers=as_other)).status_code == 404
    assert (await client.delete(path, headers=as_customer)).status_code == 204


async def test_own_bookings_are_cancelled_without_a_grant_but_not_changed(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Any,
    as_manager: Headers,
    as_staff: Headers,
    as_customer: Headers,
    grant: Any,
    rows: Any,
) -> None:
    hall = await make_hall("Ballroom")
    await grant(STAFF, hall.calendar_id, "View")
    for viewer, headers in ((STAFF, as_staff), (CUSTOMER, as_customer)):
        event = await make_event("Mine", organizer=viewer)
        made = await client.post(URL, json=booking(event, hall.calendar_id), headers=as_manager)
        path = made.headers["location"]
        away = {"startDateTime": at(8), "endDateTime": at(9)}
        moved = await client.post(f"{path}/reschedule", json=away, headers=headers)
        assert moved.status_code == 403
        assert (await client.delete(path, headers=headers)).status_code == 204
        assert (await client.get(path, headers=headers)).json()["status"] == "Cancelled"
    assert await rows("SELECT 1 FROM claims WHERE live") == []
