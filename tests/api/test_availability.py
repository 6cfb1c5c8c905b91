"""Whether resources are free, why not, and that a check says what a booking is told (SCH-030..034)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from api.cache.kind import CacheKind
from api.settings import Settings
from tests.api.bookings import at, booking
from tests.api.people import CUSTOMER, STAFF

Headers = dict[str, str]
Get = Callable[..., Awaitable[httpx.Response]]
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A service that looks for no fixes: refusals are asked for by the dozen here."""
    return Settings(home=tmp_path, solve_seconds=0.001)


def every_day(start: str, end: str) -> dict[str, list[dict[str, str]]]:
    return {day: [{"start": start, "end": end}] for day in DAYS}


def free(start: float, end: float, duration: str) -> dict[str, Any]:
    return {"startDateTime": at(start), "endDateTime": at(end), "duration": duration, "isAvailable": True}


@pytest.fixture
def get(client: httpx.AsyncClient, as_manager: Headers) -> Get:
    """A resource's availability or, with `of="/slots"`, its slots."""

    async def read(
        resource_id: str,
        start: float,
        end: float,
        *,
        of: str = "",
        headers: Headers = as_manager,
        **more: Any,
    ) -> httpx.Response:
        params = {"from": at(start), "to": at(end), **more}
        return await client.get(
            f"/api/resources/{resource_id}/availability{of}", params=params, headers=headers
        )

    return read


@pytest.fixture
def check(client: httpx.AsyncClient, as_manager: Headers) -> Get:
    """POST a check of a resource."""

    async def post(
        resource_id: str, start: float, end: float, *, headers: Headers = as_manager, **more: Any
    ) -> httpx.Response:
        body = {"resourceId": resource_id, "startDateTime": at(start), "endDateTime": at(end), **more}
        return await client.post("/api/resources/availability/check", json=body, headers=headers)

    return post


async def test_a_day_with_a_wedding(
    get: Get, make_hall: Any, make_event: Any, book: Any, close: Any, rows: Any
) -> None:
    hall = await make_hall("Grand Ballroom", workingHours=every_day("08:00", "23:00"), time_zone="UTC")
    await book(hall.calendar_id, await make_event("Wedding Reception"), at(12), at(18))
    close(hall.resource_id, at(20), at(21), "Repairs")
    (closure,) = await rows("SELECT resource_availability_id AS id FROM resource_availability")

    answer = await get(hall.resource_id, 0, 24)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == {
        "resourceId": hall.resource_id,
        "resourceName": "Grand Ballroom",
        "resourceType": "Venue",
        "checkStartTime": at(0),
        "checkEndTime": at(24),
        "quantity": 1,
        "bufferMinutes": 15,
        "isAvailable": False,
        "unavailableReason": "Closed: Repairs",
        "reasons": [
            {"code": "Closed", "detail": "Closed: Repairs", "refuses": True, "until": at(21)},
            {
                "code": "OutsideWorkingHours",
                "detail": "Outside its working hours",
                "refuses": True,
                "until": at(8),
            },
            {
                "code": "Booked",
                "detail": "Already booked for Wedding Reception",
                "refuses": True,
                "until": at(18),
            },
        ],
        "availableSlots": [free(8, 11.75, "03:45:00"), free(18.25, 20, "01:45:00"), free(21, 23, "02:00:00")],
        "closures": [
            {
                "resourceAvailabilityId": str(closure["id"]),
                "startDateTime": at(20),
                "endDateTime": at(21),
                "isAvailable": False,
                "unavailableReason": "Repairs",
            }
        ],
    }


async def test_what_is_available_says_nothing_else(check: Get, make_hall: Any) -> None:
    hall = await make_hall("Ballroom")
    answer = await check(hall.resource_id, 9, 11)
    assert answer.json() == {
        "resourceId": hall.resource_id,
        "resourceName": "Ballroom",
        "resourceType": "Venue",
        "checkStartTime": at(9),
        "checkEndTime": at(11),
        "quantity": 1,
        "bufferMinutes": 15,
        "isAvailable": True,
        "availableSlots": [free(9, 11, "02:00:00")],
    }


