"""Closing resources and opening them again; what that does to bookings (SCH-031, DESIGN 4.11)."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.bookings import at, booking
from tests.api.people import CUSTOMER, MANAGER, STAFF

Headers = dict[str, str]


@pytest.fixture
def mark(client: httpx.AsyncClient, as_manager: Headers) -> Any:
    """Close or open a resource: `await mark("unavailable", id, 9, 11, reason="Repairs")`."""

    async def post(
        how: str,
        resource_id: str,
        start: float,
        end: float,
        *,
        headers: Headers = as_manager,
        query: str = "",
        **more: Any,
    ) -> httpx.Response:
        path = f"/api/resources/{resource_id}/availability/mark-{how}{query}"
        body = {"startDateTime": at(start), "endDateTime": at(end), **more}
        return await client.post(path, json=body, headers=headers)

    return post


@pytest.fixture
def stored(rows: Any) -> Any:
    """A resource's closures as hours of the day, with their reasons."""

    async def read(resource_id: str) -> list[tuple[float, float, str | None]]:
        found = await rows(
            "SELECT lower(during) AS a, upper(during) AS b, unavailable_reason AS why"
            " FROM resource_availability WHERE resource_id = :id ORDER BY 1",
            id=resource_id,
        )
        return [(row["a"].hour, row["b"].hour, row["why"]) for row in found]

    return read


async def test_a_resource_is_closed_and_opened(
    mark: Any, make_hall: Any, facts: Any, stored: Any, audited: Any
) -> None:
    hall = await make_hall("Ballroom")

    closed = await mark("unavailable", hall.resource_id, 9, 17, reason="Repairs")

    assert closed.status_code == 201, closed.text
    key = closed.json()["resourceAvailabilityId"]
    assert closed.json() == {
        "resourceAvailabilityId": key,
        "resourceId": hall.resource_id,
        "resourceType": "Venue",
        "startDateTime": at(9),
        "endDateTime": at(17),
        "isAvailable": False,
        "unavailableReason": "Repairs",
        "markedAt": closed.json()["markedAt"],
        "markedBy": str(MANAGER.user_id),
        "strandedBookings": [],
    }
    opened = await mark("available", hall.resource_id, 11, 12)
    assert opened.status_code == 200, opened.text
    parts = opened.json().pop("closures")
    assert [(one["startDateTime"], one["endDateTime"], one["unavailableReason"]) for one in parts] == [
        (at(9), at(11), "Repairs"),
        (at(12), at(17), "Repairs"),
    ]
    assert {one["markedAt"] for one in parts} == {closed.json()["markedAt"]}
    assert await stored(hall.resource_id) == [(9, 11, "Repairs"), (12, 17, "Repairs")]
    left = [one for one in await facts() if one[0].startswith("ResourceMarked")]
    assert left == [
        (
            "ResourceMarkedUnavailable",
            {
                "resourceAvailabilityId": key,
                "resourceId": hall.resource_id,
                "startDateTime": at(9),
                "endDateTime": at(17),
                "reason": "Repairs",
                "markedBy": str(MANAGER.user_id),
            },
        ),
        (
            "ResourceMarkedAvailable",
            {
                "resourceAvailabilityId": key,
                "resourceId": hall.resource_id,
                "startDateTime": at(11),
                "endDateTime": at(12),
                "markedBy": str(MANAGER.user_id),
            },
        ),
    ]
    entries = [row["action"] for row in await audited(hall.resource_id)]
    assert entries == ["ResourceCreated", "ResourceMarkedUnavailable", "ResourceMarkedAvailable"]


