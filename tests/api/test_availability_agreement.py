"""Without a buffer, a check of availability says what a booking of just that is told (SCH-030..034)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from api.dto.working_hours import DAYS
from api.settings import Settings
from tests.api.bookings import at, booking
from tests.api.conftest import Hall, Headers

UNAVAILABLE, FULL = {"Closed", "OutsideWorkingHours"}, {"Booked", "OverCapacity"}
Json = dict[str, Any]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A service that looks for no fixes: refusals are asked for by the dozen here."""
    return Settings(home=tmp_path, solve_seconds=0.001)


@dataclass(frozen=True)
class Slot:
    """When it starts and how long it is, in half hours after 6 in the morning, and on how many days."""

    start: int
    length: int
    dates: int = 1

    def hours(self, date: int = 0, later: float = 0) -> tuple[float, float]:
        """From when to when it is on one of its dates, in hours of DAY."""
        start = 6 + self.start / 2 + 24 * date + later
        return start, start + self.length / 2

    def request(self, event: str, calendar_id: str, **more: Any) -> Json:
        """The body that books it, once or as a series."""
        repeats = {"recurrencePattern": {"type": "Daily", "occurrenceCount": self.dates}}
        body = booking(event, calendar_id, *self.hours(), **more)
        return {**body, "timeZone": "UTC", **(repeats if self.dates > 1 else {})}


@dataclass(frozen=True)
class Existing:
    """A booking that is there first. change: what becomes of the second date of a series."""

    slot: Slot
    change: str
    is_hold: bool
    in_hall: bool
    quantity: int


Dates = st.sampled_from([1, 2, 3])
Slots = st.builds(Slot, st.integers(0, 30), st.integers(1, 12), Dates)
Closures = st.builds(Slot, st.integers(0, 40), st.integers(1, 3), Dates)
Changes = st.sampled_from(["move", "move", "skip", "none"])
OneInFour = st.sampled_from([False, False, False, True])
Bookings = st.builds(Existing, Slots, Changes, OneInFour, st.booleans(), st.integers(1, 3))


@dataclass
class House:
    """A hall and a person with calendars, a pool of microphones, and an office to book it from."""

    client: httpx.AsyncClient
    headers: Headers
    event: str
    hall: Hall
    person: Hall
    mikes: str
    office: str

    async def call(self, method: str, path: str, *expected: int, body: Json | None = None) -> httpx.Response:
        answer = await self.client.request(method, path, json=body, headers=self.headers)
        assert answer.status_code in expected, answer.text
        return answer

    async def close(self, slot: Slot) -> None:
        start, end = map(at, slot.hours(slot.dates - 1))
        body = {"startDateTime": start, "endDateTime": end, "onOverlap": "Merge"}
        for key in (self.hall.resource_id, self.person.resource_id, self.mikes):
            await self.call("POST", f"/api/resources/{key}/availability/mark-unavailable", 201, body=body)

    async def book(self, wanted: Existing) -> None:
        """Book it where that can be; a series then has its second date moved by 90 minutes, or left out."""
        claims = [
            {"resourceId": self.mikes, "quantity": wanted.quantity},
            {"resourceId": self.person.resource_id},
        ]
        calendar = (self.hall if wanted.in_hall else self.person).calendar_id
        override = {} if wanted.is_hold else {"override": {"reason": "It is a test"}}
        more = {"resources": claims[: 1 + wanted.in_hall], **override}
        slot = wanted.slot
        body = slot.request(self.event, calendar, **more)
        if wanted.is_hold:
            body["status"] = "Tentative"
        made = await self.call("POST", "/api/schedules", 201, 409, 422, body=body)
        if made.status_code != 201 or slot.dates == 1:
            return
        second = f"/api/schedules/{made.json()['scheduledEventId']}/occurrences/{at(slot.hours(1)[0])}"
        if wanted.change == "move":
            body = booking(self.event, calendar, *slot.hours(1, later=1.5), **more)
            await self.call("PUT", second, 200, 409, 422, body=body)
        elif wanted.change == "skip":
            await self.call("DELETE", second, 204)

    async def check(self, resource_id: str, quantity: int, start: float, end: float) -> Json:
        body = {
            "resourceId": resource_id,
            "startDateTime": at(start),
            "endDateTime": at(end),
            "quantity": quantity,
            "bufferMinutes": 0,
        }
        answer = await self.call("POST", "/api/resources/availability/check", 200, body=body)
        said: Json = answer.json()
        return said


