"""Deleting and handing over while bookings come in: one of the two sees the other, and nothing breaks."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.api.people import CUSTOMER

ROUNDS = 6


@pytest.mark.parametrize("what", ["calendars", "resources", "events"])
async def test_a_booking_wins_or_the_deletion_does(
    client: httpx.AsyncClient,
    as_admin: dict[str, str],
    make_hall: Any,
    make_resource: Any,
    make_event: Any,
    at: Any,
    what: str,
) -> None:
    for _ in range(ROUNDS):
        hall, resource, event = await make_hall("Hall"), await make_resource("Mic"), await make_event("Gala")
        target = {"calendars": hall.calendar_id, "resources": resource, "events": event}[what]
        body = {
            "eventId": event,
            "calendarId": hall.calendar_id,
            "startDateTime": at(9),
            "endDateTime": at(10),
            "timeZone": "UTC",
            "resources": [{"resourceId": resource}],
        }
        booked, deleted = await asyncio.gather(
            client.post("/api/schedules", json=body, headers=as_admin),
            client.delete(f"/api/{what}/{target}", headers=as_admin),
        )
        assert (booked.status_code, deleted.status_code) in {(201, 409), (400, 204)}, booked.text


async def test_bookings_made_during_a_hand_over_belong_to_the_new_organizer(
    client: httpx.AsyncClient,
    as_manager: dict[str, str],
    make_hall: Any,
    make_event: Any,
    at: Any,
    rows: Any,
) -> None:
    hall = await make_hall("Hall")
    event = await make_event("Gala")

    async def book(hour: int) -> None:
        body = {
            "eventId": event,
            "calendarId": hall.calendar_id,
            "startDateTime": at(hour),
            "endDateTime": at(hour + 1),
            "timeZone": "UTC",
        }
        assert (await client.post("/api/schedules", json=body, headers=as_manager)).status_code == 201

    handed = {"title": "Gala", "organizerId": str(CUSTOMER.user_id)}
    await asyncio.gather(
        *(book(hour) for hour in range(4)),
        client.put(f"/api/events/{event}", json=handed, headers=as_manager),
        *(book(hour) for hour in range(4, 8)),
    )
    owners = await rows("SELECT owner_id, count(*) AS n FROM scheduled_events GROUP BY 1")
    assert owners == [{"owner_id": CUSTOMER.user_id, "n": 8}]
    assert await rows("SELECT owner_id, count(*) AS n FROM claims GROUP BY 1") == owners