async def test_a_check_keeps_a_buffer_unless_told_otherwise(
    check: Get, make_hall: Any, make_event: Any, book: Any
) -> None:
    hall = await make_hall("Ballroom")
    await book(hall.calendar_id, await make_event("Wedding"), at(12), at(14))
    near = (await check(hall.resource_id, 14, 15)).json()
    assert (near["isAvailable"], near["unavailableReason"]) == (False, "Within 15 minutes of Wedding")
    assert near["reasons"] == [
        {"code": "Buffer", "detail": "Within 15 minutes of Wedding", "refuses": False, "until": at(14)}
    ]
    assert (await check(hall.resource_id, 14, 15, bufferMinutes=0)).json()["isAvailable"] is True
    wide = (await check(hall.resource_id, 14.5, 15, bufferMinutes=60)).json()
    assert wide["unavailableReason"] == "Within 60 minutes of Wedding"


async def test_pools_are_checked_by_quantity(
    check: Get, make_hall: Any, make_resource: Any, make_event: Any, book: Any
) -> None:
    hall, mikes = await make_hall("Ballroom"), await make_resource("Microphones", quantity=12)
    resources = [{"resourceId": mikes, "quantity": 9}]
    await book(hall.calendar_id, await make_event("Gala"), at(9), at(10), resources=resources)
    assert (await check(mikes, 9, 10, quantity=3)).json()["isAvailable"] is True
    short = (await check(mikes, 9, 10, quantity=4)).json()
    assert [(one["code"], one["detail"], one["refuses"]) for one in short["reasons"]] == [
        ("OverCapacity", "Only 3 of 12 are free", False)
    ]
    never = (await check(mikes, 11, 12, quantity=13)).json()
    assert [(one["code"], one["detail"], one["refuses"]) for one in never["reasons"]] == [
        ("OverCapacity", "Only 12 of 12 are free", True)
    ]


async def test_slots_are_told_free_and_blocked_with_the_reason(
    get: Get, make_hall: Any, make_event: Any, book: Any, close: Any
) -> None:
    hall = await make_hall("Ballroom")
    await book(hall.calendar_id, await make_event("Wedding"), at(10), at(11))
    close(hall.resource_id, at(12), at(13), "Repairs")
    answer = await get(hall.resource_id, 9, 13, of="/slots", durationMinutes=60, bufferMinutes=15)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    slots = body.pop("slots")
    assert body == {
        "resourceId": hall.resource_id,
        "resourceName": "Ballroom",
        "resourceType": "Venue",
        "duration": "01:00:00",
        "quantity": 1,
        "bufferMinutes": 15,
    }
    assert [one["startDateTime"] for one in slots] == [at(9 + half / 2) for half in range(7)]
    assert {one["duration"] for one in slots} == {"01:00:00"}
    assert [[reason["detail"] for reason in one.get("reasons", [])] for one in slots] == [
        ["Within 15 minutes of Wedding"],
        ["Already booked for Wedding"],
        ["Already booked for Wedding"],
        ["Already booked for Wedding"],
        ["Within 15 minutes of Wedding"],
        ["Closed: Repairs"],
        ["Closed: Repairs"],
    ]
    assert [one["isAvailable"] for one in slots] == [False] * 7


async def test_a_day_is_the_resources_own(
    client: httpx.AsyncClient, make_hall: Any, as_manager: Headers
) -> None:
    hall = await make_hall("Ballroom", time_zone="America/New_York")
    path = f"/api/resources/{hall.resource_id}/availability/slots"
    slots = (await client.get(path, params={"date": "2027-03-14"}, headers=as_manager)).json()["slots"]
    # The clocks go forward that day: 23 hours.
    assert len(slots) == 46
    assert (slots[0]["startDateTime"], slots[-1]["endDateTime"]) == (
        "2027-03-14T05:00:00Z",
        "2027-03-15T04:00:00Z",
    )


async def test_many_are_checked_at_once_up_to_fifty(
    client: httpx.AsyncClient, make_hall: Any, make_resource: Any, close: Any, as_manager: Headers
) -> None:
    hall, mikes = await make_hall("Ballroom"), await make_resource("Microphones", quantity=12)
    close(hall.resource_id, at(9), at(10), "Repairs")
    path = "/api/resources/availability/check-multiple"
    time = {"startDateTime": at(9), "endDateTime": at(10)}

    async def post(**body: Any) -> httpx.Response:
        return await client.post(path, json={**time, **body}, headers=as_manager)

    answer = await post(resourceIds=[mikes, hall.resource_id])
    assert (answer.json()["allAvailable"], answer.json()["checkStartTime"]) == (False, at(9))
    found = [(one["resourceId"], one["isAvailable"]) for one in answer.json()["results"]]
    assert found == [(mikes, True), (hall.resource_id, False)]
    some = await post(resources=[{"resourceId": mikes, "quantity": 12}])
    assert (some.json()["allAvailable"], some.json()["results"][0]["quantity"]) == (True, 12)
    wrong = {
        "resourceIds": await post(resourceIds=[str(uuid4()) for _ in range(51)]),
        "resourceIds[1]": await post(resourceIds=[mikes, str(uuid4())]),
        "resourceIds[2]": await post(resourceIds=[mikes, hall.resource_id, mikes]),
        "resources[0].resourceId": await post(resources=[{"resourceId": str(uuid4())}]),
    }
    assert {field: (one.status_code, list(one.json()["errors"])) for field, one in wrong.items()} == {
        field: (400, [field]) for field in wrong
    }
    for body in ({}, {"resourceIds": [mikes], "resources": [{"resourceId": mikes}]}):
        assert list((await post(**body)).json()["errors"]) == ["resourceIds", "resources"]


