"""Detection while others book: nothing is missed, nothing is recorded twice, nothing deadlocks."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from tests.api.bookings import booking

BOOKINGS = 16


async def test_detection_and_bookings_do_not_miss_each_other(
    client: httpx.AsyncClient,
    as_manager: dict[str, str],
    make_hall: Any,
    make_resource: Any,
    make_event: Any,
    rows: Any,
) -> None:
    """Everybody books one person, from a hall each, while detection goes over all halls again and again."""
    ada = await make_resource("Ada", "Staff")
    halls = [await make_hall(f"Hall {number}") for number in range(BOOKINGS)]
    event = await make_event("Show")

    async def book(calendar_id: str) -> int:
        body = booking(event, calendar_id, resources=[{"resourceId": ada}])
        return (await client.post("/api/schedules", json=body, headers=as_manager)).status_code

    async def detect() -> dict[str, int]:
        answer = await client.post("/api/schedules/conflicts/detect", headers=as_manager)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def keep_detecting() -> list[dict[str, int]]:
        return [await detect() for _ in range(6)]

    booked, *detections = await asyncio.gather(
        asyncio.gather(*(book(hall.calendar_id) for hall in halls)), keep_detecting(), keep_detecting()
    )

    assert booked == [201] * BOOKINGS
    pairs = BOOKINGS * (BOOKINGS - 1) // 2
    assert [(one["detected"], one["resolved"]) for many in detections for one in many] == [(0, 0)] * 12
    assert await detect() == {"detected": 0, "resolved": 0, "open": pairs}
    on_record = await rows("SELECT status, count(*) AS number FROM schedule_conflicts GROUP BY status")
    assert on_record == [{"status": 0, "number": pairs}]
