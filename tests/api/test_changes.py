"""Changing what is booked: who may, in which order it is judged, and what it keeps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

import api.booking.place
from api.bootstrap import bootstrap
from api.features.create_calendar import CreateCalendar
from api.features.create_event import CreateEvent
from api.features.grant_calendar_access import GrantCalendarAccess
from api.features.schedule_event import ScheduleEvent
from api.settings import Settings
from domain.enums import AccessLevel, CalendarType
from domain.errors import ForbiddenException
from domain.time_slot import TimeSlot
from persistence.embedded import EmbeddedUrls
from persistence.readers.bookings import BookingDetail
from tests.api.bookings import at, booking
from tests.api.people import ADMIN, CUSTOMER, OTHER_CUSTOMER, STAFF

Headers = dict[str, str]
URL = "/api/schedules"
OVERRIDE = {"reason": "The mayor asked"}


def to(start: float, end: float) -> dict[str, str]:
    return {"startDateTime": at(start), "endDateTime": at(end)}


def path_of(body: dict[str, Any]) -> str:
    return f"{URL}/{body['scheduledEventId']}"


async def test_a_change_that_ends_before_it_starts_names_the_field(
    client: httpx.AsyncClient, make_hall: Any, make_event: Any, book: Any, as_manager: Headers
) -> None:
    hall, event = await make_hall("Hall"), await make_event("Gala")
    path = path_of(await book(hall.calendar_id, event, at(10), at(12)))
    backwards = {"endDateTime": ["End time must be after start time"]}
    put = await client.put(path, json=booking(event, hall.calendar_id, 12, 10), headers=as_manager)
    moved = await client.post(f"{path}/reschedule", json=to(12, 10), headers=as_manager)
    made = await client.post(URL, json=booking(event, hall.calendar_id, 12, 10), headers=as_manager)
    assert [one.json()["errors"] for one in (put, moved, made)] == [backwards] * 3


async def test_what_may_not_be_booked_is_forbidden_before_it_is_invalid(
    client: httpx.AsyncClient, make_hall: Any, make_event: Any, grant: Any, as_staff: Headers
) -> None:
    hall, event = await make_hall("Hall"), await make_event("Gala", organizer=STAFF)
    await grant(STAFF, hall.calendar_id, "View")
    for end in (10.1, 11):
        made = await client.post(URL, json=booking(event, hall.calendar_id, 10, end), headers=as_staff)
        assert (made.status_code, made.json()["detail"]) == (403, "You may look at Hall, but not book it")


async def test_a_customer_moves_a_booking_to_a_hold_unless_the_calendar_is_instant(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Any,
    grant: Any,
    as_customer: Headers,
    as_manager: Headers,
) -> None:
    instant = await make_hall("Instant", calendar={"instant_booking": True})
    other = await make_hall("Other")
    event = await make_event("Birthday", organizer=CUSTOMER)
    for hall in (instant, other):
        await grant(CUSTOMER, hall.calendar_id)
    made = await client.post(URL, json=booking(event, instant.calendar_id, 10, 12), headers=as_customer)
    path = made.headers["location"]
    moved = await client.post(f"{path}/reschedule", json=to(13, 14), headers=as_customer)
    assert (made.json()["status"], moved.json()["status"]) == ("Scheduled", "Scheduled")
    put = await client.put(path, json=booking(event, other.calendar_id, 10, 12), headers=as_customer)
    assert (put.status_code, put.json()["status"]) == (200, "Tentative")
    confirmed = await client.post(f"{path}/confirm", headers=as_manager)
    assert confirmed.json()["status"] == "Confirmed"
    again = await client.post(f"{path}/reschedule", json=to(16, 20), headers=as_customer)
    assert (again.status_code, again.json()["status"]) == (200, "Tentative")


async def test_a_customers_limit_holds_however_many_ask_at_once(urls: EmbeddedUrls, tmp_path: Path) -> None:
    service = bootstrap(Settings(home=tmp_path, database_pool_size=40), urls.application)
    calendars = []
    for number in range(20):
        command = CreateCalendar(f"Hall {number}", CalendarType.Venue, "UTC", instant_booking=True)
        calendars.append((await service.bus.send(command, ADMIN)).calendar_id)
        access = GrantCalendarAccess(calendars[-1], CUSTOMER.user_id, AccessLevel.Book)
        await service.bus.send(access, ADMIN)
    event_id = (await service.bus.send(CreateEvent("Birthday"), CUSTOMER)).event_id
    start = datetime.now(UTC) + timedelta(days=3)
    slot = TimeSlot(start, start + timedelta(hours=1))
    answers = await asyncio.gather(
        *(service.bus.send(ScheduleEvent(event_id, one, slot, "UTC"), CUSTOMER) for one in calendars),
        return_exceptions=True,
    )
    await service.close()
    assert sum(isinstance(one, BookingDetail) for one in answers) == 10
    assert sum(isinstance(one, ForbiddenException) for one in answers) == 10


@pytest.mark.parametrize("which", ["rival", "overridden"])
async def test_a_booking_keeps_a_clash_it_has_while_it_asks_no_more(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_resource: Any,
    make_event: Any,
    book: Any,
    rows: Any,
    as_manager: Headers,
    which: str,
) -> None:
    hall, microphone = await make_hall("Hall"), await make_resource("Microphone")
    event, other_event = await make_event("Gala"), await make_event("Fair", organizer=CUSTOMER)
    rival = await book(hall.calendar_id, event, at(10), at(12))
    overridden = await book(hall.calendar_id, event, at(10), at(12), override=OVERRIDE)
    path = path_of(rival if which == "rival" else overridden)
    with_microphone = booking(event, hall.calendar_id, 10, 12, resources=[{"resourceId": microphone}])
    put = await client.put(path, json=with_microphone, headers=as_manager)
    assert (put.status_code, put.json()["conflictLevel"]) == (200, "Critical")
    handed = await client.put(path, json=with_microphone | {"eventId": other_event}, headers=as_manager)
    assert (handed.status_code, handed.json()["eventTitle"]) == (200, "Fair")
    shorter = await client.post(f"{path}/reschedule", json=to(10, 11), headers=as_manager)
    assert (shorter.status_code, shorter.json()["conflictLevel"]) == (200, "Critical")
    longer = await client.post(f"{path}/reschedule", json=to(10, 11.5), headers=as_manager)
    assert (longer.status_code, longer.json()["title"]) == (409, "Scheduling Conflict")
    reasons = await rows("SELECT override_reason FROM scheduled_events ORDER BY created_at")
    assert [row["override_reason"] for row in reasons] == [None, OVERRIDE["reason"]]
    open_ones = await client.get("/api/schedules/conflicts", headers=as_manager)
    assert [one["conflictType"] for one in open_ones.json()["items"]] == ["VenueConflict"]


async def test_every_fix_for_another_clash_of_an_overridden_booking_applies(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_resource: Any,
    make_event: Any,
    book: Any,
    as_manager: Headers,
) -> None:
    hall, other = await make_hall("Hall"), await make_hall("Other")
    ada = await make_resource("Ada", "Staff", interchange_group="technicians")
    await make_resource("Bob", "Staff", interchange_group="technicians")
    event = await make_event("Gala")
    claims = [{"resourceId": ada}]
    await book(hall.calendar_id, event, at(10), at(12))
    await book(hall.calendar_id, event, at(10), at(12), override=OVERRIDE, resources=claims)
    await book(other.calendar_id, event, at(10), at(12), resources=claims)
    listed = await client.get("/api/schedules/conflicts?type=StaffConflict", headers=as_manager)
    (conflict,) = listed.json()["items"]
    detail = await client.get(
        f"/api/schedules/conflicts/{conflict['scheduleConflictId']}", headers=as_manager
    )
    assert len(detail.json()["suggestions"]) == 5
    for fix in detail.json()["suggestions"]:
        tried = await client.post(fix["apply"]["href"] + "?dryRun=true", headers=as_manager)
        assert tried.status_code == 200, (fix["summary"], tried.text)


async def test_fixes_for_a_refused_move_move_it(
    client: httpx.AsyncClient, make_hall: Any, make_event: Any, book: Any, as_manager: Headers
) -> None:
    hall, event = await make_hall("Hall"), await make_event("Gala")
    path = path_of(await book(hall.calendar_id, event, at(10), at(12)))
    await book(hall.calendar_id, event, at(12), at(14))
    refused = await client.post(f"{path}/reschedule", json=to(12, 14), headers=as_manager)
    changes = [change for fix in refused.json()["suggestions"] for change in fix["changes"]]
    assert changes
    assert all(change["from"] != change["to"] for change in changes)


async def test_staff_are_offered_no_start_that_needs_a_manager(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Any,
    grant: Any,
    as_manager: Headers,
    as_staff: Headers,
) -> None:
    hall = await make_hall("Hall")
    mine, others = await make_event("Mine", organizer=STAFF), await make_event("Others")
    await grant(STAFF, hall.calendar_id)
    now = datetime.now(UTC).replace(second=0, microsecond=0)

    def between(start: datetime, end: datetime) -> dict[str, str]:
        return {"startDateTime": start.isoformat(), "endDateTime": end.isoformat()}

    soon = now + timedelta(minutes=130)
    taken = booking(others, hall.calendar_id) | between(soon, soon + timedelta(hours=6))
    assert (await client.post(URL, json=taken, headers=as_manager)).status_code == 201
    later = now + timedelta(days=2)
    own = booking(mine, hall.calendar_id) | between(later, later + timedelta(hours=1))
    path = (await client.post(URL, json=own, headers=as_staff)).headers["location"]
    refused = await client.post(
        f"{path}/reschedule", json=between(soon, soon + timedelta(hours=1)), headers=as_staff
    )
    assert refused.json()["suggestions"]
    for fix in refused.json()["suggestions"]:
        tried = await client.post(fix["apply"]["href"] + "?dryRun=true", headers=as_staff)
        assert tried.status_code == 200, (fix["summary"], tried.text)


async def test_confirming_twice_still_asks_for_version_and_rights(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Any,
    book: Any,
    grant: Any,
    as_manager: Headers,
    as_staff: Headers,
) -> None:
    hall, event = await make_hall("Hall"), await make_event("Gala")
    await grant(STAFF, hall.calendar_id, "View")
    path = path_of(await book(hall.calendar_id, event, at(10), at(12)))
    for _ in range(2):
        confirmed = await client.post(f"{path}/confirm", headers=as_manager)
        assert (confirmed.status_code, confirmed.headers["etag"]) == (200, '"2"')
    stale = await client.post(f"{path}/confirm", headers=as_manager | {"If-Match": '"1"'})
    looking = await client.post(f"{path}/confirm", headers=as_staff)
    assert (stale.status_code, looking.status_code) == (412, 403)


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Awaitable[None]]], None]:
    """Have something else commit between a change's first look at its booking and its locks."""

    def arrange(happen: Callable[[], Awaitable[None]]) -> None:
        find_booking = api.booking.place.find_booking
        happened = False

        async def find_and_wait(*arguments: Any) -> Any:
            nonlocal happened
            found = await find_booking(*arguments)
            if not happened:
                happened = True
                await happen()
            return found

        monkeypatch.setattr(api.booking.place, "find_booking", find_and_wait)

    return arrange