async def test_checks_leave_facts_off_the_response_path(
    client: httpx.AsyncClient,
    service: Any,
    check: Get,
    get: Get,
    make_hall: Any,
    facts: Any,
    as_manager: Headers,
) -> None:
    hall = (await make_hall("Ballroom")).resource_id
    await check(hall, 9, 10)
    for _ in range(2):
        await get(hall, 10, 11)
        await get(hall, 11, 12, of="/slots")
    assert service.cache.counts[CacheKind.ResourceAvailability].hits == 2
    body = {"resourceIds": [hall], "startDateTime": at(12), "endDateTime": at(13)}
    await client.post("/api/resources/availability/check-multiple", json=body, headers=as_manager)
    assert await facts() == []

    await service.query_facts.flush()

    def single(start: float) -> tuple[str, dict[str, Any]]:
        payload = {
            "resourceId": hall,
            "resourceType": "Venue",
            "startDateTime": at(start),
            "endDateTime": at(start + 1),
            "isAvailable": True,
        }
        return "ResourceAvailabilityChecked", payload

    several = {
        "resourceIds": [hall],
        "startDateTime": at(12),
        "endDateTime": at(13),
        "availabilityResults": {hall: True},
    }
    kept = [single(10), single(11)]
    assert await facts() == [single(9), *kept, *kept, ("MultipleResourcesChecked", several)]


async def test_everyone_checks_what_they_see_and_hears_no_more(
    check: Get,
    get: Get,
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Any,
    book: Any,
    grant: Any,
    as_staff: Headers,
    as_customer: Headers,
) -> None:
    hall = await make_hall("Ballroom")
    await book(hall.calendar_id, await make_event("Wedding"), at(12), at(14))
    unknown = str(uuid4())
    for headers in (as_staff, as_customer):
        for key in (hall.resource_id, unknown):
            assert (await get(key, 12, 13, headers=headers)).status_code == 404
            assert (await get(key, 12, 13, of="/slots", headers=headers)).status_code == 404
            refused = await check(key, 12, 13, headers=headers)
            assert (refused.status_code, refused.json()["errors"]) == (
                400,
                {"resourceId": ["Resource does not exist or is inactive"]},
            )
            body = {"resourceIds": [key], "startDateTime": at(12), "endDateTime": at(13)}
            many = await client.post("/api/resources/availability/check-multiple", json=body, headers=headers)
            assert list(many.json()["errors"]) == ["resourceIds[0]"]
    await grant(CUSTOMER, hall.calendar_id, "Book")
    await grant(STAFF, hall.calendar_id, "View")
    for headers, title in ((as_customer, "another booking"), (as_staff, "Wedding")):
        said = (await check(hall.resource_id, 12, 13, headers=headers)).json()
        assert said["unavailableReason"] == f"Already booked for {title}"
        slots = (await get(hall.resource_id, 12, 13, of="/slots", headers=headers)).json()["slots"]
        assert slots[0]["reasons"][0]["detail"] == f"Already booked for {title}"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("availability?from={b}&to={a}", "to"),
        ("availability?from={a}&to={far}", "to"),
        ("availability?to={a}", "from"),
        ("availability?from={a}&to={b}&quantity=0", "quantity"),
        ("availability?from={a}&to={b}&bufferMinutes=-1", "bufferMinutes"),
        ("availability/slots", "from"),
        ("availability/slots?from={a}", "to"),
        ("availability/slots?date=2027-02-30", "date"),
        ("availability/slots?date=0001-01-01", "date"),
        ("availability/slots?date=2027-01-01&from={a}&to={b}", "date"),
        ("availability/slots?from={a}&to={month}", "to"),
        ("availability/slots?from={a}&to={b}&durationMinutes=0", "durationMinutes"),
    ],
)
async def test_bad_questions_name_their_parameter(
    client: httpx.AsyncClient, make_resource: Any, as_manager: Headers, path: str, field: str
) -> None:
    mixer = await make_resource("Mixer")
    asked = path.format(a=at(9), b=at(10), far=at(0, day=93), month=at(0, day=40))
    answer = await client.get(f"/api/resources/{mixer}/{asked}", headers=as_manager)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