async def test_overlapping_closures_are_refused_or_merged(mark: Any, make_hall: Any, stored: Any) -> None:
    hall = (await make_hall("Ballroom")).resource_id
    await mark("unavailable", hall, 9, 11, reason="Repairs")
    await mark("unavailable", hall, 11, 12)
    refused = await mark("unavailable", hall, 10, 13, reason="Paint")
    assert refused.status_code == 400
    assert refused.json()["errors"] == {
        "startDateTime": [
            (
                f"Overlaps the closure from {at(9)} to {at(11)} (Repairs);"
                ' with "onOverlap": "Merge" the two become one'
            )
        ]
    }
    dry = await mark("unavailable", hall, 10, 13, onOverlap="Merge", query="?dryRun=true")
    assert dry.status_code == 201
    assert await stored(hall) == [(9, 11, "Repairs"), (11, 12, None)]
    merged = await mark("unavailable", hall, 10, 13, reason="Paint", onOverlap="Merge")
    assert merged.json()["startDateTime"] == at(9)
    assert await stored(hall) == [(9, 13, "Paint; Repairs")]


async def test_what_is_open_stays_open(mark: Any, make_hall: Any, facts_left: Any) -> None:
    hall = await make_hall("Ballroom")
    answer = await mark("available", hall.resource_id, 9, 11)
    assert (answer.status_code, answer.json()["closures"]) == (200, [])
    assert facts_left() == []


@pytest.mark.parametrize("how", ["available", "unavailable"])
async def test_a_closure_ends_after_it_starts(mark: Any, make_hall: Any, how: str) -> None:
    hall = await make_hall("Ballroom")
    answer = await mark(how, hall.resource_id, 9, 9)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["endDateTime"])


async def test_who_may_close_what(
    mark: Any, make_hall: Any, make_resource: Any, grant: Any, as_staff: Headers, as_customer: Headers
) -> None:
    hidden, seen, mine = await make_hall("Hidden"), await make_hall("Seen"), await make_hall("Mine")
    mixer = await make_resource("Mixer")
    await grant(STAFF, seen.calendar_id, "View")
    await grant(STAFF, mine.calendar_id, "Book")
    for how in ("unavailable", "available"):
        found = {
            name: (await mark(how, key, 9, 11, headers=as_staff)).status_code
            for name, key in (
                ("hidden", hidden.resource_id),
                ("seen", seen.resource_id),
                ("mine", mine.resource_id),
                ("mixer", mixer),
                ("unknown", str(uuid4())),
            )
        }
        good = 201 if how == "unavailable" else 200
        assert found == {"hidden": 404, "seen": 403, "mine": good, "mixer": good, "unknown": 404}
        assert (await mark(how, mixer, 9, 11, headers=as_customer)).status_code == 403


async def test_closing_strands_bookings_and_opening_frees_them(
    client: httpx.AsyncClient, mark: Any, make_hall: Any, make_event: Any, book: Any, as_manager: Headers
) -> None:
    hall = await make_hall("Ballroom")
    gala = await book(hall.calendar_id, await make_event("Gala"), at(10), at(12))
    ball = await book(hall.calendar_id, await make_event("Ball"), at(14), at(16))
    path = f"/api/schedules/{gala['scheduledEventId']}"
    before = await client.get(path, headers=as_manager)

    closed = await mark("unavailable", hall.resource_id, 11, 14, reason="Repairs")

    assert closed.json()["strandedBookings"] == [
        {
            "scheduledEventId": gala["scheduledEventId"],
            "eventTitle": "Gala",
            "startDateTime": at(10),
            "endDateTime": at(12),
            "suggestions": {"method": "GET", "href": f"{path}/suggestions"},
        }
    ]
    after = await client.get(path, headers=as_manager)
    assert after.headers["etag"] == before.headers["etag"]
    assert (after.json()["isBlocked"], after.json()["blockReason"]) == (True, "Ballroom is closed: Repairs")
    other = await client.get(f"/api/schedules/{ball['scheduledEventId']}", headers=as_manager)
    assert (other.json()["isBlocked"], "blockReason" in other.json()) == (False, False)
    opened = await mark("available", hall.resource_id, 11, 12)
    assert [one["eventTitle"] for one in opened.json()["unblockedBookings"]] == ["Gala"]
    assert (await client.get(path, headers=as_manager)).json() == before.json()


