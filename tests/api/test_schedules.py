"""Booking over HTTP: what is booked, what is refused and how it is said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from domain.facts import (
    EventRemovedFromCalendar,
    EventRescheduled,
    EventScheduledOnCalendar,
    OverbookingAllowedByOverride,
    OverbookingPreventedBySystem,
    OverbookingWarningTriggered,
    ScheduleConflictDetected,
    ScheduleConflictResolved,
)
from tests.api.bookings import at, booking
from tests.api.people import CUSTOMER, MANAGER, STAFF

Make = Callable[..., Awaitable[str]]
Headers = dict[str, str]


async def test_a_booking_is_made_and_read_back(
    client: httpx.AsyncClient, make_hall: Any, make_event: Make, as_manager: Headers, facts: Any
) -> None:
    hall = await make_hall("Grand Ballroom")
    event = await make_event("Corporate Fundraiser")

    made = await client.post("/api/schedules", json=booking(event, hall.calendar_id), headers=as_manager)

    assert made.status_code == 201
    key = made.json()["scheduledEventId"]
    expected = {
        "scheduledEventId": key,
        "eventId": event,
        "eventTitle": "Corporate Fundraiser",
        "calendarId": hall.calendar_id,
        "calendarName": "Grand Ballroom",
        "startDateTime": at(18),
        "endDateTime": at(20),
        "timeZone": "Europe/Berlin",
        "status": "Scheduled",
        "conflictLevel": "None",
        "isBlocked": False,
        "conflicts": [],
    }
    assert made.json() == expected
    assert made.headers["location"] == f"/api/schedules/{key}"
    assert made.headers["etag"] == '"1"'
    read = await client.get(f"/api/schedules/{key}", headers=as_manager)
    assert (read.status_code, read.json(), read.headers["etag"]) == (200, expected, '"1"')
    assert await facts() == [
        (
            EventScheduledOnCalendar.__name__,
            {
                "scheduledEventId": key,
                "eventId": event,
                "calendarId": hall.calendar_id,
                "startDateTime": at(18),
                "endDateTime": at(20),
            },
        )
    ]


async def test_a_double_booking_is_refused_with_fixes_that_apply(
    client: httpx.AsyncClient, make_hall: Any, make_event: Make, as_manager: Headers, facts: Any
) -> None:
    hall = await make_hall("Grand Ballroom", interchange_group="halls")
    other = await make_hall("Garden Pavilion", interchange_group="halls")
    wedding, fundraiser = await make_event("Wedding Reception"), await make_event("Corporate Fundraiser")
    first = await client.post("/api/schedules", json=booking(wedding, hall.calendar_id), headers=as_manager)

    refused = await client.post(
        "/api/schedules", json=booking(fundraiser, hall.calendar_id, 19, 21), headers=as_manager
    )

    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    suggestions = problem.pop("suggestions")
    assert problem == {
        "type": "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.10",
        "title": "Scheduling Conflict",
        "status": 409,
        "detail": "The selected time slot conflicts with an existing event",
        "instance": "/api/schedules",
        "errors": {
            "ConflictingEvents": [
                {
                    "eventId": wedding,
                    "scheduledEventId": first.json()["scheduledEventId"],
                    "eventTitle": "Wedding Reception",
                    "startDateTime": at(18),
                    "endDateTime": at(20),
                    "conflictType": "VenueConflict",
                    "conflictLevel": "Critical",
                }
            ]
        },
    }
    assert {one["kind"] for one in suggestions} >= {"Rescheduled", "ResourceChanged"}
    assert all(one["optimal"] for one in suggestions)
    assert all(sum(one["cost"]["terms"].values()) == one["cost"]["total"] for one in suggestions)
    elsewhere = next(
        one
        for one in suggestions
        if one["kind"] == "ResourceChanged" and "scheduledEventId" not in one["changes"][0]
    )
    assert "Garden Pavilion" in elsewhere["summary"]
    assert [change["to"]["calendarId"] for change in elsewhere["changes"]] == [other.calendar_id]

    applied = await client.post(elsewhere["apply"]["href"], headers=as_manager)
    assert applied.status_code == 200, applied.text
    booked = applied.json()["schedules"]
    assert [(one["calendarId"], one["eventTitle"], one["conflictLevel"]) for one in booked] == [
        (other.calendar_id, "Corporate Fundraiser", "None")
    ]
    again = await client.post(elsewhere["apply"]["href"], headers=as_manager)
    assert (again.status_code, again.json()["detail"]) == (
        409,
        "This suggestion has been applied already",
    )
    assert [name for name, _ in await facts()] == [
        EventScheduledOnCalendar.__name__,
        OverbookingPreventedBySystem.__name__,
        EventScheduledOnCalendar.__name__,
    ]


async def test_moving_the_rival_frees_the_slot(
    client: httpx.AsyncClient, make_hall: Any, make_event: Make, as_manager: Headers
) -> None:
    hall = await make_hall("Ballroom")
    wedding, gala = await make_event("Wedding"), await make_event("Gala")
    first = await client.post("/api/schedules", json=booking(wedding, hall.calendar_id), headers=as_manager)
    key = first.json()["scheduledEventId"]
    refused = await client.post("/api/schedules", json=booking(gala, hall.calendar_id), headers=as_manager)
    by_rival = next(
        one for one in refused.json()["suggestions"] if one["changes"][0].get("scheduledEventId") == key
    )

    applied = await client.post(by_rival["apply"]["href"], headers=as_manager)

    assert applied.status_code == 200, applied.text
    moved, booked = applied.json()["schedules"]
    assert moved["scheduledEventId"] == key
    assert moved["startDateTime"] == by_rival["changes"][0]["to"]["startDateTime"]
    assert (booked["eventId"], booked["startDateTime"]) == (gala, at(18))


async def test_back_to_back_is_no_clash(
    client: httpx.AsyncClient, make_hall: Any, make_event: Make, as_manager: Headers
) -> None:
    hall = await make_hall("Ballroom")
    event = await make_event("Rehearsal")
    for start, end in ((18, 20), (20, 22), (16, 18)):
        made = await client.post(
            "/api/schedules", json=booking(event, hall.calendar_id, start, end), headers=as_manager
        )
        assert made.status_code == 201


async def test_beyond_several_at_once_is_an_overbooking(
    client: httpx.AsyncClient, make_hall: Any, make_event: Make, as_manager: Headers, facts: Any
) -> None:
    foyer = await make_hall("Foyer", 5)
    event = await make_event("Stand")
    answers = [
        await client.post("/api/schedules", json=booking(event, foyer.calendar_id), headers=as_manager)
        for _ in range(6)
    ]
    assert [one.status_code for one in answers] == [201] * 5 + [409]
    assert answers[5].json()["detail"] == "The calendar is at capacity in the selected time slot"
    assert len(answers[5].json()["errors"]["ConflictingEvents"]) == 5
    warnings = [fact for fact in await facts() if fact[0] == OverbookingWarningTriggered.__name__]
    assert warnings == [
        (
            OverbookingWarningTriggered.__name__,
            {
                "calendarId": foyer.calendar_id,
                "currentCount": 4,
                "maxCapacity": 5,
                "warningThreshold": 4.0,
            },
        )
    ]


async def test_an_override_books_a_full_slot_and_says_why(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Make,
    as_manager: Headers,
    as_staff: Headers,
    grant: Any,
    facts: Any,
) -> None:
    hall = await make_hall("Ballroom")
    await grant(STAFF, hall.calendar_id)
    event = await make_event("Gala")
    await client.post("/api/schedules", json=booking(event, hall.calendar_id), headers=as_manager)

    blank = booking(event, hall.calendar_id, override={"reason": "  "})
    refused = await client.post("/api/schedules", json=blank, headers=as_manager)
    assert (refused.status_code, refused.json()["errors"]) == (
        400,
        {"override.reason": ["An override must include a reason"]},
    )
    wanted = booking(event, hall.calendar_id, override={"reason": "The mayor asked"})
    forbidden = await client.post("/api/schedules", json=wanted, headers=as_staff)
    assert forbidden.status_code == 403

    made = await client.post("/api/schedules", json=wanted, headers=as_manager)

    assert made.status_code == 201
    body = made.json()
    assert body["conflictLevel"] == "Critical"
    assert [(one["conflictType"], one["status"]) for one in body["conflicts"]] == [
        ("VenueConflict", "Detected")
    ]
    recorded = await facts()
    allowed = [payload for name, payload in recorded if name == OverbookingAllowedByOverride.__name__]
    assert [one["overrideReason"] for one in allowed] == ["The mayor asked"]
    # An exemption covers only its own booking.
    third = await client.post("/api/schedules", json=booking(event, hall.calendar_id), headers=as_manager)
    assert third.status_code == 409


async def test_rescheduling_resolves_a_conflict_with_the_method_that_removed_it(
    client: httpx.AsyncClient, make_hall: Any, make_event: Make, as_manager: Headers, facts: Any
) -> None:
    hall = await make_hall("Ballroom")
    event = await make_event("Gala")
    await client.post("/api/schedules", json=booking(event, hall.calendar_id), headers=as_manager)
    wanted = booking(event, hall.calendar_id, override={"reason": "asked"})
    second = (await client.post("/api/schedules", json=wanted, headers=as_manager)).json()

    moved = await client.post(
        f"/api/schedules/{second['scheduledEventId']}/reschedule",
        json={"startDateTime": at(21), "endDateTime": at(23), "reason": "make room"},
        headers=as_manager,
    )

    assert moved.status_code == 200
    assert (moved.json()["startDateTime"], moved.json()["conflictLevel"]) == (at(21), "None")
    assert moved.headers["etag"] == '"2"'
    names = [name for name, _ in await facts()]
    assert names[-2:] == [ScheduleConflictResolved.__name__, EventRescheduled.__name__]
    payload = dict(await facts())[ScheduleConflictResolved.__name__]
    assert payload["resolutionMethod"] == "Rescheduled"


async def test_removing_keeps_the_row_and_frees_the_slot(
    client: httpx.AsyncClient, make_hall: Any, make_event: Make, as_manager: Headers, facts: Any
) -> None:
    hall = await make_hall("Ballroom")
    event = await make_event("Gala")
    made = await client.post("/api/schedules", json=booking(event, hall.calendar_id), headers=as_manager)
    path = made.headers["location"]

    for _ in range(2):
        gone = await client.delete(path, params={"reason": "rain"}, headers=as_manager)
        assert (gone.status_code, gone.content) == (204, b"")

    assert (await client.get(path, headers=as_manager)).json()["status"] == "Cancelled"
    again = await client.post("/api/schedules", json=booking(event, hall.calendar_id), headers=as_manager)
    assert again.status_code == 201
    removed = [one for one in await facts() if one[0] == EventRemovedFromCalendar.__name__]
    assert removed == [
        (
            EventRemovedFromCalendar.__name__,
            {
                "scheduledEventId": made.json()["scheduledEventId"],
                "eventId": event,
                "calendarId": hall.calendar_id,
                "removedBy": str(MANAGER.user_id),
                "reason": "rain",
            },
        )
    ]


async def test_a_hold_gives_way_and_is_confirmed_only_where_there_is_room(
    client: httpx.AsyncClient, make_hall: Any, make_event: Make, as_manager: Headers
) -> None:
    hall = await make_hall("Ballroom")
    event = await make_event("Gala")
    hold = booking(event, hall.calendar_id, status="Tentative", holdExpiresAt=at(0))
    held = await client.post("/api/schedules", json=hold, headers=as_manager)
    assert (held.status_code, held.json()["status"], held.json()["holdExpiresAt"]) == (
        201,
        "Tentative",
        at(0),
    )
    second_hold = await client.post("/api/schedules", json=hold, headers=as_manager)
    assert (second_hold.status_code, second_hold.json()["conflicts"]) == (201, [])

    firm = await client.post("/api/schedules", json=booking(event, hall.calendar_id), headers=as_manager)

    assert (firm.status_code, firm.json()["conflictLevel"]) == (201, "Minor")
    assert {(one["conflictType"], one["conflictLevel"]) for one in firm.json()["conflicts"]} == {
        ("TimeOverlap", "Minor")
    }
    assert len(firm.json()["conflicts"]) == 2
    late = await client.post("/api/schedules", json=hold, headers=as_manager)
    assert late.status_code == 409
    refused = await client.post(held.headers["location"] + "/confirm", headers=as_manager)
    assert refused.status_code == 409
    assert refused.json()["errors"]["ConflictingEvents"][0]["conflictType"] == "VenueConflict"
    await client.delete(firm.headers["location"], headers=as_manager)
    confirmed = await client.post(held.headers["location"] + "/confirm", headers=as_manager)
    assert (confirmed.status_code, confirmed.json()["status"]) == (200, "Confirmed")
    assert "holdExpiresAt" not in confirmed.json()


async def test_a_confirmation_waits_for_critical_conflicts(
    client: httpx.AsyncClient, make_hall: Any, make_event: Make, as_manager: Headers, as_customer: Headers
) -> None:
    hall = await make_hall("Ballroom")
    event = await make_event("Gala")
    await client.post("/api/schedules", json=booking(event, hall.calendar_id), headers=as_manager)
    wanted = booking(event, hall.calendar_id, override={"reason": "asked"})
    second = await client.post("/api/schedules", json=wanted, headers=as_manager)
    path = second.headers["location"]

    refused = await client.post(f"{path}/confirm", headers=as_manager)
    assert (refused.status_code, refused.json()["title"]) == (409, "Not Possible Now")
    forbidden = await client.post(f"{path}/confirm", headers=as_customer)
    assert forbidden.status_code == 403
    moved = {"startDateTime": at(21), "endDateTime": at(22)}
    await client.post(f"{path}/reschedule", json=moved, headers=as_manager)
    for _ in range(2):
        confirmed = await client.post(f"{path}/confirm", headers=as_manager)
        assert (confirmed.status_code, confirmed.json()["status"]) == (200, "Confirmed")


async def test_staff_and_equipment_are_recorded_beside_the_booking(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_resource: Make,
    make_event: Make,
    as_manager: Headers,
    facts: Any,
) -> None:
    one, other = await make_hall("One"), await make_hall("Other")
    ada = await make_resource("Ada", "Staff")
    microphones = await make_resource("Microphones", "Equipment", quantity=12)
    event = await make_event("Gala")
    uses = [
        {"resourceId": ada, "role": "Secondary"},
        {"resourceId": microphones, "quantity": 8},
    ]
    first = await client.post(
        "/api/schedules", json=booking(event, one.calendar_id, resources=uses), headers=as_manager
    )
    assert first.json()["resources"] == [
        {"resourceId": ada, "role": "Secondary", "quantity": 1},
        {"resourceId": microphones, "role": "Primary", "quantity": 8},
    ]

    second = await client.post(
        "/api/schedules", json=booking(event, other.calendar_id, resources=uses), headers=as_manager
    )

    assert second.status_code == 201
    assert second.json()["conflictLevel"] == "Moderate"
    assert {
        (row["conflictType"], row["conflictLevel"], row["conflictingEventId"])
        for row in second.json()["conflicts"]
    } == {
        ("StaffConflict", "Minor", first.json()["scheduledEventId"]),
        ("EquipmentConflict", "Moderate", first.json()["scheduledEventId"]),
    }
    assert [name for name, _ in await facts()].count(ScheduleConflictDetected.__name__) == 2
    fewer = booking(event, other.calendar_id, resources=[{"resourceId": microphones, "quantity": 4}])
    updated = await client.put(second.headers["location"], json=fewer, headers=as_manager)
    assert (updated.status_code, updated.json()["conflictLevel"]) == (200, "None")
    resolved = [p for name, p in await facts() if name == ScheduleConflictResolved.__name__]
    assert [one["resolutionMethod"] for one in resolved] == ["ResourceChanged"] * 2


async def test_a_change_names_the_version_it_was_made_on(
    client: httpx.AsyncClient, make_hall: Any, make_event: Make, as_manager: Headers
) -> None:
    hall = await make_hall("Ballroom")
    event = await make_event("Gala")
    made = await client.post("/api/schedules", json=booking(event, hall.calendar_id), headers=as_manager)
    path, later = made.headers["location"], booking(event, hall.calendar_id, 20, 22)

    stale = await client.put(path, json=later, headers=as_manager | {"If-Match": '"7"'})
    assert stale.status_code == 412
    broken = await client.put(path, json=later, headers=as_manager | {"If-Match": "seven"})
    assert (broken.status_code, list(broken.json()["errors"])) == (400, ["If-Match"])
    moved = await client.put(path, json=later, headers=as_manager | {"If-Match": '"1"'})
    assert (moved.status_code, moved.headers["etag"]) == (200, '"2"')


async def test_a_dry_run_answers_and_changes_nothing(
    client: httpx.AsyncClient, make_hall: Any, make_event: Make, as_manager: Headers, facts: Any
) -> None:
    hall = await make_hall("Ballroom")
    event = await make_event("Gala")
    body = booking(event, hall.calendar_id)
    tried = await client.post("/api/schedules?dryRun=true", json=body, headers=as_manager)
    assert tried.status_code == 201
    listed = await client.get("/api/schedules", headers=as_manager)
    assert listed.json() == {"items": [], "nextCursor": None}
    assert await facts() == []


async def test_a_list_pages_and_filters(
    client: httpx.AsyncClient, make_hall: Any, make_event: Make, as_manager: Headers
) -> None:
    hall, other = await make_hall("Ballroom"), await make_hall("Attic")
    gala, fair = await make_event("Gala"), await make_event("Book Fair")
    keys = []
    for hour in (8, 10, 12):
        made = await client.post(
            "/api/schedules", json=booking(gala, hall.calendar_id, hour, hour + 1), headers=as_manager
        )
        keys.append(made.json()["scheduledEventId"])
    made = await client.post(
        "/api/schedules", json=booking(fair, other.calendar_id, 9, 11), headers=as_manager
    )
    keys.insert(1, made.json()["scheduledEventId"])

    async def listed(**params: Any) -> tuple[list[str], str | None]:
        answer = await client.get("/api/schedules", params=params, headers=as_manager)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        return [one["scheduledEventId"] for one in body["items"]], body["nextCursor"]

    assert await listed() == (keys, None)
    first, cursor = await listed(limit=3)
    assert first == keys[:3]
    assert await listed(limit=3, cursor=cursor) == (keys[3:], None)
    assert await listed(calendarId=other.calendar_id) == ([keys[1]], None)
    assert await listed(resourceId=hall.resource_id) == ([keys[0], keys[2], keys[3]], None)
    assert await listed(q="FAIR") == ([keys[1]], None)
    assert await listed(q="%") == ([], None)
    assert await listed(**{"from": at(9.5), "to": at(12)}) == ([keys[1], keys[2]], None)
    assert await listed(status="Confirmed") == ([], None)
    assert await listed(conflictLevel="Minor") == ([], None)
    broken = await client.get("/api/schedules", params={"cursor": "x"}, headers=as_manager)
    assert (broken.status_code, list(broken.json()["errors"])) == (400, ["cursor"])


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        (
            {"startDateTime": at(20), "endDateTime": at(18)},
            "endDateTime",
            "End time must be after start time",
        ),
        ({"endDateTime": at(18.2)}, "endDateTime", "Event duration must be at least 15 minutes"),
        ({"endDateTime": at(19, 31)}, "endDateTime", "Event duration cannot exceed 30 days"),
        (
            {"startDateTime": "2020-01-01T10:00:00Z", "endDateTime": "2020-01-01T11:00:00Z"},
            "startDateTime",
            "Start time must be in the future",
        ),
        ({"timeZone": "Mars/Olympus"}, "timeZone", "Invalid timezone"),
        ({"eventId": str(uuid4())}, "eventId", "Event does not exist"),
        ({"calendarId": str(uuid4())}, "calendarId", "Calendar does not exist or is inactive"),
        (
            {"resources": [{"resourceId": str(uuid4())}]},
            "resources[0].resourceId",
            "Resource does not exist or is inactive",
        ),
        (
            {"startDateTime": "2027-01-01T10:00:00"},
            "startDateTime",
            "must carry a time zone offset, e.g. 2026-12-25T18:00:00Z",
        ),
        (
            {"endDateTime": "9999-12-31T23:59:59Z"},
            "endDateTime",
            "must lie between the years 1900 and 3000",
        ),
        (
            {"recurrencePattern": {"type": "Daily", "interval": 0}},
            "recurrencePattern.interval",
            "Input should be greater than or equal to 1",
        ),
        (
            {"skippedOccurrences": [at(18)]},
            "skippedOccurrences",
            "Only a series (recurrencePattern) skips occurrences",
        ),
        ({"holdExpiresAt": at(0)}, "holdExpiresAt", 'Only a hold (status "Tentative") expires'),
        ({"status": "Confirmed"}, "status", "Input should be 'Scheduled' or 'Tentative'"),
        ({"startTime": at(1)}, "startTime", "Extra inputs are not permitted"),
    ],
)
async def test_bad_fields_are_named(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Make,
    as_manager: Headers,
    change: dict[str, Any],
    field: str,
    message: str,
) -> None:
    hall = await make_hall("Ballroom")
    event = await make_event("Gala")
    answer = await client.post(
        "/api/schedules", json=booking(event, hall.calendar_id) | change, headers=as_manager
    )
    assert (answer.status_code, answer.json()["errors"]) == (400, {field: [message]})
    assert (await client.get("/api/schedules", headers=as_manager)).json()["items"] == []


async def test_outside_working_hours_is_unavailable_before_it_is_a_clash(
    client: httpx.AsyncClient, make_hall: Any, make_event: Make, as_manager: Headers
) -> None:
    days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    hours = {day: [{"start": "06:00", "end": "24:00"}] for day in days}
    hall = await make_hall("Ballroom", working_hours=hours, time_zone="UTC")
    event = await make_event("Gala")
    late = booking(event, hall.calendar_id, 23, 25)
    answer = await client.post("/api/schedules", json=late, headers=as_manager)
    assert (answer.status_code, answer.json()["title"], answer.json()["detail"]) == (
        422,
        "Time Slot Unavailable",
        "Ballroom is not available: outside its working hours",
    )
    until_midnight = booking(event, hall.calendar_id, 23, 24)
    assert (await client.post("/api/schedules", json=until_midnight, headers=as_manager)).status_code == 201


async def test_changes_near_the_start_need_a_manager(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Make,
    as_manager: Headers,
    as_staff: Headers,
    grant: Any,
) -> None:
    hall = await make_hall("Ballroom")
    await grant(STAFF, hall.calendar_id)
    event = await make_event("Gala", organizer=STAFF)
    soon = datetime.now(UTC) + timedelta(minutes=90)
    body = booking(event, hall.calendar_id) | {
        "startDateTime": soon.isoformat(),
        "endDateTime": (soon + timedelta(hours=1)).isoformat(),
    }
    made = await client.post("/api/schedules", json=body, headers=as_staff)
    assert made.status_code == 201
    path = made.headers["location"]
    far = {"startDateTime": at(10), "endDateTime": at(11)}
    calls = [
        client.build_request("POST", f"{path}/reschedule", json=far, headers=as_staff),
        client.build_request("PUT", path, json=booking(event, hall.calendar_id), headers=as_staff),
        client.build_request("DELETE", path, headers=as_staff),
    ]
    for call in calls:
        answer = await client.send(call)
        assert (answer.status_code, answer.json()["status"]) == (202, "Rescheduling")
    moved = await client.post(f"{path}/reschedule", json=far, headers=as_manager)
    assert moved.status_code == 200


async def test_customers_hold_slots_on_calendars_they_may_book(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Make,
    as_customer: Headers,
    as_manager: Headers,
    grant: Any,
) -> None:
    hall = await make_hall("Ballroom")
    instant = await make_hall("Studio", calendar={"instant_booking": True})
    hidden = await make_hall("Cellar")
    seen = await make_hall("Attic")
    for calendar, level in ((hall, "Book"), (instant, "Book"), (seen, "View")):
        await grant(CUSTOMER, calendar.calendar_id, level)
    mine = await make_event("Birthday", organizer=CUSTOMER)
    others = await make_event("Secret", organizer=MANAGER)

    async def post(event: str, calendar: str, **more: Any) -> httpx.Response:
        return await client.post("/api/schedules", json=booking(event, calendar) | more, headers=as_customer)

    held = await post(mine, hall.calendar_id)
    assert (held.status_code, held.json()["status"]) == (201, "Tentative")
    booked = await post(mine, instant.calendar_id)
    assert (booked.status_code, booked.json()["status"]) == (201, "Scheduled")
    assert (await post(others, hall.calendar_id)).json()["errors"] == {"eventId": ["Event does not exist"]}
    assert (await post(mine, hidden.calendar_id)).json()["errors"] == {
        "calendarId": ["Calendar does not exist or is inactive"]
    }
    assert (await post(mine, seen.calendar_id)).status_code == 403
    far = datetime.now(UTC) + timedelta(days=181)
    ahead = {"startDateTime": far.isoformat(), "endDateTime": (far + timedelta(hours=1)).isoformat()}
    assert (await post(mine, hall.calendar_id, **ahead)).json()["errors"] == {
        "startDateTime": ["Customers can book at most 180 days ahead"]
    }
    for day in range(1, 9):
        later = {"startDateTime": at(18, day), "endDateTime": at(19, day)}
        assert (await post(mine, hall.calendar_id, **later)).status_code == 201
    eleventh = {"startDateTime": at(18, 9), "endDateTime": at(19, 9)}
    refused = await post(mine, hall.calendar_id, **eleventh)
    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "You have 10 open bookings; 10 are allowed",
    )
    foreign = await client.post(
        "/api/schedules", json=booking(others, hidden.calendar_id), headers=as_manager
    )
    assert (await client.get(foreign.headers["location"], headers=as_customer)).status_code == 404
    cancelled = await client.delete(held.headers["location"], headers=as_customer)
    assert cancelled.status_code == 204


async def test_without_a_token_nothing_is_told(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/schedules")
    assert (answer.status_code, answer.headers["www-authenticate"], answer.json()["title"]) == (
        401,
        "Bearer",
        "Authentication Required",
    )
    forged = await client.get("/api/schedules", headers={"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."})
    assert forged.status_code == 401