async def test_a_confirmation_sees_an_override_that_came_first(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Any,
    book: Any,
    as_manager: Headers,
    meanwhile: Any,
) -> None:
    hall, event = await make_hall("Hall"), await make_event("Gala")
    path = path_of(await book(hall.calendar_id, event, at(10), at(12)))

    async def override() -> None:
        await book(hall.calendar_id, event, at(10), at(12), override=OVERRIDE)

    meanwhile(override)
    confirmed = await client.post(f"{path}/confirm", headers=as_manager)
    assert (confirmed.status_code, confirmed.json()["title"]) == (409, "Not Possible Now")
    assert (await client.get(path, headers=as_manager)).json()["status"] == "Scheduled"


@pytest.mark.parametrize(("who", "status"), [("as_manager", 204), ("as_customer", 404)])
async def test_a_removal_sees_that_the_event_was_handed_over_first(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Any,
    book: Any,
    rows: Any,
    as_manager: Headers,
    meanwhile: Any,
    request: pytest.FixtureRequest,
    who: str,
    status: int,
) -> None:
    hall, event = await make_hall("Hall"), await make_event("Gala", organizer=CUSTOMER)
    path = path_of(await book(hall.calendar_id, event, at(10), at(12)))

    async def hand_over() -> None:
        body = {"title": "Gala", "organizerId": str(OTHER_CUSTOMER.user_id)}
        answer = await client.put(f"/api/events/{event}", json=body, headers=as_manager)
        assert answer.status_code == 200

    meanwhile(hand_over)
    removed = await client.delete(path, headers=request.getfixturevalue(who))
    assert removed.status_code == status
    owners = await rows(
        "SELECT b.owner_id AS booking, c.owner_id AS claim FROM scheduled_events b"
        " JOIN claims c USING (scheduled_event_id)"
    )
    assert owners == [{"booking": OTHER_CUSTOMER.user_id, "claim": OTHER_CUSTOMER.user_id}]


