"""An applied fix is taken back: all of it, once, and only while nobody has changed what it touched."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.api.bookings import at, booking
from tests.api.conftest import StandingClock
from tests.api.people import STAFF

Headers = dict[str, str]
Rows = Callable[..., Awaitable[list[dict[str, Any]]]]
Json = dict[str, Any]
URL = "/api/schedules"


@dataclass(frozen=True, slots=True)
class House:
    """Two halls that may stand in for each other, and what a manager does there."""

    client: httpx.AsyncClient
    headers: Headers
    hall: Any
    other: Any

    async def post(self, path: str, body: Any = None, **query: Any) -> httpx.Response:
        return await self.client.post(path, json=body, headers=self.headers, params=query)

    async def get(self, key: str) -> Json:
        answer = await self.client.get(f"{URL}/{key}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return {name: value for name, value in answer.json().items() if name != "version"}

    async def all(self) -> list[Json]:
        items: list[Json] = (await self.client.get(URL, headers=self.headers)).json()["items"]
        return items

    async def apply(self, suggestion: Json) -> Json:
        answer = await self.post(suggestion["apply"]["href"])
        assert answer.status_code == 200, answer.text
        body: Json = answer.json()
        return body


@pytest.fixture
async def house(client: httpx.AsyncClient, as_manager: Headers, make_hall: Any) -> House:
    return House(client, as_manager, await make_hall("Grand Ballroom"), await make_hall("Garden Pavilion"))


@pytest.fixture
async def refused(house: House, make_event: Any) -> list[Json]:
    """A wedding from 18 to 20; the fixes for a fundraiser refused from 19 to 21."""
    wedding, fundraiser = await make_event("Wedding"), await make_event("Fundraiser")
    await house.post(URL, booking(wedding, house.hall.calendar_id))
    answer = await house.post(URL, booking(fundraiser, house.hall.calendar_id, 19, 21))
    assert answer.status_code == 409
    suggestions: list[Json] = answer.json()["suggestions"]
    return suggestions


def elsewhere(suggestions: list[Json]) -> Json:
    """The fix that books what was refused somewhere else, and moves nothing."""
    return next(one for one in suggestions if "scheduledEventId" not in one["changes"][0])


def moving(suggestions: list[Json]) -> Json:
    """A fix that moves what was there, and books what was refused as asked."""
    return next(one for one in suggestions if "scheduledEventId" in one["changes"][0])


async def test_what_it_booked_is_cancelled(house: House, refused: list[Json], facts_left: Any) -> None:
    before = await house.all()
    applied = await house.apply(elsewhere(refused))
    (made,) = applied["schedules"]
    assert applied["undo"] == {"method": "POST", "href": f"/api/suggestions/{applied['suggestionId']}/undo"}

    undone = await house.post(applied["undo"]["href"])

    assert (undone.status_code, undone.json()["suggestionId"]) == (200, applied["suggestionId"])
    (gone,) = undone.json()["schedules"]
    assert gone == made | {"status": "Cancelled"}
    assert [one for one in await house.all() if one["status"] != "Cancelled"] == before
    assert facts_left()[-2:] == ["EventScheduledOnCalendar", "EventRemovedFromCalendar"]


async def test_what_it_moved_is_back_and_what_it_booked_gone(
    house: House, refused: list[Json], audited: Any
) -> None:
    fix = moving(refused)
    key = fix["changes"][0]["scheduledEventId"]
    before = await house.get(key)
    applied = await house.apply(fix)
    assert await house.get(key) != before

    undone = await house.post(applied["undo"]["href"])

    assert [one["scheduledEventId"] for one in undone.json()["schedules"]] == [
        one["scheduledEventId"] for one in applied["schedules"]
    ]
    assert undone.json()["schedules"][0] == before == await house.get(key)
    assert undone.json()["schedules"][1]["status"] == "Cancelled"
    assert [one["action"] for one in await audited(key)] == [
        "EventScheduled",
        "SuggestionApplied",
        "SuggestionUndone",
    ]
    entry = (await audited(fix["id"]))[-1]
    assert (entry["action"], entry["after"]["summary"]) == ("SuggestionUndone", fix["summary"])
    # The slot is guarded again as it was.
    assert (await house.post(URL, booking(before["eventId"], before["calendarId"]))).status_code == 409


async def test_once(house: House, refused: list[Json]) -> None:
    fix = elsewhere(refused)
    path = f"/api/suggestions/{fix['id']}/undo"
    early = await house.post(path)
    assert (early.status_code, early.json()["detail"]) == (
        409,
        "This suggestion has not been applied; there is nothing to undo",
    )
    await house.apply(fix)
    assert (await house.post(path)).status_code == 200
    again = await house.post(path)
    assert (again.status_code, again.json()["detail"]) == (409, "This suggestion has been undone already")
    applied = await house.post(fix["apply"]["href"])
    assert (applied.status_code, applied.json()["detail"]) == (
        409,
        "This suggestion has been applied already",
    )


async def test_a_dry_run_undoes_nothing(house: House, refused: list[Json], facts_left: Any) -> None:
    fix = moving(refused)
    dry = await house.post(fix["apply"]["href"], dryRun="true")
    assert (dry.status_code, "undo" in dry.json()) == (200, False)
    applied = await house.apply(fix)
    before, left = await house.all(), facts_left()
    assert (await house.post(applied["undo"]["href"], dryRun="true")).status_code == 200
    assert (await house.all(), facts_left()) == (before, left)
    assert (await house.post(applied["undo"]["href"])).status_code == 200


@pytest.mark.parametrize("of", [0, 1])
async def test_what_has_changed_since_is_not_put_back(
    house: House, refused: list[Json], facts_left: Any, of: int
) -> None:
    applied = await house.apply(moving(refused))
    touched = applied["schedules"][of]["scheduledEventId"]
    assert (await house.post(f"{URL}/{touched}/confirm")).status_code == 200
    before, left = await house.all(), facts_left()

    stale = await house.post(applied["undo"]["href"])

    assert (stale.status_code, stale.json()["title"], stale.json()["detail"]) == (
        409,
        "Not Possible Now",
        "A booking has changed since this was applied, and nothing was undone",
    )
    assert (await house.all(), facts_left()) == (before, left)


async def test_a_slot_that_was_taken_since_is_a_refusal(
    house: House, refused: list[Json], make_event: Any
) -> None:
    """It clashed with nothing before: it is judged like any other move, and nothing is undone."""
    fix = moving(refused)
    applied = await house.apply(fix)
    booked = applied["schedules"][1]
    # Between what was booked and where the wedding was, an hour is free.
    recital = await house.post(URL, booking(await make_event("Recital"), house.hall.calendar_id, 18, 19))
    assert recital.status_code == 201, recital.text
    before = await house.all()

    answer = await house.post(applied["undo"]["href"])

    assert (answer.status_code, answer.json()["title"]) == (409, "Scheduling Conflict")
    assert [one["eventTitle"] for one in answer.json()["errors"]["ConflictingEvents"]] == ["Recital"]
    assert await house.all() == before
    # Once it is free again, it is undone.
    await house.client.delete(recital.headers["Location"], headers=house.headers)
    assert (await house.post(applied["undo"]["href"])).status_code == 200
    assert (await house.get(booked["scheduledEventId"]))["status"] == "Cancelled"


async def test_a_conflict_that_it_resolved_is_there_again(
    house: House, make_event: Any, rows: Rows, facts: Any
) -> None:
    """A clash that was let through is no reason to refuse; one that is new would be."""
    wedding, gala = await make_event("Wedding"), await make_event("Gala")
    first = (await house.post(URL, booking(wedding, house.hall.calendar_id))).json()
    override = {"override": {"reason": "Both fit"}}
    second = (await house.post(URL, booking(gala, house.hall.calendar_id, **override))).json()
    (conflict,) = second["conflicts"]
    path = f"{URL}/conflicts/{conflict['scheduleConflictId']}"
    shown = (await house.client.get(path, headers=house.headers)).json()
    fix = next(
        one
        for one in shown["suggestions"]
        if one["changes"][0]["scheduledEventId"] == second["scheduledEventId"]
    )
    before = [await house.get(one["scheduledEventId"]) for one in (first, second)]
    claims = "SELECT resource_id, during, enforced, live FROM claims ORDER BY scheduled_event_id"
    reasons = "SELECT override_reason FROM scheduled_events ORDER BY scheduled_event_id"
    kept = await rows(claims), await rows(reasons)
    applied = await house.apply(fix)
    assert (await house.client.get(path, headers=house.headers)).json()["status"] == "Resolved"
    assert await rows(reasons) == [{"override_reason": None}, {"override_reason": None}]
    left = len(await facts())

    undone = await house.post(applied["undo"]["href"])

    assert undone.status_code == 200, undone.text
    assert [await house.get(one["scheduledEventId"]) for one in (first, second)] == before
    assert (await rows(claims), await rows(reasons)) == kept
    told = (await house.client.get(path, headers=house.headers)).json()
    assert (told["status"], told["conflictLevel"]) == ("Detected", "Critical")
    assert ("ScheduleConflictDetected", conflict["scheduleConflictId"]) in [
        (name, payload.get("scheduleConflictId")) for name, payload in (await facts())[left:]
    ]


@dataclass(frozen=True, slots=True)
class Swap:
    """A fix by which two neighbours, from 16 and from 18, change places."""

    keys: tuple[str, str]
    fix: Json


@pytest.fixture
async def swap(house: House, make_event: Any) -> Swap:
    """What is suggested when the first is to be where the second is."""
    keys = []
    for title, start in (("Matinee", 16), ("Soiree", 18)):
        body = booking(await make_event(title), house.hall.calendar_id, start, start + 2)
        keys.append((await house.post(URL, body)).json()["scheduledEventId"])
    wanted = {"startDateTime": at(18), "endDateTime": at(20)}
    suggestions = (await house.post(f"{URL}/{keys[0]}/reschedule", wanted)).json()["suggestions"]
    fix = next(
        one
        for one in suggestions
        if [(change["scheduledEventId"], change["to"]["startDateTime"]) for change in one["changes"]]
        == [(keys[1], at(16)), (keys[0], at(18))]
        and {change["to"]["calendarId"] for change in one["changes"]} == {house.hall.calendar_id}
    )
    return Swap((keys[0], keys[1]), fix)


async def test_neighbours_that_changed_places_change_them_back(house: House, swap: Swap, rows: Rows) -> None:
    before = [await house.get(key) for key in swap.keys]
    applied = await house.apply(swap.fix)
    assert (await house.post(applied["undo"]["href"])).status_code == 200
    assert [await house.get(key) for key in swap.keys] == before
    assert await rows("SELECT 1 FROM schedule_conflicts") == []
    assert len(await rows("SELECT 1 FROM claims WHERE enforced")) == 2


async def test_what_would_go_back_into_the_past_stays(
    clock: StandingClock, house: House, swap: Swap, facts_left: Any
) -> None:
    """The request has no field to blame: what speaks against it is the state of things."""
    applied = await house.apply(swap.fix)
    clock.forward(datetime.fromisoformat(at(17)) - clock.now())
    left = facts_left()

    late = await house.post(applied["undo"]["href"])

    assert (late.status_code, late.json()["title"], late.json()["detail"]) == (
        409,
        "Not Possible Now",
        "It cannot be put back as it was: Start time must be in the future; nothing was undone",
    )
    assert "errors" not in late.json()
    assert facts_left() == left


async def test_what_was_blocked_is_blocked_again(house: House, make_event: Any) -> None:
    gala = await house.post(URL, booking(await make_event("Gala"), house.hall.calendar_id))
    key = gala.json()["scheduledEventId"]
    closure = {"startDateTime": at(17), "endDateTime": at(19), "reason": "Repairs"}
    await house.post(f"/api/resources/{house.hall.resource_id}/availability/mark-unavailable", closure)
    before = await house.get(key)
    assert before["blockReason"] == "Grand Ballroom is closed: Repairs"
    answer = await house.client.get(f"{URL}/{key}/suggestions", headers=house.headers)
    applied = await house.apply(answer.json()["suggestions"][0])
    assert applied["schedules"][0]["isBlocked"] is False
    undone = await house.post(applied["undo"]["href"])
    assert undone.status_code == 200, undone.text
    assert await house.get(key) == before


async def test_it_is_the_requesters_and_their_rights_are_judged_again(
    house: House, make_event: Any, grant: Any, as_staff: Headers, as_admin: Headers
) -> None:
    """Staff move their own booking elsewhere by a fix, and may not book any more where it came from."""
    for one in (house.hall, house.other):
        await grant(STAFF, one.calendar_id)
    await house.post(URL, booking(await make_event("Wedding"), house.hall.calendar_id))
    body = booking(await make_event("Fundraiser", STAFF), house.hall.calendar_id, 9, 11)
    own = (await house.client.post(URL, json=body, headers=as_staff)).headers["Location"]
    wanted = {"startDateTime": at(19), "endDateTime": at(21)}
    refused = await house.client.post(f"{own}/reschedule", json=wanted, headers=as_staff)
    fix = next(
        one
        for one in refused.json()["suggestions"]
        if [change["to"]["calendarId"] for change in one["changes"]] == [house.other.calendar_id]
    )
    applied = (await house.client.post(fix["apply"]["href"], headers=as_staff)).json()
    before = await house.all()
    path = applied["undo"]["href"]
    for headers in (house.headers, as_admin):
        assert (await house.client.post(path, headers=headers)).status_code == 404
    await grant(STAFF, house.hall.calendar_id, "View")
    assert (await house.client.post(path, headers=as_staff)).status_code == 403
    assert await house.all() == before
    await grant(STAFF, house.hall.calendar_id, "Book")
    undone = await house.client.post(path, headers=as_staff)
    assert undone.status_code == 200, undone.text
    (back,) = undone.json()["schedules"]
    assert (back["calendarId"], back["startDateTime"]) == (house.hall.calendar_id, at(9))


async def test_a_series_that_it_booked_is_cancelled(house: House, make_event: Any) -> None:
    wedding, choir = await make_event("Wedding"), await make_event("Choir")
    await house.post(URL, booking(wedding, house.hall.calendar_id))
    weekly = {"type": "Daily", "interval": 1, "occurrenceCount": 3}
    body = booking(choir, house.hall.calendar_id, recurrencePattern=weekly)
    fix = (await house.post(URL, body)).json()["suggestions"][0]
    applied = await house.apply(fix)
    (series,) = applied["schedules"]
    undone = await house.post(applied["undo"]["href"])
    assert undone.status_code == 200, undone.text
    (gone,) = undone.json()["schedules"]
    assert gone["scheduledEventId"] == series["scheduledEventId"]
    assert {one["status"] for one in gone["occurrences"]} == {"Cancelled"}
    assert len(gone["occurrences"]) == len(series["occurrences"])
