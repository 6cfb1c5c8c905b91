"""Every fact a booking can leave, with exactly the contract's payload (spec 3)."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import httpx

from api.bootstrap import Callboard
from domain.facts import Fact
from tests.api.bookings import at, booking
from tests.api.people import ADMIN, MANAGER

Headers = dict[str, str]
URL = "/api/schedules"

CONTRACT = {
    "CalendarViewGenerated": "CalendarId, ViewType, StartDate, EndDate, GeneratedAt",
    "EventScheduledOnCalendar": "ScheduledEventId, EventId, CalendarId, StartDateTime, EndDateTime",
    "EventRescheduled": "ScheduledEventId, OldStartDateTime, OldEndDateTime, NewStartDateTime,"
    " NewEndDateTime, RescheduledBy",
    "EventRemovedFromCalendar": "ScheduledEventId, EventId, CalendarId, RemovedBy, Reason",
    "DailyScheduleExported": "CalendarId, Date, Format, ExportedBy",
    "WeeklyScheduleExported": "CalendarId, WeekStartDate, Format, ExportedBy",
    "MonthlyScheduleExported": "CalendarId, Month, Year, Format, ExportedBy",
    "ScheduleConflictDetected": "ScheduleConflictId, ScheduledEventId, ConflictingEventId, ConflictType,"
    " ConflictLevel",
    "ScheduleConflictResolved": "ScheduleConflictId, ResolutionMethod, ResolvedBy, ResolvedAt",
    "ScheduleConflictEscalated": "ScheduleConflictId, EscalatedTo, EscalationReason, EscalatedAt",
    "OverbookingWarningTriggered": "CalendarId, CurrentCount, MaxCapacity, WarningThreshold",
    "OverbookingPreventedBySystem": "CalendarId, ScheduledEventId, AttemptedBy, PreventedAt",
    "OverbookingAllowedByOverride": "CalendarId, ScheduledEventId, OverriddenBy, OverrideReason,"
    " OverriddenAt",
}
"""The contract's words for the facts there are so far."""

ELSEWHERE = {
    "ResourceMarkedUnavailable",
    "ResourceMarkedAvailable",
    "ResourceAvailabilityChecked",
    "MultipleResourcesChecked",
    "ScheduleChangeRequested",
    "ScheduleChangeApproved",
    "ScheduleChangeRejected",
    "ScheduledEventBlocked",
    "ScheduledEventUnblocked",
    "HoldExpired",
    "HoldPromoted",
}
"""Facts that no booking leaves; tests of closures, availability and approvals show their payload."""


def fields_of(name: str) -> list[str]:
    return [field[0].lower() + field[1:] for field in CONTRACT[name].split(", ")]