@tried(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    buffers=st.tuples(st.sampled_from([0, 30]), st.sampled_from([0, 30])),
    open_until=st.sampled_from([None, "20:00"]),
    concurrent=st.sampled_from([1, 1, 2, 3]),
    closures=st.lists(Closures, max_size=2),
    bookings=st.lists(Bookings, min_size=2, max_size=5),
    questions=st.lists(Slots, min_size=2, max_size=3),
)
async def test_a_check_without_buffer_answers_what_a_booking_is_told(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_resource: Any,
    make_event: Any,
    create: Any,
    as_manager: Headers,
    buffers: tuple[int, int],
    open_until: str | None,
    concurrent: int,
    closures: list[Slot],
    bookings: list[Existing],
    questions: list[Slot],
) -> None:
    """Of single dates and of series, among both, some with a date moved or left out."""
    open_hours = {day: [{"start": "06:00", "end": open_until}] for day in DAYS}
    hours = {} if open_until is None else {"working_hours": open_hours}
    more = {"setup_minutes": buffers[0], "teardown_minutes": buffers[1], "time_zone": "UTC", **hours}
    office = {"calendar_type": "Department", "owner_type": "Department", "max_concurrent_events": 1000}
    house = House(
        client,
        as_manager,
        await make_event("Gala"),
        await make_hall("Hall", concurrent, **more),
        await make_hall("Ada", concurrent, resource_type="Staff", **more),
        await make_resource("Microphones", quantity=4, **more),
        (await create("/api/calendars", name="Office", **office))["calendarId"],
    )
    for slot in closures:
        await house.close(slot)
    for wanted in bookings:
        await house.book(wanted)
    for slot in questions:
        for key, calendar, quantity in (
            (house.hall.resource_id, house.hall.calendar_id, 1),
            (house.person.resource_id, house.person.calendar_id, 1),
            (house.mikes, house.office, 2),
        ):
            said = [await house.check(key, quantity, *slot.hours(date)) for date in range(slot.dates)]
            body = slot.request(house.event, calendar, resources=[{"resourceId": key, "quantity": quantity}])
            told = await house.call("POST", "/api/schedules?dryRun=true", 201, 409, 422, body=body)
            _assert_same(said, told)


def _assert_same(said: list[Json], told: httpx.Response) -> None:
    """The checks of all dates say why a booking is refused, or what conflicts it makes, holds apart."""
    reasons = [reason for one in said for reason in one.get("reasons", [])]
    refusing = {one["code"] for one in reasons if one["refuses"]}
    if told.status_code == 422:
        assert refusing & UNAVAILABLE
    elif told.status_code == 409:
        assert refusing
        assert refusing <= FULL
        if len(said) > 1:
            _assert_same_dates(said, told.json()["errors"]["ConflictingEvents"])
    else:
        assert refusing == set()
        conflicts = [one for one in told.json()["conflicts"] if one["conflictLevel"] != "Minor"]
        assert {one["code"] for one in reasons} <= FULL
        assert (not conflicts) == all(one["isAvailable"] for one in said)
    for one in said:
        assert one["isAvailable"] == ("reasons" not in one)
        for free in one["availableSlots"]:
            ends = [datetime.fromisoformat(free[name]) for name in ("startDateTime", "endDateTime")]
            assert ends[0] < ends[1]


def _assert_same_dates(said: list[Json], clashing: list[Json]) -> None:
    """The dates for which a series is refused are those that are refused by themselves."""
    refused = {
        one["checkStartTime"] for one in said if any(reason["refuses"] for reason in one.get("reasons", []))
    }
    assert {one["occurrenceStart"] for one in clashing} == refused
