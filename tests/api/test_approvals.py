"""Changes near the start wait for a manager (SCH-005)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.bookings import at, booking
from tests.api.people import ADMIN, CUSTOMER, MANAGER, OTHER_CUSTOMER, STAFF

Headers = dict[str, str]


def instant(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


@pytest.fixture
def soon() -> datetime:
    """A start within the two hours."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=90)


@pytest.fixture
async def hall(make_hall: Any, grant: Any) -> Any:
    made = await make_hall("Ballroom")
    await grant(STAFF, made.calendar_id)
    return made


@pytest.fixture
async def path(hall: Any, make_event: Any, book: Any, soon: datetime) -> str:
    """A booking of Staff's, which begins soon."""
    event = await make_event("Gala", organizer=STAFF)
    made = await book(hall.calendar_id, event, instant(soon), instant(soon + timedelta(hours=1)))
    return f"/api/schedules/{made['scheduledEventId']}"


@pytest.fixture
async def series(
    client: httpx.AsyncClient, hall: Any, make_event: Any, soon: datetime, as_staff: Headers
) -> httpx.Response:
    """Three daily dates of Staff's, the first of which begins soon, as they were answered."""
    event = await make_event("Yoga", organizer=STAFF)
    body = booking(event, hall.calendar_id) | {
        "startDateTime": instant(soon),
        "endDateTime": instant(soon + timedelta(hours=1)),
        "timeZone": "UTC",
        "recurrencePattern": {"type": "Daily", "interval": 1, "occurrenceCount": 3},
    }
    return await client.post("/api/schedules", json=body, headers=as_staff)


FAR = {"startDateTime": at(10), "endDateTime": at(11), "reason": "The band is late"}


async def get(client: httpx.AsyncClient, path: str, headers: Headers) -> dict[str, Any]:
    body: dict[str, Any] = (await client.get(path, headers=headers)).json()
    return body


async def test_a_move_waits_and_is_approved(
    client: httpx.AsyncClient,
    path: str,
    soon: datetime,
    as_staff: Headers,
    as_manager: Headers,
    facts: Any,
    audited: Any,
) -> None:
    asked = await client.post(f"{path}/reschedule", json=FAR, headers=as_staff)
    assert asked.status_code == 202
    body = asked.json()
    key = body["scheduledEventId"]
    assert (body["status"], body["startDateTime"]) == ("Rescheduling", instant(soon))
    pending = body["pendingChange"]
    assert pending == {
        "action": "Reschedule",
        "startDateTime": at(10),
        "endDateTime": at(11),
        "reason": "The band is late",
        "requestedBy": str(STAFF.user_id),
        "requestedAt": pending["requestedAt"],
        "lapsesAt": instant(soon),
        "approve": {"method": "POST", "href": f"{path}/approve"},
        "reject": {"method": "POST", "href": f"{path}/reject"},
    }
    assert await get(client, path, as_manager) == body
    listed = await get(client, "/api/schedules?status=Rescheduling", as_manager)
    assert [one["scheduledEventId"] for one in listed["items"]] == [key]
    refused = await client.post(f"{path}/approve", headers=as_staff)
    assert (refused.status_code, refused.json()["detail"]) == (403, "This needs the role Manager")
    approved = await client.post(f"{path}/approve", headers=as_manager)
    assert approved.status_code == 200, approved.text
    after = approved.json()
    assert (after["status"], after["startDateTime"]) == ("Scheduled", at(10))
    assert "pendingChange" not in after
    again = await client.post(f"{path}/approve", headers=as_manager)
    assert again.status_code == 409
    told = [one for one in await facts() if "Change" in one[0] or one[0] == "EventRescheduled"]
    assert [kind for kind, _ in told] == [
        "ScheduleChangeRequested",
        "EventRescheduled",
        "ScheduleChangeApproved",
    ]
    assert told[0][1] == {
        "scheduledEventId": key,
        "calendarId": body["calendarId"],
        "change": "RescheduleEvent",
        "requestedBy": str(STAFF.user_id),
        "lapsesAt": instant(soon),
    }
    assert told[2][1] == {
        "scheduledEventId": key,
        "calendarId": body["calendarId"],
        "approvedBy": str(MANAGER.user_id),
    }
    actions = [one["action"] for one in await audited(key)]
    assert actions == ["EventScheduled", "ChangeRequested", "EventRescheduled", "ChangeApproved"]