async def test_moving_or_removing_a_blocked_booking_unblocks_it(
    client: httpx.AsyncClient, mark: Any, make_hall: Any, make_event: Any, book: Any, as_manager: Headers
) -> None:
    hall = await make_hall("Ballroom")
    gala = await book(hall.calendar_id, await make_event("Gala"), at(10), at(12))
    ball = await book(hall.calendar_id, await make_event("Ball"), at(12), at(13))
    await mark("unavailable", hall.resource_id, 9, 14)
    path = f"/api/schedules/{gala['scheduledEventId']}"
    confirmed = await client.post(f"{path}/confirm", headers=as_manager)
    assert (confirmed.json()["isBlocked"], confirmed.json()["blockReason"]) == (True, "Ballroom is closed")
    still = await client.post(
        f"{path}/reschedule", json={"startDateTime": at(11), "endDateTime": at(12)}, headers=as_manager
    )
    assert still.status_code == 422
    moved = await client.post(
        f"{path}/reschedule", json={"startDateTime": at(14), "endDateTime": at(16)}, headers=as_manager
    )
    assert (moved.json()["isBlocked"], "blockReason" in moved.json()) == (False, False)
    gone = f"/api/schedules/{ball['scheduledEventId']}"
    assert (await client.delete(gone, headers=as_manager)).status_code == 204
    assert (await client.get(gone, headers=as_manager)).json()["isBlocked"] is False
    opened = await mark("available", hall.resource_id, 9, 14)
    assert opened.json()["unblockedBookings"] == []


async def test_two_closed_resources_are_both_named_and_go_one_by_one(
    client: httpx.AsyncClient,
    mark: Any,
    make_hall: Any,
    make_resource: Any,
    make_event: Any,
    book: Any,
    as_manager: Headers,
) -> None:
    hall, mixer = await make_hall("Ballroom"), await make_resource("Amplifier")
    gala = await book(
        hall.calendar_id, await make_event("Gala"), at(10), at(12), resources=[{"resourceId": mixer}]
    )
    await mark("unavailable", hall.resource_id, 9, 14, reason="Paint")
    await mark("unavailable", mixer, 9, 11, reason="Fuse")
    path = f"/api/schedules/{gala['scheduledEventId']}"

    async def reason() -> Any:
        return (await client.get(path, headers=as_manager)).json().get("blockReason")

    assert await reason() == "Amplifier is closed: Fuse; Ballroom is closed: Paint"
    opened = await mark("available", mixer, 9, 11)
    assert opened.json()["unblockedBookings"] == []
    assert await reason() == "Ballroom is closed: Paint"
    await mark("available", hall.resource_id, 9, 14)
    assert await reason() is None


async def test_what_a_viewer_may_not_see_is_not_named(
    client: httpx.AsyncClient,
    mark: Any,
    make_hall: Any,
    make_resource: Any,
    make_event: Any,
    book: Any,
    grant: Any,
    as_staff: Headers,
    as_customer: Headers,
) -> None:
    hall, ada = await make_hall("Ballroom"), await make_resource("Ada", "Staff")
    event = await make_event("Gala", organizer=CUSTOMER)
    gala = await book(hall.calendar_id, event, at(10), at(12), resources=[{"resourceId": ada}])

    closed = await mark("unavailable", ada, 9, 11, reason="Ill", headers=as_staff)

    assert closed.json()["strandedBookings"] == [
        {"eventTitle": "another booking", "startDateTime": at(10), "endDateTime": at(12)}
    ]
    path = f"/api/schedules/{gala['scheduledEventId']}"
    own = (await client.get(path, headers=as_customer)).json()
    assert (own["isBlocked"], own["blockReason"]) == (True, "A resource is not available")
    await grant(STAFF, hall.calendar_id, "View")
    staff = (await client.get(path, headers=as_staff)).json()
    assert staff["blockReason"] == "Ada is closed: Ill"


