"""A changed capacity, setup or exemption: claims and conflicts of what is booked already (DESIGN 4.7)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.booking.reassess import alone
from domain.conflicts import Usage
from domain.time_slot import TimeSlot

EPOCH = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class House:
    """What the tests do to a house and see of it."""

    client: httpx.AsyncClient
    headers: dict[str, str]
    rows: Callable[..., Awaitable[list[dict[str, Any]]]]
    make_event: Callable[..., Awaitable[str]]
    make_booking: Callable[..., Awaitable[dict[str, Any]]]

    async def book(self, calendar_id: str, start: str, end: str, **fields: Any) -> str:
        """A booking of an event of its own; its id."""
        booking = await self.make_booking(calendar_id, await self.make_event("E"), start, end, **fields)
        return str(booking["scheduledEventId"])

    async def set_calendar(self, hall: Any, **fields: Any) -> None:
        answer = await self.client.put(
            f"/api/calendars/{hall.calendar_id}", json={"name": "Hall", **fields}, headers=self.headers
        )
        assert answer.status_code == 200, answer.text

    async def set_resource(self, resource_id: str, **fields: Any) -> None:
        answer = await self.client.put(
            f"/api/resources/{resource_id}", json={"name": "R", **fields}, headers=self.headers
        )
        assert answer.status_code == 200, answer.text

    async def conflicts(self) -> list[tuple[str, str, int, int, int, int | None]]:
        """Later booking, earlier booking, type, level, status and resolution method of every conflict."""
        found = await self.rows(
            "SELECT scheduled_event_id::text, conflicting_event_id::text, conflict_type, conflict_level,"
            " status, resolution_method FROM schedule_conflicts ORDER BY 1, 2, 3, 5"
        )
        return [tuple(row.values()) for row in found]  # type: ignore[misc]

    async def enforced(self, resource_id: str) -> set[str]:
        """The bookings whose claim on the resource is under the exclusion constraint."""
        found = await self.rows(
            "SELECT scheduled_event_id::text AS id FROM claims WHERE resource_id = :r AND enforced",
            r=UUID(resource_id),
        )
        return {row["id"] for row in found}

    async def during(self, resource_id: str) -> dict[str, tuple[str, str]]:
        """What each booking's claim on the resource takes, in UTC."""
        found = await self.rows(
            "SELECT scheduled_event_id::text AS id, lower(during) AS s, upper(during) AS e FROM claims"
            " WHERE resource_id = :r",
            r=UUID(resource_id),
        )
        return {row["id"]: (_z(row["s"]), _z(row["e"])) for row in found}


