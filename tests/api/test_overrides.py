"""What an override does and does not, and calendars that need none (SCH-020..025)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.api.bookings import at, booking
from tests.api.people import ADMIN, MANAGER

Headers = dict[str, str]
URL = "/api/schedules"
REASON = {"override": {"reason": " The mayor asked "}}


@pytest.fixture
def post(
    client: httpx.AsyncClient, as_manager: Headers, make_event: Any
) -> Callable[..., Awaitable[httpx.Response]]:
    """A request to book an event of its own."""

    async def send(hall: Any, start: float = 18, end: float = 20, **more: Any) -> httpx.Response:
        body = booking(await make_event("E"), hall.calendar_id, start, end, **more)
        return await client.post(URL, json=body, headers=as_manager)

    return send


@pytest.fixture
def enforced(rows: Any) -> Callable[[Any], Awaitable[set[str]]]:
    """The bookings whose claim on the hall is under the exclusion constraint."""

    async def read(hall: Any) -> set[str]:
        found = await rows(
            "SELECT scheduled_event_id::text AS id FROM claims WHERE resource_id = :r AND enforced",
            r=UUID(hall.resource_id),
        )
        return {row["id"] for row in found}

    return read


def key_of(answer: httpx.Response) -> str:
    assert answer.status_code == 201, answer.text
    return str(answer.json()["scheduledEventId"])


async def allowed(facts: Any) -> list[dict[str, Any]]:
    return [payload for name, payload in await facts() if name == "OverbookingAllowedByOverride"]


async def test_an_override_is_in_the_audit_log_with_user_time_and_reason(
    clock: Any, make_hall: Any, post: Any, audited: Any, facts: Any
) -> None:
    hall = await make_hall("Ballroom")
    await post(hall)

    key = key_of(await post(hall, **REASON))

    (entry,) = await audited(key)
    assert (entry["action"], entry["user_id"], entry["role"], entry["occurred_at"], entry["before"]) == (
        "EventScheduled",
        MANAGER.user_id,
        MANAGER.role,
        clock.now(),
        None,
    )
    assert (entry["after"]["overrideReason"], entry["after"]["calendarId"]) == (
        "The mayor asked",
        hall.calendar_id,
    )
    assert await allowed(facts) == [
        {
            "calendarId": hall.calendar_id,
            "scheduledEventId": key,
            "overriddenBy": str(MANAGER.user_id),
            "overrideReason": "The mayor asked",
            "overriddenAt": clock.now().isoformat().replace("+00:00", "Z"),
        }
    ]


@pytest.mark.parametrize("how", ["reschedule", "update"])
async def test_a_booking_is_moved_into_a_full_slot_by_an_override(
    client: httpx.AsyncClient,
    as_admin: Headers,
    make_hall: Any,
    post: Any,
    audited: Any,
    facts: Any,
    how: str,
) -> None:
    hall = await make_hall("Ballroom")
    await post(hall)
    made = await post(hall, 9, 11)
    key = key_of(made)
    if how == "reschedule":
        body: dict[str, Any] = {"startDateTime": at(19), "endDateTime": at(21), **REASON}
        moved = await client.post(f"{URL}/{key}/reschedule", json=body, headers=as_admin)
    else:
        body = booking(made.json()["eventId"], hall.calendar_id, 19, 21, **REASON)
        moved = await client.put(f"{URL}/{key}", json=body, headers=as_admin)
    assert (moved.status_code, moved.json()["conflictLevel"]) == (200, "Critical")
    entry = (await audited(key))[-1]
    assert (entry["user_id"], entry["after"]["overrideReason"]) == (ADMIN.user_id, "The mayor asked")
    assert [(one["overriddenBy"], one["overrideReason"]) for one in await allowed(facts)] == [
        (str(ADMIN.user_id), "The mayor asked")
    ]


async def test_an_override_that_was_not_needed_leaves_none(
    make_hall: Any, post: Any, audited: Any, facts: Any
) -> None:
    hall = await make_hall("Ballroom")
    (entry,) = await audited(key_of(await post(hall, **REASON)))
    assert entry["after"]["overrideReason"] is None
    assert await allowed(facts) == []


async def test_an_override_opens_no_closed_resource(
    client: httpx.AsyncClient, as_manager: Headers, make_hall: Any, post: Any, close: Any, facts: Any
) -> None:
    hall = await make_hall("Ballroom")
    first = await post(hall)
    close(hall.resource_id, at(17), at(19), "Floor being polished")
    left = await facts()
    for more in ({}, REASON):
        refused = await post(hall, **more)
        assert refused.status_code == 422
        assert refused.json() == {
            "type": "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.21",
            "title": "Time Slot Unavailable",
            "status": 422,
            "detail": "Ballroom is not available: Floor being polished",
            "instance": URL,
        }
    path = f"{URL}/{key_of(await post(hall, 9, 11))}"
    for start, end in ((18, 20), (16, 17.5), (16, 21)):
        body = {"startDateTime": at(start), "endDateTime": at(end), **REASON}
        moved = await client.post(f"{path}/reschedule", json=body, headers=as_manager)
        assert moved.status_code == 422
    assert [name for name, _ in await facts()][len(left) :] == ["EventScheduledOnCalendar"]
    # What touches the closure does not overlap it, and what was booked before it stays.
    beside = {"startDateTime": at(15), "endDateTime": at(17)}
    assert (await client.post(f"{path}/reschedule", json=beside, headers=as_manager)).status_code == 200
    assert (await client.get(first.headers["location"], headers=as_manager)).json()["status"] == "Scheduled"


async def test_a_closure_of_any_resource_claimed_is_said(
    make_hall: Any, make_resource: Any, post: Any, close: Any
) -> None:
    hall, ada = await make_hall("Ballroom"), await make_resource("Ada", "Staff")
    close(ada, at(19), at(23), "On leave")
    refused = await post(hall, resources=[{"resourceId": ada}])
    assert (refused.status_code, refused.json()["detail"]) == (422, "Ada is not available: On leave")
    assert (await post(hall)).status_code == 201


async def test_the_guard_comes_back_when_a_clash_vanishes(
    client: httpx.AsyncClient, as_manager: Headers, make_hall: Any, post: Any, enforced: Any
) -> None:
    hall, other = await make_hall("Ballroom"), await make_hall("Attic")
    first = key_of(await post(hall))
    second_made = await post(hall, 19, 21, **REASON)
    second = key_of(second_made)
    assert await enforced(hall) == {first}
    away = {"startDateTime": at(8), "endDateTime": at(10)}

    moved = await client.post(f"{URL}/{first}/reschedule", json=away, headers=as_manager)
    assert moved.status_code == 200
    assert await enforced(hall) == {first, second}

    third = key_of(await post(hall, 18, 22, **REASON))
    assert await enforced(hall) == {first, second}
    assert (await client.delete(f"{URL}/{second}", headers=as_manager)).status_code == 204
    assert await enforced(hall) == {first, third}

    fourth_made = await post(hall, 21, 23, **REASON)
    fourth = key_of(fourth_made)
    assert await enforced(hall) == {first, third}
    body = booking(fourth_made.json()["eventId"], other.calendar_id, 21, 23)
    assert (await client.put(f"{URL}/{fourth}", json=body, headers=as_manager)).status_code == 200
    assert (await enforced(hall), await enforced(other)) == ({first, third}, {fourth})


async def test_the_guard_comes_back_when_the_last_of_several_clashes_vanishes(
    client: httpx.AsyncClient, as_manager: Headers, make_hall: Any, post: Any, enforced: Any
) -> None:
    hall = await make_hall("Ballroom")
    keys = [key_of(await post(hall, **more)) for more in ({}, REASON, REASON)]
    assert await enforced(hall) == {keys[0]}
    await client.delete(f"{URL}/{keys[0]}", headers=as_manager)
    assert await enforced(hall) == set()
    await client.delete(f"{URL}/{keys[2]}", headers=as_manager)
    assert await enforced(hall) == {keys[1]}
    assert (await post(hall)).status_code == 409


async def test_a_calendar_that_allows_overbooking_records_what_others_refuse(
    make_hall: Any, post: Any, enforced: Any, facts: Any
) -> None:
    hall = await make_hall("Tent", calendar={"allow_overbooking": True})
    first = key_of(await post(hall))

    made = await post(hall, 19, 21, **REASON)

    second = key_of(made)
    (conflict,) = made.json()["conflicts"]
    assert conflict == {
        "scheduleConflictId": conflict["scheduleConflictId"],
        "conflictingEventId": first,
        "conflictingEventTitle": "E",
        "conflictType": "VenueConflict",
        "conflictLevel": "Critical",
        "status": "Detected",
    }
    assert made.json()["conflictLevel"] == "Critical"
    assert await enforced(hall) == set()
    recorded = await facts()
    assert [name for name, _ in recorded] == [
        "EventScheduledOnCalendar",
        "EventScheduledOnCalendar",
        "ScheduleConflictDetected",
    ]
    assert recorded[2][1] == {
        "scheduleConflictId": conflict["scheduleConflictId"],
        "scheduledEventId": second,
        "conflictingEventId": first,
        "conflictType": "VenueConflict",
        "conflictLevel": "Critical",
    }


async def test_a_crowd_that_may_overflow_warns_once_and_then_records(
    make_hall: Any, post: Any, facts: Any
) -> None:
    foyer = await make_hall("Foyer", 2, calendar={"allow_overbooking": True})
    keys = [key_of(await post(foyer)) for _ in range(3)]
    recorded = await facts()
    assert [name for name, _ in recorded] == [
        "EventScheduledOnCalendar",
        "EventScheduledOnCalendar",
        "OverbookingWarningTriggered",
        "EventScheduledOnCalendar",
        *["ScheduleConflictDetected"] * 3,
    ]
    assert recorded[2][1] == {
        "calendarId": foyer.calendar_id,
        "currentCount": 2,
        "maxCapacity": 2,
        "warningThreshold": 1.6,
    }
    assert {(one["scheduledEventId"], one["conflictingEventId"]) for _, one in recorded[4:]} == {
        (keys[1], keys[0]),
        (keys[2], keys[0]),
        (keys[2], keys[1]),
    }