async def test_an_inactive_venue_takes_no_new_bookings_but_keeps_those_it_has(
    client: httpx.AsyncClient, make_hall: Any, make_event: Any, book: Any, as_manager: Headers
) -> None:
    hall, event = await make_hall("Hall"), await make_event("Gala")
    path = path_of(await book(hall.calendar_id, event, at(10), at(12)))
    closed = {"name": "Hall", "isActive": False}
    await client.put(f"/api/resources/{hall.resource_id}", json=closed, headers=as_manager)
    made = await client.post(URL, json=booking(event, hall.calendar_id, 14, 16), headers=as_manager)
    assert made.json()["errors"] == {"calendarId": ["Calendar does not exist or is inactive"]}
    moved = await client.post(f"{path}/reschedule", json=to(16, 17), headers=as_manager)
    confirmed = await client.post(f"{path}/confirm", headers=as_manager)
    assert (moved.status_code, confirmed.status_code) == (200, 200)


async def test_of_two_fixes_for_one_request_only_one_books_it(
    client: httpx.AsyncClient, make_hall: Any, make_event: Any, book: Any, as_manager: Headers
) -> None:
    hall, event = await make_hall("Hall"), await make_event("Gala")
    await book(hall.calendar_id, event, at(10), at(12))
    refused = await client.post(URL, json=booking(event, hall.calendar_id, 10, 12), headers=as_manager)
    first, second, *_ = refused.json()["suggestions"]
    applied = await client.post(first["apply"]["href"], headers=as_manager)
    sibling = await client.post(second["apply"]["href"], headers=as_manager)
    assert applied.status_code == 200
    assert (sibling.status_code, sibling.json()["detail"]) == (
        409,
        "This request has been booked already",
    )


