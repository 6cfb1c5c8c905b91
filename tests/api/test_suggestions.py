"""Suggested fixes over HTTP: asked for, read, applied whole or not at all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.bookings import at, booking
from tests.api.people import CUSTOMER, STAFF

Headers = dict[str, str]
URL = "/api/schedules"


@dataclass(frozen=True, slots=True)
class Refused:
    """Two halls, a wedding in one of them from 18 to 20, and a fundraiser refused there for 19 to 21."""

    hall: Any
    other: Any
    wedding: str
    rival: str
    fundraiser: str
    suggestions: list[dict[str, Any]]

    def moving_the_rival(self) -> dict[str, Any]:
        """A fix that moves the wedding and books the fundraiser as asked."""
        return next(
            one for one in self.suggestions if one["changes"][0].get("scheduledEventId") == self.rival
        )

    def elsewhere(self) -> dict[str, Any]:
        """The fix that books the fundraiser in the other hall."""
        return next(
            one
            for one in self.suggestions
            if [change["to"]["calendarId"] for change in one["changes"]] == [self.other.calendar_id]
            and "scheduledEventId" not in one["changes"][0]
        )


Listed = Callable[[], Awaitable[list[dict[str, Any]]]]


@pytest.fixture
def listed(client: httpx.AsyncClient, as_manager: Headers) -> Listed:
    """All bookings."""

    async def read() -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await client.get(URL, headers=as_manager)).json()["items"]
        return items

    return read


@pytest.fixture
async def refused(client: httpx.AsyncClient, make_hall: Any, make_event: Any, as_manager: Headers) -> Refused:
    hall, other = await make_hall("Grand Ballroom"), await make_hall("Garden Pavilion")
    wedding, fundraiser = await make_event("Wedding"), await make_event("Fundraiser")
    there = await client.post(URL, json=booking(wedding, hall.calendar_id), headers=as_manager)
    answer = await client.post(URL, json=booking(fundraiser, hall.calendar_id, 19, 21), headers=as_manager)
    assert answer.status_code == 409
    key = there.json()["scheduledEventId"]
    return Refused(hall, other, wedding, key, fundraiser, answer.json()["suggestions"])


async def test_what_fits_needs_no_suggestion(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Any,
    as_manager: Headers,
    listed: Listed,
    facts: Any,
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    answer = await client.post(
        f"{URL}/suggestions", json=booking(event, hall.calendar_id), headers=as_manager
    )
    assert (answer.status_code, answer.json()) == (200, {"fits": True, "suggestions": []})
    assert (await listed(), await facts()) == ([], [])


async def test_what_does_not_fit_gets_ways_to_fit_it_in(
    client: httpx.AsyncClient, refused: Refused, as_manager: Headers, listed: Listed, facts: Any
) -> None:
    before, left = await listed(), await facts()
    body = booking(refused.fundraiser, refused.hall.calendar_id, 19, 21)

    answer = await client.post(f"{URL}/suggestions", json=body, headers=as_manager)

    assert (answer.status_code, answer.json().keys()) == (200, {"fits", "suggestions"})
    assert answer.json()["fits"] is False
    suggestions = answer.json()["suggestions"]
    place = {
        "calendarId": refused.hall.calendar_id,
        "startDateTime": at(19),
        "endDateTime": at(21),
        "resources": [{"resourceId": refused.hall.resource_id, "role": "Primary", "quantity": 1}],
    }
    away = {
        **place,
        "calendarId": refused.other.calendar_id,
        "resources": [{"resourceId": refused.other.resource_id, "role": "Primary", "quantity": 1}],
    }
    swap = next(one for one in suggestions if one["changes"][0]["to"] == away)
    assert swap == {
        "id": swap["id"],
        "kind": "ResourceChanged",
        "summary": "Move Fundraiser to Garden Pavilion, same time",
        "changes": [{"eventTitle": "Fundraiser", "from": place, "to": away}],
        "cost": swap["cost"],
        "optimal": True,
        "expiresAt": swap["expiresAt"],
        "apply": {"method": "POST", "href": f"/api/suggestions/{swap['id']}/apply"},
    }
    assert all(one["cost"]["total"] == sum(one["cost"]["terms"].values()) > 0 for one in suggestions)
    # Asking is no attempt: nothing is booked, and no refusal is recorded.
    assert (await listed(), await facts()) == (before, left)
    for one in suggestions:
        read = await client.get(f"/api/suggestions/{one['id']}", headers=as_manager)
        assert (read.status_code, read.json()) == (200, one)
    # The same question has the same answer.
    again = await client.post(f"{URL}/suggestions", json=body, headers=as_manager)
    told = [(one["summary"], one["cost"]) for one in again.json()["suggestions"]]
    assert told == [(one["summary"], one["cost"]) for one in suggestions]
    assert told == [(one["summary"], one["cost"]) for one in refused.suggestions]


async def test_every_suggestion_applies(
    client: httpx.AsyncClient, refused: Refused, as_manager: Headers
) -> None:
    assert len(refused.suggestions) >= 3
    for one in refused.suggestions:
        tried = await client.post(one["apply"]["href"] + "?dryRun=true", headers=as_manager)
        assert tried.status_code == 200, tried.text


async def test_asking_is_judged_like_booking(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Any,
    as_staff: Headers,
    grant: Any,
    close: Any,
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala", organizer=STAFF)

    async def ask(**more: Any) -> httpx.Response:
        body = booking(event, hall.calendar_id) | more
        return await client.post(f"{URL}/suggestions", json=body, headers=as_staff)

    hidden = await ask()
    assert (hidden.status_code, hidden.json()["errors"]) == (
        400,
        {"calendarId": ["Calendar does not exist or is inactive"]},
    )
    await grant(STAFF, hall.calendar_id, "View")
    assert (await ask()).status_code == 403
    await grant(STAFF, hall.calendar_id, "Book")
    assert (await ask(timeZone="Mars/Olympus")).json()["errors"] == {"timeZone": ["Invalid timezone"]}
    close(hall.resource_id, at(19), at(22), "Repairs")
    closed = await ask()
    assert (closed.status_code, closed.json()["detail"]) == (422, "Ballroom is not available: Repairs")


async def test_a_suggestion_is_its_requesters_alone(
    client: httpx.AsyncClient,
    refused: Refused,
    as_manager: Headers,
    as_admin: Headers,
    as_customer: Headers,
    listed: Listed,
) -> None:
    one, before = refused.elsewhere(), await listed()
    for headers in (as_admin, as_customer):
        for answer in (
            await client.get(f"/api/suggestions/{one['id']}", headers=headers),
            await client.post(one["apply"]["href"], headers=headers),
        ):
            assert (answer.status_code, answer.json()["detail"]) == (
                404,
                f"Suggestion {one['id']} does not exist",
            )
    nobodys = await client.get(f"/api/suggestions/{uuid4()}", headers=as_manager)
    assert nobodys.status_code == 404
    assert (await client.get("/api/suggestions/7", headers=as_manager)).status_code == 400
    assert await listed() == before


@pytest.mark.parametrize("change", ["reschedule", "delete"])
async def test_a_suggestion_is_stale_once_a_booking_has_changed(
    client: httpx.AsyncClient, refused: Refused, as_manager: Headers, listed: Listed, facts: Any, change: str
) -> None:
    if change == "delete":
        await client.delete(f"{URL}/{refused.rival}", headers=as_manager)
    else:
        moved = {"startDateTime": at(18.5), "endDateTime": at(20.5)}
        answer = await client.post(f"{URL}/{refused.rival}/reschedule", json=moved, headers=as_manager)
        assert answer.status_code == 200
    before, left = await listed(), await facts()

    stale = await client.post(refused.moving_the_rival()["apply"]["href"], headers=as_manager)

    assert stale.status_code == 409
    assert stale.json() == {
        "type": "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.10",
        "title": "Not Possible Now",
        "status": 409,
        "detail": "A booking has changed since this was suggested, and nothing was applied;"
        " ask for suggestions again",
        "instance": refused.moving_the_rival()["apply"]["href"],
    }
    assert (await listed(), await facts()) == (before, left)


async def test_a_suggestion_can_be_applied_until_it_expires(
    client: httpx.AsyncClient, clock: Any, refused: Refused, as_manager: Headers, listed: Listed, facts: Any
) -> None:
    href = refused.elsewhere()["apply"]["href"]
    before, left = await listed(), await facts()
    clock.forward(timedelta(minutes=30) - timedelta(microseconds=1))
    assert (await client.post(f"{href}?dryRun=true", headers=as_manager)).status_code == 200
    clock.forward(timedelta(microseconds=1))

    expired = await client.post(href, headers=as_manager)

    assert (expired.status_code, expired.json()["title"], expired.json()["detail"]) == (
        409,
        "Not Possible Now",
        "This suggestion has expired; ask for suggestions again",
    )
    assert (await listed(), await facts()) == (before, left)


async def test_a_slot_that_was_taken_meanwhile_is_a_refusal_with_fresh_suggestions(
    client: httpx.AsyncClient,
    refused: Refused,
    make_event: Any,
    as_manager: Headers,
    listed: Listed,
    facts: Any,
) -> None:
    one = refused.elsewhere()
    recital = await make_event("Recital")
    taken = await client.post(
        URL, json=booking(recital, refused.other.calendar_id, 20, 22), headers=as_manager
    )
    before, left = await listed(), await facts()

    again = await client.post(one["apply"]["href"], headers=as_manager)

    assert (again.status_code, again.json()["title"]) == (409, "Scheduling Conflict")
    assert again.json()["errors"] == {
        "ConflictingEvents": [
            {
                "eventId": recital,
                "scheduledEventId": taken.json()["scheduledEventId"],
                "eventTitle": "Recital",
                "startDateTime": at(20),
                "endDateTime": at(22),
                "conflictType": "VenueConflict",
                "conflictLevel": "Critical",
            }
        ]
    }
    fresh = again.json()["suggestions"]
    assert fresh
    assert {new["id"] for new in fresh}.isdisjoint(old["id"] for old in refused.suggestions)
    assert await listed() == before
    assert [name for name, _ in await facts()][len(left) :] == ["OverbookingPreventedBySystem"]
    for new in fresh:
        tried = await client.post(new["apply"]["href"] + "?dryRun=true", headers=as_manager)
        assert tried.status_code == 200, tried.text
    # It was not used up: once the slot is free, it applies.
    await client.delete(taken.headers["location"], headers=as_manager)
    applied = await client.post(one["apply"]["href"], headers=as_manager)
    assert (applied.status_code, applied.json()["suggestionId"]) == (200, one["id"])


@pytest.mark.parametrize("is_booked", [False, True])
async def test_fresh_suggestions_are_for_what_was_asked_though_another_move_failed(
    client: httpx.AsyncClient,
    refused: Refused,
    make_event: Any,
    as_manager: Headers,
    listed: Listed,
    is_booked: bool,
) -> None:
    suggestions = refused.suggestions
    if is_booked:
        body = booking(refused.fundraiser, refused.hall.calendar_id, 9, 11)
        made = await client.post(URL, json=body, headers=as_manager)
        wanted = {"startDateTime": at(19), "endDateTime": at(21)}
        answer = await client.post(made.headers["location"] + "/reschedule", json=wanted, headers=as_manager)
        suggestions = answer.json()["suggestions"]
    away = next(
        one
        for one in suggestions
        if one["changes"][0].get("scheduledEventId") == refused.rival
        and one["changes"][0]["to"]["calendarId"] == refused.other.calendar_id
    )
    recital = await make_event("Recital")
    taken = booking(recital, refused.other.calendar_id, 18, 20)
    assert (await client.post(URL, json=taken, headers=as_manager)).status_code == 201
    before = await listed()

    failed = await client.post(away["apply"]["href"], headers=as_manager)

    assert (failed.status_code, failed.json()["title"]) == (409, "Scheduling Conflict")
    assert [one["eventTitle"] for one in failed.json()["errors"]["ConflictingEvents"]] == ["Recital"]
    assert await listed() == before
    assert failed.json()["suggestions"]
    for new in failed.json()["suggestions"]:
        tried = await client.post(new["apply"]["href"] + "?dryRun=true", headers=as_manager)
        assert tried.status_code == 200, tried.text
        assert tried.json()["schedules"][-1]["eventId"] == refused.fundraiser


async def test_nothing_of_it_is_done_when_its_last_step_fails(
    client: httpx.AsyncClient, refused: Refused, as_manager: Headers, listed: Listed, facts: Any, close: Any
) -> None:
    one, before, left = refused.moving_the_rival(), await listed(), await facts()
    goes_to = one["changes"][0]["to"]
    assert goes_to["calendarId"] == refused.other.calendar_id or goes_to["endDateTime"] <= at(20.5)
    close(refused.hall.resource_id, at(20.5), at(21), "Repairs")

    failed = await client.post(one["apply"]["href"], headers=as_manager)

    assert (failed.status_code, failed.json()["detail"]) == (422, "Grand Ballroom is not available: Repairs")
    assert (await listed(), await facts()) == (before, left)


async def test_a_refused_move_is_made_by_its_suggestion(
    client: httpx.AsyncClient, refused: Refused, as_manager: Headers, listed: Listed, facts: Any
) -> None:
    made = await client.post(
        URL, json=booking(refused.fundraiser, refused.hall.calendar_id, 9, 11), headers=as_manager
    )
    key = made.json()["scheduledEventId"]
    wanted = {"startDateTime": at(19), "endDateTime": at(21)}

    answer = await client.post(f"{URL}/{key}/reschedule", json=wanted, headers=as_manager)

    assert answer.status_code == 409
    suggestions = answer.json()["suggestions"]
    assert suggestions
    assert {one["changes"][-1]["scheduledEventId"] for one in suggestions} == {key}
    assert {one["changes"][-1]["from"]["startDateTime"] for one in suggestions} == {at(9)}
    for one in suggestions:
        tried = await client.post(one["apply"]["href"] + "?dryRun=true", headers=as_manager)
        assert tried.status_code == 200, tried.text
    elsewhere = next(
        one
        for one in suggestions
        if [change["to"]["calendarId"] for change in one["changes"]] == [refused.other.calendar_id]
    )
    left = await facts()
    applied = await client.post(elsewhere["apply"]["href"], headers=as_manager)
    (moved,) = applied.json()["schedules"]
    assert (moved["scheduledEventId"], moved["calendarId"], moved["startDateTime"]) == (
        key,
        refused.other.calendar_id,
        elsewhere["changes"][0]["to"]["startDateTime"],
    )
    assert {one["scheduledEventId"] for one in await listed()} == {key, refused.rival}
    assert [name for name, _ in await facts()][len(left) :] == [
        "EventRemovedFromCalendar",
        "EventScheduledOnCalendar",
        "EventRescheduled",
    ]


async def test_neighbours_change_places(
    client: httpx.AsyncClient, make_hall: Any, make_event: Any, as_manager: Headers, rows: Any, facts: Any
) -> None:
    hall = await make_hall("Ballroom")
    keys = []
    for title, start in (("Matinee", 16), ("Soiree", 18)):
        body = booking(await make_event(title), hall.calendar_id, start, start + 2)
        keys.append((await client.post(URL, json=body, headers=as_manager)).json()["scheduledEventId"])
    wanted = {"startDateTime": at(18), "endDateTime": at(20)}
    path = f"{URL}/{keys[0]}/reschedule"
    suggestions = (await client.post(path, json=wanted, headers=as_manager)).json()["suggestions"]
    swap = next(
        one
        for one in suggestions
        if [(change["scheduledEventId"], change["to"]["startDateTime"]) for change in one["changes"]]
        == [(keys[1], at(16)), (keys[0], at(18))]
    )
    # None is offered that does not apply.
    for one in suggestions:
        tried = await client.post(one["apply"]["href"] + "?dryRun=true", headers=as_manager)
        assert tried.status_code == 200, (one["summary"], tried.text)
    left = await facts()

    applied = await client.post(swap["apply"]["href"], headers=as_manager)

    booked = {one["scheduledEventId"]: one["startDateTime"] for one in applied.json()["schedules"]}
    assert booked == {keys[0]: at(18), keys[1]: at(16)}
    assert [name for name, _ in await facts()][len(left) :] == ["EventRescheduled"] * 2
    assert await rows("SELECT 1 FROM schedule_conflicts") == []
    assert len(await rows("SELECT 1 FROM claims WHERE enforced")) == 2


async def test_a_fix_names_the_holds_it_books_over(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Any,
    book: Any,
    grant: Any,
    as_manager: Headers,
    as_customer: Headers,
) -> None:
    hall = await make_hall("Ballroom", interchange_group="halls")
    other = await make_hall("Pavilion", interchange_group="halls")
    for one in (hall, other):
        await grant(CUSTOMER, one.calendar_id)
    firm, pencilled = await make_event("Wedding"), await make_event("Pencilled Gala")
    mine = await make_event("Birthday", organizer=CUSTOMER)
    await book(hall.calendar_id, firm, at(18), at(20))
    held = await book(other.calendar_id, pencilled, at(19), at(21), status="Tentative")
    slot = {"startDateTime": at(19), "endDateTime": at(21)}
    for headers, told in (
        (as_manager, {"scheduledEventId": held["scheduledEventId"], "eventTitle": "Pencilled Gala"}),
        (as_customer, {"eventTitle": "another booking"}),
    ):
        refused = await client.post(URL, json=booking(mine, hall.calendar_id), headers=headers)
        fixes = [one for one in refused.json()["suggestions"] if "scheduledEventId" not in one["changes"][0]]
        there = next(one for one in fixes if one["kind"] == "ResourceChanged")
        assert there["holds"] == [told | slot]
        read = await client.get(f"/api/suggestions/{there['id']}", headers=headers)
        assert read.json()["holds"] == [told | slot]
        here = [one for one in fixes if one["kind"] == "Rescheduled"]
        assert here
        assert all("holds" not in one for one in here)


async def test_a_fix_that_moves_a_rival_names_the_hold_in_the_slot_asked_for(
    client: httpx.AsyncClient, make_hall: Any, make_event: Any, book: Any, as_manager: Headers
) -> None:
    hall = await make_hall("Ballroom")
    firm, pencilled, asked = [await make_event(name) for name in ("Wedding", "Pencilled Gala", "Fair")]
    held = await book(hall.calendar_id, pencilled, at(18), at(20), status="Tentative")
    wedding = await book(hall.calendar_id, firm, at(18), at(20))
    refused = await client.post(URL, json=booking(asked, hall.calendar_id), headers=as_manager)
    moving = [
        one
        for one in refused.json()["suggestions"]
        if one["changes"][0].get("scheduledEventId") == wedding["scheduledEventId"]
    ]
    assert moving
    for fix in moving:
        assert [hold["scheduledEventId"] for hold in fix["holds"]] == [held["scheduledEventId"]]