Hours = st.tuples(st.integers(0, 40), st.integers(1, 12))
"""A start and a length in half hours after 6 in the morning."""


@tried(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    buffers=st.tuples(st.sampled_from([0, 30]), st.sampled_from([0, 30])),
    open_until=st.sampled_from([None, "20:00"]),
    concurrent=st.integers(1, 3),
    closures=st.lists(Hours, max_size=2),
    bookings=st.lists(st.tuples(Hours, st.booleans(), st.booleans(), st.integers(1, 3)), max_size=5),
    questions=st.lists(Hours, min_size=2, max_size=4),
)
async def test_a_check_without_buffer_answers_what_a_booking_is_told(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_resource: Any,
    make_event: Any,
    create: Any,
    check: Get,
    as_manager: Headers,
    buffers: tuple[int, int],
    open_until: str | None,
    concurrent: int,
    closures: list[tuple[int, int]],
    bookings: list[tuple[tuple[int, int], bool, bool, int]],
    questions: list[tuple[int, int]],
) -> None:
    event = await make_event("Gala")
    hours = {} if open_until is None else {"working_hours": every_day("06:00", open_until)}
    more = {"setup_minutes": buffers[0], "teardown_minutes": buffers[1], "time_zone": "UTC", **hours}
    hall = await make_hall("Hall", concurrent, **more)
    person = await make_hall("Ada", concurrent, resource_type="Staff", **more)
    mikes = await make_resource("Microphones", quantity=4, **more)
    office = await create(
        "/api/calendars",
        name="Office",
        calendar_type="Department",
        owner_type="Department",
        max_concurrent_events=1000,
    )

    def half_hours(start: int, length: int) -> tuple[float, float]:
        return 6 + start / 2, 6 + (start + length) / 2

    for slot in closures:
        for key in (hall.resource_id, person.resource_id, mikes):
            start, end = half_hours(*slot)
            body = {"startDateTime": at(start), "endDateTime": at(end), "onOverlap": "Merge"}
            path = f"/api/resources/{key}/availability/mark-unavailable"
            assert (await client.post(path, json=body, headers=as_manager)).status_code == 201
    for slot, is_hold, in_hall, quantity in bookings:
        start, end = half_hours(*slot)
        claims = [{"resourceId": mikes, "quantity": quantity}, {"resourceId": person.resource_id}]
        calendar = hall.calendar_id if in_hall else person.calendar_id
        request = booking(event, calendar, start, end, resources=claims[: 1 + in_hall])
        kind = {"status": "Tentative"} if is_hold else {"override": {"reason": "It is a test"}}
        await client.post("/api/schedules", json={**request, **kind}, headers=as_manager)

    for slot in questions:
        start, end = half_hours(*slot)
        for key, calendar, quantity in (
            (hall.resource_id, hall.calendar_id, 1),
            (person.resource_id, person.calendar_id, 1),
            (mikes, office["calendarId"], 2),
        ):
            said = (await check(key, start, end, quantity=quantity, bufferMinutes=0)).json()
            claims = [{"resourceId": key, "quantity": quantity}]
            request = booking(event, calendar, start, end, resources=claims)
            told = await client.post("/api/schedules?dryRun=true", json=request, headers=as_manager)
            _assert_same(said, told)


def _assert_same(said: dict[str, Any], told: httpx.Response) -> None:
    """The check says why a booking is refused, or with what conflicts it is made; holds apart."""
    reasons = said.get("reasons", [])
    refusing = {one["code"] for one in reasons if one["refuses"]}
    unavailable, full = {"Closed", "OutsideWorkingHours"}, {"Booked", "OverCapacity"}
    if told.status_code == 422:
        assert refusing & unavailable
    elif told.status_code == 409:
        assert refusing
        assert refusing <= full
    else:
        assert told.status_code == 201
        assert refusing == set()
        conflicts = [one for one in told.json()["conflicts"] if one["conflictLevel"] != "Minor"]
        assert {one["code"] for one in reasons} <= full
        assert bool(conflicts) == bool(reasons)
    assert said["isAvailable"] == (not reasons)
    for one in said["availableSlots"]:
        ends = [datetime.fromisoformat(one[name]) for name in ("startDateTime", "endDateTime")]
        assert ends[0] < ends[1]