async def test_changed_working_hours_strand_too(
    client: httpx.AsyncClient, make_hall: Any, make_event: Any, book: Any, as_manager: Headers
) -> None:
    hall = await make_hall("Ballroom")
    gala = await book(hall.calendar_id, await make_event("Gala"), at(10), at(12))
    path = f"/api/schedules/{gala['scheduledEventId']}"
    week = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

    async def open_until(clock: str) -> Any:
        hours = {day: [{"start": "06:00", "end": clock}] for day in week}
        put = await client.put(
            f"/api/resources/{hall.resource_id}",
            json={"name": "Ballroom", "workingHours": hours, "timeZone": "UTC"},
            headers=as_manager,
        )
        assert put.status_code == 200, put.text
        return (await client.get(path, headers=as_manager)).json().get("blockReason")

    assert await open_until("11:00") == "Ballroom is outside its working hours"
    assert await open_until("12:00") is None


async def test_what_is_over_is_not_stranded(
    mark: Any, make_hall: Any, make_event: Any, book: Any, owner_execute: Any
) -> None:
    hall = await make_hall("Ballroom")
    gala = await book(hall.calendar_id, await make_event("Gala"), at(10), at(12))
    owner_execute(
        "UPDATE scheduled_events SET during = tstzrange(lower(during) - interval '40 days',"  # noqa: S608
        f" upper(during) - interval '40 days') WHERE scheduled_event_id = '{gala['scheduledEventId']}'"
    )
    answer = await mark("unavailable", hall.resource_id, -24 * 50, 24)
    assert answer.json()["strandedBookings"] == []


async def test_a_booking_and_a_closure_do_not_pass_each_other(
    client: httpx.AsyncClient, mark: Any, make_hall: Any, make_event: Any, as_manager: Headers
) -> None:
    event = await make_event("Gala")
    for number in range(6):
        hall = await make_hall(f"Hall {number}")
        made, closed = await asyncio.gather(
            client.post("/api/schedules", json=booking(event, hall.calendar_id), headers=as_manager),
            mark("unavailable", hall.resource_id, 17, 19, reason="Repairs"),
        )
        assert closed.status_code == 201
        if made.status_code == 201:
            key = made.json()["scheduledEventId"]
            read = await client.get(f"/api/schedules/{key}", headers=as_manager)
            assert [one["scheduledEventId"] for one in closed.json()["strandedBookings"]] == [key]
            assert read.json()["isBlocked"] is True
        else:
            assert made.status_code == 422
            assert closed.json()["strandedBookings"] == []


async def test_two_closures_of_one_booking_are_both_kept(
    client: httpx.AsyncClient,
    mark: Any,
    make_hall: Any,
    make_resource: Any,
    make_event: Any,
    book: Any,
    as_manager: Headers,
) -> None:
    hall, mixer = await make_hall("Ballroom"), await make_resource("Amplifier")
    resources = [{"resourceId": mixer}]
    made = [
        await book(hall.calendar_id, await make_event(f"Gala {n}"), at(n), at(n + 1), resources=resources)
        for n in range(8)
    ]
    both = await asyncio.gather(mark("unavailable", hall.resource_id, 0, 8), mark("unavailable", mixer, 0, 8))
    assert [one.status_code for one in both] == [201, 201]
    reasons = {
        (await client.get(f"/api/schedules/{one['scheduledEventId']}", headers=as_manager)).json()[
            "blockReason"
        ]
        for one in made
    }
    assert reasons == {"Amplifier is closed; Ballroom is closed"}


async def test_an_expired_or_cancelled_booking_is_not_blocked(
    mark: Any, make_hall: Any, make_event: Any, book: Any, client: httpx.AsyncClient, as_manager: Headers
) -> None:
    hall = await make_hall("Ballroom")
    gala = await book(hall.calendar_id, await make_event("Gala"), at(10), at(12))
    path = f"/api/schedules/{gala['scheduledEventId']}"
    await client.delete(path, headers=as_manager)
    answer = await mark("unavailable", hall.resource_id, 9, 14)
    assert answer.json()["strandedBookings"] == []
    assert (await client.get(path, headers=as_manager)).json()["isBlocked"] is False