def _z(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def _moved(table: str, booking: str, start_hour: int, end_hour: int) -> str:
    """A statement that moves a booking to hours around the present one."""
    return (
        f"UPDATE {table} SET during = tstzrange(date_trunc('hour', now()) + interval '{start_hour}h',"  # noqa: S608
        f" date_trunc('hour', now()) + interval '{end_hour}h') WHERE scheduled_event_id = '{booking}'"
    )


@pytest.fixture
def house(
    client: httpx.AsyncClient, as_admin: dict[str, str], rows: Any, make_event: Any, book: Any
) -> House:
    return House(client, as_admin, rows, make_event, book)


VENUE_DETECTED = (2, 4, 0, None)
VENUE_RESOLVED = (2, 4, 2, 1)


async def test_a_smaller_hall_makes_a_conflict_and_a_larger_one_resolves_it(
    house: House, make_hall: Any, at: Any, facts_left: Any
) -> None:
    hall = await make_hall("Hall", 2)
    first = await house.book(hall.calendar_id, at(9), at(12))
    second = await house.book(hall.calendar_id, at(10), at(11))
    alone_there = await house.book(hall.calendar_id, at(12), at(13))
    assert await house.conflicts() == []
    assert await house.enforced(hall.resource_id) == set()

    await house.set_calendar(hall, maxConcurrentEvents=1)
    assert await house.conflicts() == [(second, first, *VENUE_DETECTED)]
    assert await house.enforced(hall.resource_id) == {alone_there}

    await house.set_calendar(hall, maxConcurrentEvents=2)
    assert await house.conflicts() == [(second, first, *VENUE_RESOLVED)]
    assert await house.enforced(hall.resource_id) == set()

    await house.set_calendar(hall, maxConcurrentEvents=1)
    assert await house.conflicts() == [(second, first, *VENUE_DETECTED)]
    assert [one for one in facts_left() if one.startswith("ScheduleConflict")] == [
        "ScheduleConflictDetected",
        "ScheduleConflictResolved",
        "ScheduleConflictDetected",
    ]


async def test_a_change_that_touches_no_capacity_leaves_conflicts_alone(
    house: House, make_hall: Any, at: Any
) -> None:
    hall = await make_hall("Hall", 2)
    await house.book(hall.calendar_id, at(9), at(12))
    await house.book(hall.calendar_id, at(10), at(11))
    await house.set_calendar(hall, maxConcurrentEvents=2, description="new")
    assert await house.conflicts() == []


async def test_three_at_once_where_two_fit(house: House, make_hall: Any, at: Any) -> None:
    hall = await make_hall("Hall", 3)
    a, b, c = [await house.book(hall.calendar_id, at(9), at(12)) for _ in range(3)]
    await house.set_calendar(hall, maxConcurrentEvents=2)
    every_pair = [(b, a, *VENUE_DETECTED), (c, a, *VENUE_DETECTED), (c, b, *VENUE_DETECTED)]
    assert await house.conflicts() == sorted(every_pair)


async def test_a_cancelled_booking_is_in_nobodys_way(
    house: House, make_hall: Any, at: Any, client: httpx.AsyncClient, as_manager: dict[str, str]
) -> None:
    hall = await make_hall("Hall", 2)
    first = await house.book(hall.calendar_id, at(9), at(12))
    second = await house.book(hall.calendar_id, at(10), at(11))
    assert (await client.delete(f"/api/schedules/{first}", headers=as_manager)).status_code == 204
    await house.set_calendar(hall, maxConcurrentEvents=1)
    assert await house.conflicts() == []
    assert await house.enforced(hall.resource_id) == {second}


async def test_allowing_overbooking_and_forbidding_it_again(house: House, make_hall: Any, at: Any) -> None:
    hall = await make_hall("Hall")
    first = await house.book(hall.calendar_id, at(9), at(12))
    other = await house.book(hall.calendar_id, at(13), at(14))
    assert await house.enforced(hall.resource_id) == {first, other}

    await house.set_calendar(hall, allowOverbooking=True)
    assert await house.enforced(hall.resource_id) == set()
    second = await house.book(hall.calendar_id, at(10), at(11))
    assert await house.conflicts() == [(second, first, *VENUE_DETECTED)]

    await house.set_calendar(hall, allowOverbooking=False)
    assert await house.enforced(hall.resource_id) == {other}
    assert await house.conflicts() == [(second, first, *VENUE_DETECTED)]


async def test_an_exemption_reaches_the_other_venues_its_bookings_claim(
    house: House, make_hall: Any, at: Any
) -> None:
    hall, foyer = await make_hall("Hall"), await make_hall("Foyer")
    both = await house.book(
        hall.calendar_id, at(9), at(12), resources=[{"resourceId": foyer.resource_id, "role": "Secondary"}]
    )
    own = await house.book(foyer.calendar_id, at(12), at(13))
    assert await house.enforced(foyer.resource_id) == {both, own}
    await house.set_calendar(hall, allowOverbooking=True)
    assert await house.enforced(foyer.resource_id) == {own}
    await house.set_calendar(hall, allowOverbooking=False)
    assert await house.enforced(foyer.resource_id) == {both, own}


async def test_setup_grows_into_a_neighbour_and_shrinks_again(house: House, make_hall: Any, at: Any) -> None:
    hall = await make_hall("Hall")
    morning = await house.book(hall.calendar_id, at(9), at(11))
    noon = await house.book(hall.calendar_id, at(11), at(13))
    evening = await house.book(hall.calendar_id, at(18), at(20))

    await house.set_resource(hall.resource_id, setupMinutes=30)
    assert await house.during(hall.resource_id) == {
        morning: (at(8, 30), at(11)),
        noon: (at(10, 30), at(13)),
        evening: (at(17, 30), at(20)),
    }
    assert await house.conflicts() == [(noon, morning, *VENUE_DETECTED)]
    assert await house.enforced(hall.resource_id) == {evening}

    await house.set_resource(hall.resource_id)
    assert await house.during(hall.resource_id) == {
        morning: (at(9), at(11)),
        noon: (at(11), at(13)),
        evening: (at(18), at(20)),
    }
    assert await house.conflicts() == [(noon, morning, *VENUE_RESOLVED)]
    assert await house.enforced(hall.resource_id) == {morning, noon, evening}


async def test_setup_becomes_teardown_between_tightly_packed_bookings(
    house: House, make_hall: Any, at: Any
) -> None:
    hall = await make_hall("Hall", setup_minutes=60)
    booked = {await house.book(hall.calendar_id, at(hour), at(hour + 1)) for hour in (9, 11, 13, 15)}
    await house.set_resource(hall.resource_id, teardownMinutes=60)
    assert await house.enforced(hall.resource_id) == booked
    assert await house.conflicts() == []
    assert min((await house.during(hall.resource_id)).values()) == (at(9), at(11))


async def test_fewer_microphones(house: House, make_hall: Any, make_resource: Any, at: Any) -> None:
    microphones = await make_resource("Microphones", quantity=12)
    claim = {"resourceId": microphones, "role": "Secondary", "quantity": 5}
    halls = [await make_hall(name) for name in ("Hall", "Attic")]
    first, second = [await house.book(hall.calendar_id, at(9), at(10), resources=[claim]) for hall in halls]
    await house.set_resource(microphones, quantity=9)
    assert await house.conflicts() == [(second, first, 4, 2, 0, None)]
    await house.set_resource(microphones, quantity=10)
    assert await house.conflicts() == [(second, first, 4, 2, 2, 1)]


async def test_a_departments_calendar_has_a_limit_of_its_own(house: House, create: Any, at: Any) -> None:
    @dataclass
    class Department:
        calendar_id: str

    body = await create("/api/calendars", name="Sales", calendar_type="Department", max_concurrent_events=2)
    sales = Department(body["calendarId"])
    first = await house.book(sales.calendar_id, at(9), at(12))
    second = await house.book(sales.calendar_id, at(10), at(11))
    await house.set_calendar(sales, maxConcurrentEvents=1)
    assert await house.conflicts() == [(second, first, 0, 3, 0, None)]
    await house.set_calendar(sales, maxConcurrentEvents=2)
    assert await house.conflicts() == [(second, first, 0, 3, 2, 1)]


async def test_a_hold_is_never_enforced_and_its_overlap_vanishes(
    house: House, make_hall: Any, at: Any
) -> None:
    hall = await make_hall("Hall")
    hold = await house.book(hall.calendar_id, at(9), at(12), status="Tentative")
    firm = await house.book(hall.calendar_id, at(10), at(11))
    assert await house.conflicts() == [(firm, hold, 0, 1, 0, None)]
    await house.set_calendar(hall, maxConcurrentEvents=2)
    assert await house.conflicts() == [(firm, hold, 0, 1, 2, 1)]
    await house.set_calendar(hall, maxConcurrentEvents=1)
    assert await house.conflicts() == [(firm, hold, 0, 1, 0, None)]
    assert await house.enforced(hall.resource_id) == {firm}


async def test_an_overlap_with_a_hold_goes_resource_by_resource(
    house: House, make_hall: Any, make_resource: Any, at: Any
) -> None:
    hall, projector = await make_hall("Hall"), await make_resource("Projector")
    claim = [{"resourceId": projector, "role": "Secondary"}]
    hold = await house.book(hall.calendar_id, at(9), at(12), status="Tentative", resources=claim)
    firm = await house.book(hall.calendar_id, at(10), at(11), resources=claim)
    detected, resolved = (firm, hold, 0, 1, 0, None), (firm, hold, 0, 1, 2, 1)
    assert await house.conflicts() == [detected, detected]
    await house.set_calendar(hall, maxConcurrentEvents=2)
    assert await house.conflicts() == [detected, resolved]
    await house.set_resource(projector, quantity=2)
    assert await house.conflicts() == [resolved, resolved]


async def _past_and_running(house: House, hall: Any, at: Any, owner_execute: Any) -> tuple[str, str]:
    """Two bookings back to back: one ended two hours ago, the other has two hours to go."""
    past = await house.book(hall.calendar_id, at(9), at(11))
    running = await house.book(hall.calendar_id, at(11), at(13))
    owner_execute(_moved("claims", past, -3, -2))
    owner_execute(_moved("claims", running, -2, 2))
    owner_execute(_moved("scheduled_events", past, -3, -2))
    owner_execute(_moved("scheduled_events", running, -2, 2))
    return past, running


async def test_what_is_over_stays_as_it_was(
    house: House, make_hall: Any, at: Any, owner_execute: Any
) -> None:
    hall = await make_hall("Hall")
    past, running = await _past_and_running(house, hall, at, owner_execute)
    before = await house.during(hall.resource_id)
    start, end = (datetime.fromisoformat(one) for one in before[running])

    await house.set_resource(hall.resource_id, setupMinutes=60)
    after = await house.during(hall.resource_id)
    assert after == {past: before[past], running: (_z(start - timedelta(hours=1)), _z(end))}
    # They overlap now, but only in the past: no conflict, and yet not both under the constraint.
    assert await house.conflicts() == []
    assert await house.enforced(hall.resource_id) == {past}

    await house.set_resource(hall.resource_id, teardownMinutes=60)
    after = await house.during(hall.resource_id)
    assert after == {past: before[past], running: (_z(start), _z(end + timedelta(hours=1)))}
    assert await house.enforced(hall.resource_id) == {past, running}


async def test_what_is_over_is_not_put_under_the_constraint(
    house: House, make_hall: Any, at: Any, owner_execute: Any
) -> None:
    hall = await make_hall("Hall", 2)
    _, running = await _past_and_running(house, hall, at, owner_execute)
    await house.set_calendar(hall, maxConcurrentEvents=1)
    assert await house.enforced(hall.resource_id) == {running}


async def test_a_venue_that_is_claimed_already_gets_a_smaller_calendar(
    house: House, make_hall: Any, make_resource: Any, create: Any, at: Any
) -> None:
    foyer = await make_resource("Foyer", "Venue", quantity=2)
    claim = [{"resourceId": foyer, "role": "Secondary"}]
    halls = [await make_hall(name) for name in ("Hall", "Attic")]
    first, second = [await house.book(hall.calendar_id, at(9), at(10), resources=claim) for hall in halls]
    await create(
        "/api/calendars", name="Foyer", calendar_type="Venue", owner_id=foyer, max_concurrent_events=1
    )
    assert await house.conflicts() == [(second, first, *VENUE_DETECTED)]


async def test_a_dry_run_reassesses_nothing(
    house: House, make_hall: Any, at: Any, client: httpx.AsyncClient, as_admin: dict[str, str]
) -> None:
    hall = await make_hall("Hall", 2)
    for _ in range(2):
        await house.book(hall.calendar_id, at(9), at(10))
    path = f"/api/calendars/{hall.calendar_id}?dryRun=true"
    answer = await client.put(path, json={"name": "Hall", "maxConcurrentEvents": 1}, headers=as_admin)
    assert answer.json()["maxConcurrentEvents"] == 1
    assert await house.conflicts() == []


async def test_bookings_race_with_a_changing_capacity(house: House, make_hall: Any, at: Any) -> None:
    hall = await make_hall("Hall")
    events = [await house.make_event("E") for _ in range(16)]

    async def book(event: str, hour: int) -> int:
        body = {
            "eventId": event,
            "calendarId": hall.calendar_id,
            "startDateTime": at(hour),
            "endDateTime": at(hour + 1),
            "timeZone": "UTC",
        }
        answer = await house.client.post("/api/schedules", json=body, headers=house.headers)
        return answer.status_code

    async def change() -> None:
        for maximum in (2, 1, 2, 1):
            await house.set_calendar(hall, maxConcurrentEvents=maximum)

    results = await asyncio.gather(change(), *(book(event, n % 4) for n, event in enumerate(events)))
    assert set(results[1:]) <= {201, 409}
    pairs = await house.rows(
        "SELECT later.scheduled_event_id::text AS l, earlier.scheduled_event_id::text AS e"
        " FROM claims later JOIN claims earlier ON later.during && earlier.during"
        " AND (later.created_at, later.scheduled_event_id) > (earlier.created_at, earlier.scheduled_event_id)"
    )
    open_conflicts = {one[:2] for one in await house.conflicts() if one[4] == 0}
    assert open_conflicts == {(pair["l"], pair["e"]) for pair in pairs}
    crowded = {booking for pair in pairs for booking in pair.values()}
    booked = set(await house.during(hall.resource_id))
    assert await house.enforced(hall.resource_id) == booked - crowded


@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.integers(1, 8), st.booleans()),
        max_size=12,
    )
)
def test_alone_is_what_a_comparison_of_all_pairs_says(some: list[tuple[int, int, bool]]) -> None:
    usages = [
        Usage(
            UUID(int=number),
            TimeSlot(EPOCH + timedelta(hours=start), EPOCH + timedelta(hours=start + length)),
            EPOCH,
            is_hold=is_hold,
        )
        for number, (start, length, is_hold) in enumerate(some)
    ]
    firm = [one for one in usages if not one.is_hold]
    assert alone(usages) == {
        one.scheduled_event_id
        for one in firm
        if not any(one is not other and one.during.overlaps(other.during) for other in firm)
    }