async def test_each_fact_has_exactly_the_contracts_fields(
    client: httpx.AsyncClient,
    service: Callboard,
    clock: Any,
    make_hall: Any,
    make_event: Any,
    as_manager: Headers,
    as_admin: Headers,
    facts: Any,
) -> None:
    assert {kind.__name__ for kind in Fact.__subclasses__()} == CONTRACT.keys() | ELSEWHERE
    hall, event = await make_hall("Ballroom", 2), await make_event("Gala")
    body = booking(event, hall.calendar_id)
    now = clock.now().isoformat().replace("+00:00", "Z")

    async def post(path: str, **fields: Any) -> httpx.Response:
        answer = await client.post(path, json=fields, headers=as_manager)
        assert answer.status_code in {200, 201}, answer.text
        return answer

    keys = [(await post(URL, **body)).json()["scheduledEventId"] for _ in range(2)]
    assert (await client.post(URL, json=body, headers=as_manager)).status_code == 409
    third = (await post(URL, **body, override={"reason": "asked"})).json()
    key = third["scheduledEventId"]
    conflict = next(
        one["scheduleConflictId"] for one in third["conflicts"] if one["conflictingEventId"] == keys[0]
    )
    boss = str(ADMIN.user_id)
    await post(f"{URL}/conflicts/{conflict}/escalate", escalatedTo=boss, reason="Too big")
    await post(f"{URL}/{key}/reschedule", startDateTime=at(9), endDateTime=at(10))
    gone = await client.delete(f"{URL}/{key}", params={"reason": "rain"}, headers=as_admin)
    assert gone.status_code == 204
    seen = await client.get(
        f"/api/calendars/{hall.calendar_id}/daily", params={"date": at(0)[:10]}, headers=as_manager
    )
    assert seen.status_code == 200
    await service.query_facts.flush()
    exports = f"/api/calendars/{hall.calendar_id}/export"
    await post(f"{exports}/daily", date="2026-12-24", format="ICalendar")
    await post(f"{exports}/weekly", weekStartDate="2026-12-21", format="Excel")
    await post(f"{exports}/monthly", month=12, year=2026, format="Pdf")

    recorded = await facts()
    last = dict(recorded)
    assert last.keys() == CONTRACT.keys()
    assert {name: list(payload) for name, payload in recorded} == {
        name: sorted(fields_of(name), key=lambda field: (len(field), field)) for name in CONTRACT
    }
    manager, calendar = str(MANAGER.user_id), hall.calendar_id
    prevented = last["OverbookingPreventedBySystem"]
    assert UUID(prevented["scheduledEventId"]) not in {UUID(one) for one in (*keys, key)}
    detected = [payload for name, payload in recorded if name == "ScheduleConflictDetected"]
    pairs = {(one["scheduledEventId"], one["conflictingEventId"]) for one in detected}
    assert pairs == {(keys[1], keys[0]), (key, keys[0]), (key, keys[1])}
    assert {(one["conflictType"], one["conflictLevel"]) for one in detected} == {
        ("VenueConflict", "Critical")
    }
    resolved = [payload for name, payload in recorded if name == "ScheduleConflictResolved"]
    assert {one.pop("scheduleConflictId") for one in resolved} == {
        one["scheduleConflictId"] for one in detected
    }
    assert resolved == [{"resolutionMethod": "Rescheduled", "resolvedBy": manager, "resolvedAt": now}] * 3
    assert {name: last[name] for name in CONTRACT if not name.startswith("ScheduleConflictDet")} == {
        "CalendarViewGenerated": {
            "calendarId": calendar,
            "viewType": "Daily",
            "startDate": at(6),
            "endDate": at(23),
            "generatedAt": now,
        },
        "EventScheduledOnCalendar": {
            "scheduledEventId": key,
            "eventId": event,
            "calendarId": calendar,
            "startDateTime": at(18),
            "endDateTime": at(20),
        },
        "EventRescheduled": {
            "scheduledEventId": key,
            "oldStartDateTime": at(18),
            "oldEndDateTime": at(20),
            "newStartDateTime": at(9),
            "newEndDateTime": at(10),
            "rescheduledBy": manager,
        },
        "EventRemovedFromCalendar": {
            "scheduledEventId": key,
            "eventId": event,
            "calendarId": calendar,
            "removedBy": boss,
            "reason": "rain",
        },
        "DailyScheduleExported": {
            "calendarId": calendar,
            "date": "2026-12-24",
            "format": "ICalendar",
            "exportedBy": manager,
        },
        "WeeklyScheduleExported": {
            "calendarId": calendar,
            "weekStartDate": "2026-12-21",
            "format": "Excel",
            "exportedBy": manager,
        },
        "MonthlyScheduleExported": {
            "calendarId": calendar,
            "month": 12,
            "year": 2026,
            "format": "Pdf",
            "exportedBy": manager,
        },
        "ScheduleConflictResolved": resolved[-1],
        "ScheduleConflictEscalated": {
            "scheduleConflictId": conflict,
            "escalatedTo": boss,
            "escalationReason": "Too big",
            "escalatedAt": now,
        },
        "OverbookingWarningTriggered": {
            "calendarId": calendar,
            "currentCount": 2,
            "maxCapacity": 2,
            "warningThreshold": 1.6,
        },
        "OverbookingPreventedBySystem": {
            "calendarId": calendar,
            "scheduledEventId": prevented["scheduledEventId"],
            "attemptedBy": manager,
            "preventedAt": now,
        },
        "OverbookingAllowedByOverride": {
            "calendarId": calendar,
            "scheduledEventId": key,
            "overriddenBy": manager,
            "overrideReason": "asked",
            "overriddenAt": now,
        },
    }
    instants = [
        value for _, one in recorded for name, value in one.items() if re.search("DateTime|At$", name)
    ]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", one) for one in instants)


async def test_another_calendar_is_a_removal_and_an_addition(
    client: httpx.AsyncClient, make_hall: Any, make_event: Any, as_manager: Headers, facts: Any
) -> None:
    hall, other = await make_hall("Ballroom"), await make_hall("Attic")
    event = await make_event("Gala")
    made = await client.post(URL, json=booking(event, hall.calendar_id), headers=as_manager)
    key = made.json()["scheduledEventId"]

    moved = await client.put(f"{URL}/{key}", json=booking(event, other.calendar_id), headers=as_manager)

    assert (moved.status_code, moved.json()["calendarId"], moved.json()["calendarName"]) == (
        200,
        other.calendar_id,
        "Attic",
    )
    assert (await facts())[1:] == [
        (
            "EventRemovedFromCalendar",
            {
                "scheduledEventId": key,
                "eventId": event,
                "calendarId": hall.calendar_id,
                "removedBy": str(MANAGER.user_id),
                "reason": None,
            },
        ),
        (
            "EventScheduledOnCalendar",
            {
                "scheduledEventId": key,
                "eventId": event,
                "calendarId": other.calendar_id,
                "startDateTime": at(18),
                "endDateTime": at(20),
            },
        ),
    ]
    # The old hall is free, the new one is taken.
    again = booking(event, hall.calendar_id)
    assert (await client.post(URL, json=again, headers=as_manager)).status_code == 201
    taken = booking(event, other.calendar_id)
    assert (await client.post(URL, json=taken, headers=as_manager)).status_code == 409


async def test_a_change_that_moves_nothing_leaves_no_fact(
    client: httpx.AsyncClient, make_hall: Any, make_event: Any, as_manager: Headers, facts: Any
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    made = await client.post(URL, json=booking(event, hall.calendar_id), headers=as_manager)
    left = await facts()
    same = booking(event, hall.calendar_id, timeZone="UTC")
    answer = await client.put(made.headers["location"], json=same, headers=as_manager)
    assert (answer.json()["timeZone"], answer.headers["etag"]) == ("UTC", '"2"')
    assert await facts() == left