async def test_a_change_of_everything_waits_too(
    client: httpx.AsyncClient,
    path: str,
    hall: Any,
    make_event: Any,
    make_resource: Any,
    as_staff: Headers,
    as_manager: Headers,
) -> None:
    other = await make_event("Fair", organizer=STAFF)
    lamp = await make_resource("Lamp", quantity=3)
    wanted = booking(other, hall.calendar_id, 14, 16, resources=[{"resourceId": lamp, "quantity": 2}])
    asked = await client.put(path, json=wanted, headers=as_staff)
    assert (asked.status_code, asked.json()["pendingChange"]["action"]) == (202, "Update")
    assert asked.json()["pendingChange"]["calendarId"] == hall.calendar_id
    after = (await client.post(f"{path}/approve", headers=as_manager)).json()
    assert (after["eventId"], after["startDateTime"], after["status"]) == (other, at(14), "Scheduled")
    assert after["resources"] == [{"resourceId": lamp, "role": "Primary", "quantity": 2}]


async def test_a_removal_waits_too(
    client: httpx.AsyncClient, path: str, as_staff: Headers, as_manager: Headers
) -> None:
    asked = await client.delete(path, params={"reason": "ill"}, headers=as_staff)
    assert asked.status_code == 202
    pending = asked.json()["pendingChange"]
    assert (pending["action"], pending["reason"]) == ("Remove", "ill")
    assert pending.keys().isdisjoint({"startDateTime", "calendarId"})
    after = (await client.post(f"{path}/approve", headers=as_manager)).json()
    assert after["status"] == "Cancelled"


async def test_it_keeps_its_slot_until_then(
    client: httpx.AsyncClient,
    path: str,
    hall: Any,
    make_event: Any,
    soon: datetime,
    as_staff: Headers,
    as_manager: Headers,
) -> None:
    await client.post(f"{path}/reschedule", json=FAR, headers=as_staff)
    event = await make_event("Fair")
    here = booking(event, hall.calendar_id) | {
        "startDateTime": instant(soon),
        "endDateTime": instant(soon + timedelta(hours=1)),
    }
    assert (await client.post("/api/schedules", json=here, headers=as_manager)).status_code == 409
    there = await client.post(
        "/api/schedules", json=booking(event, hall.calendar_id, 10, 11), headers=as_manager
    )
    assert there.status_code == 201
    # What was free when it was asked for is taken by now: it is judged again.
    refused = await client.post(f"{path}/approve", headers=as_manager)
    assert refused.status_code == 409
    assert refused.json()["errors"]["ConflictingEvents"][0]["eventTitle"] == "Fair"
    assert (await get(client, path, as_manager))["status"] == "Rescheduling"


async def test_what_cannot_be_is_refused_at_once(
    client: httpx.AsyncClient, path: str, hall: Any, make_event: Any, book: Any, as_staff: Headers
) -> None:
    await book(hall.calendar_id, await make_event("Fair"), at(10), at(11))
    refused = await client.post(f"{path}/reschedule", json=FAR, headers=as_staff)
    assert refused.status_code == 409
    short = {"startDateTime": at(12), "endDateTime": at(12.1)}
    assert (await client.post(f"{path}/reschedule", json=short, headers=as_staff)).status_code == 400
    assert "pendingChange" not in await get(client, path, as_staff)


async def test_a_manager_rejects_it(
    client: httpx.AsyncClient,
    path: str,
    soon: datetime,
    as_staff: Headers,
    as_manager: Headers,
    facts: Any,
    headers_for: Any,
) -> None:
    await client.post(f"{path}/reschedule", json=FAR, headers=as_staff)
    assert (await client.post(f"{path}/reject", headers=headers_for(OTHER_CUSTOMER))).status_code == 404
    rejected = await client.post(f"{path}/reject", json={"reason": "No"}, headers=as_manager)
    assert rejected.status_code == 200
    assert (rejected.json()["status"], rejected.json()["startDateTime"]) == ("Scheduled", instant(soon))
    assert "pendingChange" not in rejected.json()
    kind, payload = (await facts())[-1]
    assert (kind, payload["rejectedBy"], payload["reason"]) == (
        "ScheduleChangeRejected",
        str(MANAGER.user_id),
        "No",
    )
    assert (await client.post(f"{path}/reject", headers=as_manager)).status_code == 409


async def test_who_asked_takes_it_back_and_others_do_not(
    client: httpx.AsyncClient, path: str, hall: Any, grant: Any, headers_for: Any, as_staff: Headers
) -> None:
    colleague = type(STAFF)(uuid4(), STAFF.role)
    await grant(colleague, hall.calendar_id)
    await client.post(f"{path}/reschedule", json=FAR, headers=as_staff)
    theirs = headers_for(colleague)
    assert (await client.post(f"{path}/reject", headers=theirs)).status_code == 403
    other = await client.post(f"{path}/reschedule", json=FAR, headers=theirs)
    assert (other.status_code, "waits for a manager already" in other.json()["detail"]) == (409, True)
    taken_back = await client.post(f"{path}/reject", headers=as_staff)
    assert (taken_back.status_code, taken_back.json()["status"]) == (200, "Scheduled")
    assert (await client.post(f"{path}/reschedule", json=FAR, headers=theirs)).status_code == 202


