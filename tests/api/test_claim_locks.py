"""Who rewrites many claims at once locks them in id order; handing an event over waits for its calendars."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from api.bootstrap import Callboard
from api.features.update_event import UpdateEvent
from persistence.booking_store import Question, cancel_booking, look
from persistence.repositories import claims, events
from persistence.repositories.bookings import find_booking
from persistence.unit_of_work import UnitOfWork
from tests.api.people import ADMIN, CUSTOMER

_LOCK = text("SELECT FROM claims WHERE claim_id = :claim FOR UPDATE")
_LOCK_NOW = text("SELECT FROM claims WHERE claim_id = :claim FOR UPDATE NOWAIT")
_WAITING = (
    "SELECT count(*) AS n FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
_MAKE_LAST_FIRST = (
    "UPDATE claims SET claim_id = '00000000-0000-7000-8000-000000000000' WHERE claim_id ="
    " (SELECT claim_id FROM claims ORDER BY scheduled_event_id DESC, resource_id DESC LIMIT 1)"
)
"""The claim that every index and the table itself have last gets the least id."""

Write = Callable[[UnitOfWork, UUID, list[UUID], UUID], Awaitable[None]]


async def _cancel(uow: UnitOfWork, _resource: UUID, bookings: list[UUID], _event: UUID) -> None:
    await cancel_booking(uow, await find_booking(uow, bookings[0]))


WRITES: dict[str, Write] = {
    "relax": lambda uow, resource, bookings, _: claims.relax(uow, resource, bookings),
    "relax_all": lambda uow, _, bookings, __: claims.relax_all(uow, bookings),
    "enforce": lambda uow, resource, bookings, _: claims.enforce(uow, resource, bookings),
    "hand_over": lambda uow, _, __, event: events.hand_over_bookings(uow, event, CUSTOMER.user_id),
    "cancel": _cancel,
}


@pytest.fixture
def until_one_waits(rows: Any) -> Callable[[asyncio.Task[Any]], Awaitable[None]]:
    """Until the task's transaction waits for a lock; fails when it ends without."""

    async def wait(task: asyncio.Task[Any]) -> None:
        async with asyncio.timeout(20):
            while (await rows(_WAITING))[0]["n"] == 0:
                assert not task.done(), "it waited for nobody"
                await asyncio.sleep(0.01)

    return wait


@pytest.mark.parametrize("what", WRITES)
async def test_claims_are_locked_in_id_order(
    service: Callboard,
    make_hall: Any,
    make_resource: Any,
    make_event: Any,
    book: Any,
    at: Any,
    rows: Any,
    owner_execute: Any,
    until_one_waits: Any,
    what: str,
) -> None:
    """Who waits for the first claim has not locked the second, which every scan comes to before."""
    hall, event = await make_hall("Hall"), await make_event("Gala")
    uses = [{"resourceId": await make_resource("Microphone")}] if what == "cancel" else []
    hours = [10] if what == "cancel" else [10, 12]
    bookings = [
        UUID(
            (await book(hall.calendar_id, event, at(hour), at(hour + 2), resources=uses))["scheduledEventId"]
        )
        for hour in hours
    ]
    owner_execute(_MAKE_LAST_FIRST)
    in_order = [row["claim_id"] for row in await rows("SELECT claim_id FROM claims ORDER BY claim_id")]
    assert [row["claim_id"] for row in await rows("SELECT claim_id FROM claims")] == in_order[::-1]
    first, second = in_order

    async def write() -> None:
        async with service.database.unit_of_work(ADMIN) as uow:
            await WRITES[what](uow, UUID(hall.resource_id), bookings, UUID(event))

    async with service.database.unit_of_work(ADMIN) as holder:
        await holder.connection.execute(_LOCK, {"claim": first})
        writing = asyncio.create_task(write())
        await until_one_waits(writing)
        async with service.database.unit_of_work(ADMIN) as other:
            await other.connection.execute(_LOCK_NOW, {"claim": second})
    await writing


@pytest.mark.parametrize("what", ["calendars", "resources"])
async def test_a_hand_over_waits_for_what_the_bookings_use(
    service: Callboard,
    make_hall: Any,
    make_resource: Any,
    make_event: Any,
    book: Any,
    at: Any,
    rows: Any,
    until_one_waits: Any,
    what: str,
) -> None:
    hall, microphone = await make_hall("Hall"), await make_resource("Microphone")
    event = await make_event("Gala")
    await book(hall.calendar_id, event, at(10), at(12), resources=[{"resourceId": microphone}])
    held = {
        "calendars": Question([UUID(hall.calendar_id)], ()),
        "resources": Question((), (), [UUID(microphone)]),
    }[what]

    async with service.database.unit_of_work(ADMIN) as holder:
        await look(holder, held)
        command = UpdateEvent(UUID(event), "Gala", CUSTOMER.user_id)
        handing = asyncio.create_task(service.bus.send(command, ADMIN))
        await until_one_waits(handing)
        assert await rows("SELECT claim_id FROM claims FOR UPDATE NOWAIT") != []
        assert await rows("SELECT event_id FROM events FOR UPDATE NOWAIT") != []
    await handing
    assert await rows("SELECT DISTINCT owner_id FROM claims") == [{"owner_id": CUSTOMER.user_id}]


async def test_a_hand_over_starts_again_when_a_booking_elsewhere_came_in(
    service: Callboard,
    make_hall: Any,
    make_event: Any,
    book: Any,
    at: Any,
    rows: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The booking comes after the locks on what was used before, and on a calendar that is not among them."""
    hall, cellar, event = await make_hall("Hall"), await make_hall("Cellar"), await make_event("Gala")
    await book(hall.calendar_id, event, at(10), at(12))
    real, attempts = events.lock, []

    async def late(uow: UnitOfWork, event_id: UUID) -> Any:
        attempts.append(event_id)
        if len(attempts) == 1:
            await book(cellar.calendar_id, event, at(10), at(12))
        return await real(uow, event_id)

    monkeypatch.setattr(events, "lock", late)
    await service.bus.send(UpdateEvent(UUID(event), "Gala", CUSTOMER.user_id), ADMIN)
    assert len(attempts) == 2
    assert await rows("SELECT owner_id, count(*) AS n FROM claims GROUP BY 1") == [
        {"owner_id": CUSTOMER.user_id, "n": 2}
    ]
