"""Handing an event over while its bookings are judged again or cancelled: nothing deadlocks or is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

import api.booking.place as placing
from api.bootstrap import Callboard
from api.features.create_event import CreateEvent
from api.features.schedule_event import ScheduleEvent
from api.features.update_calendar import UpdateCalendar
from api.features.update_event import UpdateEvent
from benchmarks.contention import count_deadlocks, make_venue
from domain.entities import ScheduledEvent
from domain.time_slot import TimeSlot
from persistence.repositories.bookings import find_booking
from persistence.unit_of_work import UnitOfWork
from tests.api.people import ADMIN, CUSTOMER, OTHER_CUSTOMER

VENUES, HOURS, ROUNDS = 2, 20, 6


async def test_a_hand_over_and_a_change_of_the_calendars_do_not_deadlock(
    service: Callboard, rows: Any
) -> None:
    """Both rewrite the same claims: the one their owner, the other whether they are enforced."""
    venues = [await make_venue(service, f"Hall {number}") for number in range(VENUES)]
    event = (await service.bus.send(CreateEvent("Gala"), ADMIN)).event_id
    start = datetime.now(UTC) + timedelta(days=5)
    for hour in range(HOURS):
        slot = TimeSlot(start + timedelta(hours=hour), start + timedelta(hours=hour + 1))
        for venue in venues:
            await service.bus.send(ScheduleEvent(event, venue, slot, "UTC"), ADMIN)

    async def toggle(venue: UUID, number: int) -> None:
        for allow in [True, False] * ROUNDS:
            change = UpdateCalendar(venue, f"Hall {number}", "UTC", None, True, allow, 1, False)
            await service.bus.send(change, ADMIN)

    async def hand_over() -> UUID:
        for _ in range(2 * ROUNDS):
            organizer = uuid4()
            await service.bus.send(UpdateEvent(event, "Gala", organizer), ADMIN)
        return organizer

    async with asyncio.TaskGroup() as tasks:
        for number, venue in enumerate(venues):
            tasks.create_task(toggle(venue, number))
        handing = tasks.create_task(hand_over())

    assert await count_deadlocks(service.database) == 0
    everything = VENUES * HOURS
    versions = await rows("SELECT owner_id, version, count(*) AS n FROM scheduled_events GROUP BY 1, 2")
    assert versions == [{"owner_id": handing.result(), "version": 2 * ROUNDS + 1, "n": everything}]
    claims = await rows("SELECT owner_id, enforced, count(*) AS n FROM claims GROUP BY 1, 2")
    assert claims == [{"owner_id": handing.result(), "enforced": True, "n": everything}]


@pytest.fixture
def hand_over_once_looked_at(
    client: httpx.AsyncClient, as_manager: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Let another request hand the event over after a booking was read and before it is locked."""

    def arrange(event: str) -> None:
        def hand_over() -> Awaitable[httpx.Response]:
            body = {"title": "Gala", "organizerId": str(OTHER_CUSTOMER.user_id)}
            return client.put(f"/api/events/{event}", json=body, headers=as_manager)

        async def slow(uow: UnitOfWork, key: UUID) -> ScheduledEvent:
            found = await find_booking(uow, key)
            assert (await hand_over()).status_code == 200
            return found

        monkeypatch.setattr(placing, "find_booking", slow)

    return arrange


async def test_a_cancellation_does_not_write_the_old_owner_back(
    client: httpx.AsyncClient,
    as_manager: dict[str, str],
    make_hall: Any,
    make_event: Any,
    book: Any,
    at: Any,
    rows: Any,
    hand_over_once_looked_at: Any,
) -> None:
    hall, event = await make_hall("Hall"), await make_event("Gala", organizer=CUSTOMER)
    key = (await book(hall.calendar_id, event, at(10), at(12)))["scheduledEventId"]
    hand_over_once_looked_at(event)
    assert (await client.delete(f"/api/schedules/{key}", headers=as_manager)).status_code == 204
    stored = await rows(
        "SELECT b.owner_id AS b, c.owner_id AS c, b.version FROM scheduled_events b, claims c"
    )
    assert stored == [{"b": OTHER_CUSTOMER.user_id, "c": OTHER_CUSTOMER.user_id, "version": 3}]


async def test_who_was_the_organizer_when_it_was_read_cannot_cancel_any_more(
    client: httpx.AsyncClient,
    as_customer: dict[str, str],
    make_hall: Any,
    make_event: Any,
    book: Any,
    grant: Any,
    at: Any,
    rows: Any,
    hand_over_once_looked_at: Any,
) -> None:
    hall, event = await make_hall("Hall"), await make_event("Gala", organizer=CUSTOMER)
    await grant(CUSTOMER, hall.calendar_id)
    key = (await book(hall.calendar_id, event, at(10), at(12)))["scheduledEventId"]
    hand_over_once_looked_at(event)
    answer = await client.delete(f"/api/schedules/{key}", headers=as_customer)
    assert answer.status_code == 404
    assert await rows("SELECT live FROM claims") == [{"live": True}]


async def test_the_bookings_say_who_handed_them_over(
    client: httpx.AsyncClient,
    as_admin: dict[str, str],
    make_hall: Any,
    make_event: Any,
    book: Any,
    at: Any,
    rows: Any,
) -> None:
    hall, event = await make_hall("Hall"), await make_event("Gala", organizer=CUSTOMER)
    key = (await book(hall.calendar_id, event, at(10), at(12)))["scheduledEventId"]
    body = {"title": "Gala", "organizerId": str(OTHER_CUSTOMER.user_id)}
    assert (await client.put(f"/api/events/{event}", json=body, headers=as_admin)).status_code == 200
    assert await rows(
        "SELECT version, modified_by, modified_at > created_at AS later FROM scheduled_events"
    ) == [{"version": 2, "modified_by": ADMIN.user_id, "later": True}]
    stale = await client.delete(f"/api/schedules/{key}", headers=as_admin | {"If-Match": '"1"'})
    assert stale.status_code == 412