async def test_asking_again_replaces_what_was_asked(
    client: httpx.AsyncClient, path: str, as_staff: Headers, as_manager: Headers
) -> None:
    await client.post(f"{path}/reschedule", json=FAR, headers=as_staff)
    later = {"startDateTime": at(20), "endDateTime": at(21)}
    asked = await client.post(f"{path}/reschedule", json=later, headers=as_staff)
    assert asked.json()["pendingChange"]["startDateTime"] == at(20)
    after = (await client.post(f"{path}/approve", headers=as_manager)).json()
    assert after["startDateTime"] == at(20)


async def test_it_lapses_at_the_start(
    client: httpx.AsyncClient,
    path: str,
    as_staff: Headers,
    as_manager: Headers,
    clock: Any,
    hall: Any,
) -> None:
    """Also from views that were kept, though nobody writes."""
    await client.post(f"{path}/reschedule", json=FAR, headers=as_staff)
    view = (
        f"/api/calendars/{hall.calendar_id}/view?viewType=Custom&from={at(0, day=-31)[:10]}&to={at(0)[:10]}"
    )

    async def shown() -> str:
        (event,) = (await get(client, view, as_manager))["events"]
        return str(event["status"])

    assert await shown() == "Rescheduling"
    clock.forward(timedelta(minutes=91))
    assert await shown() == "Scheduled"
    assert (await get(client, path, as_manager))["status"] == "Scheduled"
    assert (await client.post(f"{path}/approve", headers=as_manager)).status_code == 409
    begun = await client.post(f"{path}/reschedule", json=FAR, headers=as_staff)
    assert begun.status_code == 403


async def test_a_change_in_between_ends_it(
    client: httpx.AsyncClient, path: str, as_staff: Headers, as_manager: Headers
) -> None:
    await client.post(f"{path}/reschedule", json=FAR, headers=as_staff)
    moved = await client.post(
        f"{path}/reschedule", json={"startDateTime": at(5), "endDateTime": at(6)}, headers=as_manager
    )
    assert (moved.status_code, moved.json()["status"]) == (200, "Scheduled")
    late = await client.post(f"{path}/approve", headers=as_manager)
    assert (late.status_code, late.json()["title"]) == (409, "Not Possible Now")


async def test_a_customers_own(
    client: httpx.AsyncClient,
    hall: Any,
    make_event: Any,
    grant: Any,
    book: Any,
    soon: datetime,
    as_customer: Headers,
    as_manager: Headers,
) -> None:
    await grant(CUSTOMER, hall.calendar_id)
    event = await make_event("Birthday", organizer=CUSTOMER)
    made = await book(hall.calendar_id, event, instant(soon), instant(soon + timedelta(hours=1)))
    path = f"/api/schedules/{made['scheduledEventId']}"
    asked = await client.delete(path, headers=as_customer)
    assert (asked.status_code, asked.json()["status"]) == (202, "Rescheduling")
    assert (await client.post(f"{path}/approve", headers=as_manager)).json()["status"] == "Cancelled"


async def test_a_hold_stays_a_hold(
    client: httpx.AsyncClient,
    hall: Any,
    make_event: Any,
    soon: datetime,
    as_staff: Headers,
    as_manager: Headers,
) -> None:
    """While its change waits, it takes no place that it did not take before."""
    event = await make_event("Gala", organizer=STAFF)
    times = {"startDateTime": instant(soon), "endDateTime": instant(soon + timedelta(hours=1))}
    held = await client.post(
        "/api/schedules",
        json=booking(event, hall.calendar_id) | times | {"status": "Tentative"},
        headers=as_staff,
    )
    path = held.headers["location"]
    assert (await client.post(f"{path}/reschedule", json=FAR, headers=as_staff)).status_code == 202
    firm = booking(await make_event("Fair"), hall.calendar_id) | times
    assert (await client.post("/api/schedules", json=firm, headers=as_manager)).status_code == 201
    after = (await client.post(f"{path}/approve", headers=as_manager)).json()
    assert (after["status"], after["startDateTime"]) == ("Tentative", at(10))


async def test_a_series_waits_whole(
    client: httpx.AsyncClient,
    series: httpx.Response,
    soon: datetime,
    as_staff: Headers,
    as_manager: Headers,
) -> None:
    path = series.headers["location"]
    later = {
        "startDateTime": instant(soon + timedelta(hours=3)),
        "endDateTime": instant(soon + timedelta(hours=4)),
        "scope": "all",
    }
    asked = await client.post(f"{path}/reschedule", json=later, headers=as_staff)
    assert asked.status_code == 202, asked.text
    assert asked.json()["status"] == "Rescheduling"
    assert {one["status"] for one in asked.json()["occurrences"]} == {"Rescheduling"}
    assert asked.json()["pendingChange"]["lapsesAt"] == instant(soon)
    approved = await client.post(f"{path}/approve", headers=as_manager)
    assert approved.status_code == 200, approved.text
    starts = [one["startDateTime"] for one in approved.json()["occurrences"]]
    assert starts == [instant(soon + timedelta(days=n, hours=3)) for n in range(3)]