async def test_a_blocked_booking_is_moved_by_a_fix(
    client: httpx.AsyncClient, mark: Any, make_hall: Any, make_event: Any, book: Any, as_manager: Headers
) -> None:
    hall, other = await make_hall("Ballroom"), await make_hall("Pavilion")
    gala = await book(hall.calendar_id, await make_event("Gala"), at(10), at(12))
    path = f"/api/schedules/{gala['scheduledEventId']}"
    fine = await client.get(f"{path}/suggestions", headers=as_manager)
    assert (fine.status_code, fine.json()) == (200, {"fits": True, "suggestions": []})
    await mark("unavailable", hall.resource_id, 11, 14, reason="Repairs")

    answer = await client.get(f"{path}/suggestions", headers=as_manager)

    assert (answer.status_code, answer.json()["fits"]) == (200, False)
    best, second = answer.json()["suggestions"][:2]
    assert best["summary"] == "Move Gala to Pavilion, same time"
    assert [(one["scheduledEventId"], one["to"]["calendarId"]) for one in best["changes"]] == [
        (gala["scheduledEventId"], other.calendar_id)
    ]
    assert second["kind"] == "Rescheduled"
    assert (await client.get(f"/api/suggestions/{best['id']}", headers=as_manager)).json() == best
    applied = await client.post(best["apply"]["href"], headers=as_manager)
    assert applied.status_code == 200, applied.text
    (moved,) = applied.json()["schedules"]
    assert (moved["calendarId"], moved["isBlocked"]) == (other.calendar_id, False)
    assert (await client.get(f"{path}/suggestions", headers=as_manager)).json()["fits"] is True
    late = await client.post(second["apply"]["href"], headers=as_manager)
    assert late.status_code == 409


async def test_only_who_may_move_a_blocked_booking_is_offered_fixes(
    client: httpx.AsyncClient,
    mark: Any,
    make_hall: Any,
    make_event: Any,
    book: Any,
    grant: Any,
    as_manager: Headers,
    as_staff: Headers,
    as_customer: Headers,
) -> None:
    hall, mine = await make_hall("Ballroom"), await make_hall("Pavilion")
    await make_hall("Hidden Hall")
    gala = await book(hall.calendar_id, await make_event("Gala", organizer=CUSTOMER), at(10), at(12))
    await mark("unavailable", hall.resource_id, 0, 24 * 30)
    path = f"/api/schedules/{gala['scheduledEventId']}/suggestions"

    async def offered(headers: Headers) -> list[str]:
        answer = await client.get(path, headers=headers)
        assert (answer.status_code, answer.json()["fits"]) == (200, False)
        return [one["summary"] for one in answer.json()["suggestions"]]

    assert (await client.get(path, headers=as_staff)).status_code == 404
    assert await offered(as_customer) == []
    for person, headers in ((STAFF, as_staff), (CUSTOMER, as_customer)):
        await grant(person, hall.calendar_id, "View")
        await grant(person, mine.calendar_id, "Book")
        assert await offered(headers) == []
        await grant(person, hall.calendar_id, "Book")
        found = await offered(headers)
        assert found[0] == "Move Gala to Pavilion, same time"
        assert not any("Hidden" in one for one in found)
    assert "Move Gala to Hidden Hall, same time" in await offered(as_manager)


async def test_bookings_that_are_blocked_and_freed_leave_facts(
    make_hall: Any, make_event: Any, book: Any, mark: Any, facts: Any
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    keys = [
        (await book(hall.calendar_id, event, at(start), at(start + 2)))["scheduledEventId"]
        for start in (9, 12, 18)
    ]

    async def told() -> list[tuple[str, dict[str, Any]]]:
        return [(kind, payload) for kind, payload in await facts() if kind.startswith("ScheduledEvent")]

    def about(key: str, by: str) -> dict[str, Any]:
        return {"scheduledEventId": key, "resourceId": hall.resource_id, by: str(MANAGER.user_id)}

    await mark("unavailable", hall.resource_id, 10, 14)
    blocked = [("ScheduledEventBlocked", about(key, "blockedBy")) for key in keys[:2]]
    assert await told() == blocked
    # Closed a little longer: the same bookings, and no news.
    await mark("unavailable", hall.resource_id, 14, 15)
    assert await told() == blocked
    await mark("available", hall.resource_id, 9, 11)
    assert await told() == [*blocked, ("ScheduledEventUnblocked", about(keys[0], "unblockedBy"))]