@pytest.mark.parametrize(
    "edge", ["2999-12-31T22:00:00-14:00", "1901-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"]
)
async def test_a_year_is_judged_in_utc(
    client: httpx.AsyncClient, make_hall: Any, make_event: Any, as_manager: Headers, edge: str
) -> None:
    hall, event = await make_hall("Hall"), await make_event("Gala")
    body = booking(event, hall.calendar_id) | {"endDateTime": edge}
    made = await client.post(URL, json=body, headers=as_manager)
    assert made.json()["errors"] == {"endDateTime": ["must lie between the years 1900 and 3000"]}
    listed = await client.get(URL, headers=as_manager)
    assert listed.status_code == 200


async def test_digits_alone_are_no_time(
    client: httpx.AsyncClient, make_hall: Any, make_event: Any, as_manager: Headers
) -> None:
    hall, event = await make_hall("Hall"), await make_event("Gala")
    body = booking(event, hall.calendar_id) | {"startDateTime": "1800000000"}
    made = await client.post(URL, json=body, headers=as_manager)
    assert made.json()["errors"] == {"startDateTime": ["must be an ISO 8601 date and time"]}


@pytest.mark.parametrize("third_comes", ["last", "first"])
async def test_a_third_booking_silences_a_calendars_own_clash_and_gives_it_back(
    client: httpx.AsyncClient,
    create: Any,
    make_hall: Any,
    make_event: Any,
    book: Any,
    as_manager: Headers,
    third_comes: str,
) -> None:
    foyer = await make_hall("Foyer", 2)
    office = await create("/api/calendars", name="Office", calendar_type="Department")
    event = await make_event("Stand")

    async def in_the_office() -> None:
        claims = [{"resourceId": foyer.resource_id}]
        await book(office["calendarId"], event, at(10), at(12), resources=claims, override=OVERRIDE)

    async def third() -> str:
        return path_of(await book(foyer.calendar_id, event, at(10), at(12), override=OVERRIDE))

    async def open_types() -> list[str]:
        listed = await client.get("/api/schedules/conflicts", headers=as_manager)
        return sorted(one["conflictType"] for one in listed.json()["items"])

    path = await third() if third_comes == "first" else None
    for _ in range(2):
        await in_the_office()
    if path is None:
        assert await open_types() == ["TimeOverlap"]
        path = await third()
    assert await open_types() == ["VenueConflict"] * 3
    await client.delete(path, headers=as_manager)
    assert await open_types() == ["TimeOverlap"]
    found = await client.post("/api/schedules/conflicts/detect", headers=as_manager)
    assert found.json() == {"detected": 0, "resolved": 0, "open": 1}
