"""A receiver that is slow or was down holds up nobody else, and what it missed is not forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from api.bootstrap import Callboard, wire
from api.delivery import backoff
from api.delivery.relay import Relay
from api.delivery.turns import Turns
from api.delivery.webhook_delivery import WebhookDelivery
from api.delivery.webhook_sender import WebhookSender
from api.jobs import redeliver
from api.jobs.redeliver import Redelivery
from api.jobs.retention import clear
from api.settings import Settings
from persistence.database import Database
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds, SystemClock
from tests.api.bookings import at, booking
from tests.api.delivery.receiver import Receiver
from tests.api.waiting import eventually

Headers = dict[str, str]
BOOKED, REFUSED = "EventScheduledOnCalendar", "OverbookingPreventedBySystem"


@pytest.fixture
async def slow() -> AsyncIterator[Receiver]:
    """It answers when its gate is opened."""
    receiver = Receiver(gate=asyncio.Event())
    await receiver.start()
    yield receiver
    receiver.gate.set()
    await receiver.stop()


@pytest.fixture
async def worker_database(urls: EmbeddedUrls) -> AsyncIterator[Database]:
    database = Database(urls.worker, SystemClock(), RandomIds(), pool_size=5)
    yield database
    await database.close()


@pytest.fixture
async def delivery(
    worker_database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[WebhookDelivery]:
    """Deliveries made one by one, at once whatever failed before."""
    monkeypatch.setattr(backoff, "_FIRST_REST", timedelta())
    service = wire(settings, worker_database)
    async with WebhookSender(service.address_guard, 10) as sender:
        turns = Turns(worker_database.clock, 5)
        yield WebhookDelivery(worker_database, service.webhook_secrets, sender, timedelta(days=5), turns)
    await service.close()


@pytest.fixture
def book_some(make_hall: Any, make_event: Any, book: Any) -> Callable[[int], Any]:
    """So many bookings, in order, on a hall that takes one at a time."""

    async def make(count: int) -> tuple[str, str]:
        hall, event = await make_hall("Ballroom"), await make_event("Gala")
        for number in range(count):
            await book(hall.calendar_id, event, at(number), at(number + 1))
        return hall.calendar_id, event

    return make


@pytest.mark.usefixtures("worker")
async def test_a_slow_receiver_leaves_room_for_others(
    hook: Any,
    slow: Receiver,
    receiver: Receiver,
    client: httpx.AsyncClient,
    as_manager: Headers,
    book_some: Any,
) -> None:
    await hook(url=slow.url, factTypes=[BOOKED])
    await hook(factTypes=[REFUSED])
    calendar, event = await book_some(8)
    await eventually(lambda: len(slow.got) >= 5)
    refused = await client.post("/api/schedules", json=booking(event, calendar, 0, 1), headers=as_manager)
    assert refused.status_code == 409
    await eventually(lambda: receiver.got)
    assert len(slow.got) == 5
    slow.gate.set()
    await eventually(lambda: len({one.fact["sequence"] for one in slow.got}) == 8)


async def test_turns_follow_each_other_as_fast_as_they_are_taken() -> None:
    class Clock:
        moment = SystemClock().now()

        def now(self) -> Any:
            return self.moment

    clock = Clock()
    turns = Turns(clock, 2)
    one, other = UUID(int=1), UUID(int=2)
    with turns.place(one):
        assert turns.later(one) is None
        with turns.place(one):
            clock.moment += timedelta(seconds=10)
        with turns.place(one):
            waits = [turns.later(one) for _ in range(2)]
            assert [wait - clock.moment for wait in waits if wait] == [
                timedelta(seconds=5),
                timedelta(seconds=10),
            ]
            assert turns.later(other) is None
        assert turns.later(one) is None


async def state_of(client: httpx.AsyncClient, key: str, headers: Headers) -> tuple[str, int | None]:
    body = (await client.get(f"/api/webhooks/{key}", headers=headers)).json()
    return body["status"], body.get("failingSequence")


async def test_the_earliest_fact_that_failed_is_named_until_it_arrives(
    hook: Any,
    receiver: Receiver,
    client: httpx.AsyncClient,
    as_manager: Headers,
    book_some: Any,
    worker_database: Database,
    delivery: WebhookDelivery,
    owner_execute: Any,
) -> None:
    key = (await hook(factTypes=[BOOKED]))["webhookId"]
    await book_some(4)
    await Relay(worker_database, None).publish()
    receiver.answers = [500, 500, 200, 200, 200, 200]
    done = "DELETE FROM procrastinate_jobs"
    tried = "UPDATE procrastinate_jobs SET args = jsonb_set(args, '{attempt}', '1')"
    for sequence in (3, 1):
        assert await delivery.deliver(UUID(key), sequence, 0) is not None
    assert await state_of(client, key, as_manager) == ("Failing", 1)
    await asyncio.to_thread(owner_execute, f"{tried} WHERE args ->> 'sequence' IN ('1', '3')")
    told = []
    for sequence in (2, 1, 4, 3):
        assert await delivery.deliver(UUID(key), sequence, sequence % 2) is None
        await asyncio.to_thread(owner_execute, f"{done} WHERE args ->> 'sequence' = '{sequence}'")
        told.append(await state_of(client, key, as_manager))
    assert told == [("Active", 1), ("Active", 3), ("Active", 3), ("Active", None)]


async def test_one_redelivery_at_a_time(
    hook: Any, client: httpx.AsyncClient, as_manager: Headers, owner_execute: Any
) -> None:
    first, second = [(await hook())["webhookId"] for _ in range(2)]
    asked = [
        (await client.post(f"/api/webhooks/{key}/redeliver", json={"afterSequence": 0}, headers=as_manager))
        for key in (first, first, second)
    ]
    assert [one.status_code for one in asked] == [202, 409, 202]
    assert "earlier redelivery" in asked[1].json()["detail"]
    await asyncio.to_thread(owner_execute, "UPDATE procrastinate_jobs SET status = 'failed'")
    path = f"/api/webhooks/{first}/redeliver"
    again = await client.post(path, json={"afterSequence": 0}, headers=as_manager)
    assert again.status_code == 202


async def test_a_redelivery_waits_while_the_webhook_has_enough_to_take(
    hook: Any, book_some: Any, worker_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redeliver, "_BATCH", 3)
    key = UUID((await hook(factTypes=[BOOKED]))["webhookId"])
    await book_some(2)
    await Relay(worker_database, None).publish()
    redelivery = Redelivery(worker_database)

    async def waiting() -> list[tuple[str, int]]:
        statement = text(
            "SELECT task_name, coalesce(args ->> 'sequence', args ->> 'after')::int FROM procrastinate_jobs"
            " WHERE status = 'todo' ORDER BY id"
        )
        async with worker_database.engine.connect() as connection:
            return [(row[0], row[1]) for row in await connection.execute(statement)]

    deliver = "deliver_to_webhook"
    before = [(deliver, 1), (deliver, 2)]
    assert await waiting() == before
    assert await redelivery.leave_jobs(key, 0, 2) is None
    after = [*before, (deliver, 1), (deliver, 2)]
    assert await waiting() == after
    come_back = await redelivery.leave_jobs(key, 0, 2)
    assert come_back is not None
    assert come_back > worker_database.clock.now()
    assert await waiting() == after


async def test_a_fact_that_a_delivery_waits_for_is_kept(
    hook: Any,
    book_some: Any,
    worker_database: Database,
    service: Callboard,
    facts_left: Any,
    owner_execute: Any,
) -> None:
    """However short CALLBOARD_FACT_RETENTION_DAYS is: a receiver may be down for longer."""
    await hook(factTypes=[BOOKED])
    await book_some(3)
    await Relay(worker_database, None).publish()
    await asyncio.to_thread(
        owner_execute,
        "UPDATE outbox SET published_at = now() - interval '400 days';"
        " UPDATE relay_positions SET sequence = 3 WHERE name = 'notices';"
        " DELETE FROM procrastinate_jobs WHERE args ->> 'sequence' = '1'",
    )
    worker = wire(service.settings, worker_database)
    assert (await clear(worker))["facts"] == 1
    assert facts_left() == [BOOKED] * 2
    await asyncio.to_thread(owner_execute, "UPDATE procrastinate_jobs SET status = 'failed'")
    assert (await clear(worker))["facts"] == 2
    await worker.close()