async def test_two_managers_at_once(
    client: httpx.AsyncClient, path: str, as_staff: Headers, headers_for: Any, facts_left: Any
) -> None:
    await client.post(f"{path}/reschedule", json=FAR, headers=as_staff)
    calls = [client.post(f"{path}/approve", headers=headers_for(one)) for one in (MANAGER, ADMIN)]
    calls.append(client.post(f"{path}/reject", headers=headers_for(MANAGER)))
    codes = sorted(one.status_code for one in await asyncio.gather(*calls))
    assert codes == [200, 409, 409]
    left = facts_left()
    assert left.count("ScheduleChangeApproved") + left.count("ScheduleChangeRejected") == 1
    assert left.count("EventRescheduled") == left.count("ScheduleChangeApproved")


async def test_a_dry_run_keeps_nothing(client: httpx.AsyncClient, path: str, as_staff: Headers) -> None:
    asked = await client.post(f"{path}/reschedule?dryRun=true", json=FAR, headers=as_staff)
    assert (asked.status_code, asked.json()["status"]) == (202, "Rescheduling")
    assert (await get(client, path, as_staff))["status"] == "Scheduled"


async def test_nothing_waits(client: httpx.AsyncClient, path: str, as_manager: Headers) -> None:
    for call in ("approve", "reject"):
        assert (await client.post(f"{path}/{call}", headers=as_manager)).status_code == 409
        missing = await client.post(f"/api/schedules/{uuid4()}/{call}", headers=as_manager)
        assert missing.status_code == 404


async def test_views_that_were_kept_follow_each_step(
    client: httpx.AsyncClient, path: str, hall: Any, as_staff: Headers, as_manager: Headers
) -> None:
    view = (
        f"/api/calendars/{hall.calendar_id}/view?viewType=Custom&from={at(0, day=-31)[:10]}&to={at(0)[:10]}"
    )

    async def shown() -> list[str]:
        return [one["status"] for one in (await get(client, view, as_manager))["events"]]

    assert await shown() == ["Scheduled"]
    await client.post(f"{path}/reschedule", json=FAR, headers=as_staff)
    assert await shown() == ["Rescheduling"]
    await client.post(f"{path}/reject", headers=as_manager)
    assert await shown() == ["Scheduled"]
    await client.post(f"{path}/reschedule", json=FAR, headers=as_staff)
    await client.post(f"{path}/approve", headers=as_manager)
    assert await shown() == []


async def test_what_is_hidden_is_not_in_it(
    client: httpx.AsyncClient,
    hall: Any,
    make_hall: Any,
    make_event: Any,
    grant: Any,
    book: Any,
    soon: datetime,
    as_customer: Headers,
    as_staff: Headers,
    as_manager: Headers,
) -> None:
    """The Customer whose booking Staff want to move elsewhere hears neither where to nor who."""
    cellar = await make_hall("Cellar")
    await grant(STAFF, cellar.calendar_id)
    await grant(CUSTOMER, hall.calendar_id)
    event = await make_event("Birthday", organizer=CUSTOMER)
    made = await book(hall.calendar_id, event, instant(soon), instant(soon + timedelta(hours=1)))
    path = f"/api/schedules/{made['scheduledEventId']}"
    asked = await client.put(path, json=booking(event, cellar.calendar_id, 10, 11), headers=as_staff)
    assert asked.status_code == 202
    told = (await get(client, path, as_customer))["pendingChange"]
    assert told.keys().isdisjoint({"calendarId", "requestedBy"})
    assert (await get(client, path, as_manager))["pendingChange"]["calendarId"] == cellar.calendar_id


async def test_a_change_of_one_date_ends_what_waits_for_the_series(
    client: httpx.AsyncClient,
    series: httpx.Response,
    as_staff: Headers,
    as_manager: Headers,
) -> None:
    path = series.headers["location"]
    assert (await client.delete(path, headers=as_staff)).status_code == 202
    last = series.json()["occurrences"][2]["scheduledEventId"]
    moved = await client.post(f"/api/schedules/{last}/reschedule", json=FAR, headers=as_manager)
    assert moved.status_code == 200
    after = await get(client, path, as_manager)
    assert {one["status"] for one in (after, *after["occurrences"])} == {"Scheduled"}
