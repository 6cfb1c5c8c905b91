"""Many bookings in one request: all or none, or each that can be made."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from tests.api.bookings import at, booking
from tests.api.people import CUSTOMER

Headers = dict[str, str]
Rows = Callable[..., Awaitable[list[dict[str, Any]]]]
Send = Callable[..., Awaitable[httpx.Response]]
PATH = "/api/schedules/bulk"
NOBODYS = "01a20b3c-7d12-7c55-a35d-3b1f0f0a9c11"


@pytest.fixture
def send(client: httpx.AsyncClient, as_manager: Headers) -> Send:
    """POST some items."""

    async def post(mode: str, *items: Any, headers: Headers | None = None, **query: Any) -> httpx.Response:
        body = {"mode": mode, "items": items}
        return await client.post(PATH, json=body, headers=headers or as_manager, params=query)

    return post


async def booked(rows: Rows) -> int:
    (row,) = await rows("SELECT count(*) AS many FROM scheduled_events")
    return int(row["many"])


async def test_all_are_made(
    send: Send, make_hall: Any, make_event: Any, rows: Rows, facts_left: Any, client: Any, as_manager: Any
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    answer = await send("Atomic", *(booking(event, hall.calendar_id, hour, hour + 1) for hour in (9, 10, 11)))
    assert answer.status_code == 201
    items = answer.json()["items"]
    assert [(one["index"], one["status"]) for one in items] == [(0, 201), (1, 201), (2, 201)]
    assert [one["schedule"]["startDateTime"] for one in items] == [at(9), at(10), at(11)]
    for one in items:
        path = f"/api/schedules/{one['schedule']['scheduledEventId']}"
        assert (await client.get(path, headers=as_manager)).json() == one["schedule"]
    assert facts_left() == ["EventScheduledOnCalendar"] * 3
    kept = await rows("SELECT count(*) AS many FROM audit_log WHERE action = 'EventScheduled'")
    assert kept == [{"many": 3}]


async def test_all_or_none(
    send: Send, make_hall: Any, make_event: Any, book: Any, rows: Rows, facts_left: Any
) -> None:
    """Each that cannot be made is named: by what is there, by an earlier one, by what is wrong with it."""
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    there = await book(hall.calendar_id, event, at(12), at(13))
    answer = await send(
        "Atomic",
        booking(event, hall.calendar_id, 9, 10),
        booking(event, hall.calendar_id, 12, 13),
        booking(event, hall.calendar_id, 9.5, 10.5),
        booking(NOBODYS, hall.calendar_id, 15, 16),
    )
    assert answer.status_code == 400  # which comes before 409, as for one
    found = answer.json()
    assert found["title"] == "Bookings Refused"
    assert found["detail"] == "3 of the 4 bookings cannot be made, and nothing was booked"
    assert found["errors"] == {
        "items[1]": ["The selected time slot conflicts with an existing event"],
        "items[2]": ["The selected time slot conflicts with an existing event"],
        "items[3].eventId": ["Event does not exist"],
    }
    assert [(one["index"], one["status"]) for one in found["items"]] == [(1, 409), (2, 409), (3, 400)]
    clash = {"conflictType": "VenueConflict", "conflictLevel": "Critical", "eventTitle": "Gala"}
    first, second = (one["problem"]["errors"]["ConflictingEvents"] for one in found["items"][:2])
    key = there["scheduledEventId"]
    times = {"startDateTime": at(12), "endDateTime": at(13)}
    assert first == [{"eventId": event, "scheduledEventId": key, **times, **clash}]
    # It was never made: it has a position, and no id.
    assert second == [{"eventId": event, "startDateTime": at(9), "endDateTime": at(10), **clash, "item": 0}]
    assert await booked(rows) == 1
    assert sorted(facts_left()) == ["EventScheduledOnCalendar"] + ["OverbookingPreventedBySystem"] * 2


async def test_each_that_can_be_made_is(
    send: Send, make_hall: Any, make_event: Any, rows: Rows, facts_left: Any
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    answer = await send(
        "PerItem",
        booking(event, hall.calendar_id, 9, 10),
        booking(event, hall.calendar_id, 9, 10),
        booking(NOBODYS, hall.calendar_id, 15, 16),
        booking(event, hall.calendar_id, 10, 11),
    )
    assert answer.status_code == 200
    items = answer.json()["items"]
    assert [(one["index"], one["status"]) for one in items] == [(0, 201), (1, 409), (2, 400), (3, 201)]
    assert [sorted(one) for one in items] == [
        ["index", "schedule", "status"],
        ["index", "problem", "status"],
        ["index", "problem", "status"],
        ["index", "schedule", "status"],
    ]
    (clash,) = items[1]["problem"]["errors"]["ConflictingEvents"]
    assert (clash["item"], clash["scheduledEventId"]) == (0, items[0]["schedule"]["scheduledEventId"])
    assert items[2]["problem"]["errors"] == {"items[2].eventId": ["Event does not exist"]}
    assert await booked(rows) == 2
    assert facts_left().count("EventScheduledOnCalendar") == 2
    assert facts_left().count("OverbookingPreventedBySystem") == 1


async def test_what_clashes_within_the_request_and_refuses_nothing_is_told_of_both(
    send: Send, make_hall: Any, make_resource: Any, make_event: Any
) -> None:
    halls = [await make_hall(name) for name in ("Ballroom", "Cellar")]
    ada, event = await make_resource("Ada", "Staff"), await make_event("Gala")
    wanted = (booking(event, one.calendar_id, resources=[{"resourceId": ada}]) for one in halls)
    answer = await send("Atomic", *wanted)
    assert answer.status_code == 201
    schedules = [one["schedule"] for one in answer.json()["items"]]
    for mine, other in (schedules, schedules[::-1]):
        (conflict,) = mine["conflicts"]
        assert conflict["conflictType"] == "StaffConflict"
        assert conflict["conflictingEventId"] == other["scheduledEventId"]


@pytest.mark.parametrize("mode", ["Atomic", "PerItem"])
async def test_a_dry_run_makes_none(
    send: Send, make_hall: Any, make_event: Any, rows: Rows, facts_left: Any, mode: str
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    twice = [booking(event, hall.calendar_id)] * 2
    answer = await send(mode, *twice, dryRun="true")
    assert answer.status_code == {"Atomic": 409, "PerItem": 200}[mode]
    assert (await booked(rows), facts_left()) == (0, [])


@pytest.mark.parametrize("mode", ["Atomic", "PerItem"])
async def test_sent_again_it_is_done_once(
    send: Send, make_hall: Any, make_event: Any, rows: Rows, as_manager: Headers, mode: str
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    wanted = [booking(event, hall.calendar_id, hour, hour + 1) for hour in (9, 10)]
    keyed = as_manager | {"Idempotency-Key": "once"}
    first, again = [await send(mode, *wanted, headers=keyed) for _ in range(2)]
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await booked(rows) == 2


async def test_what_is_refused_whole_is_named(send: Send, make_hall: Any, make_event: Any) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    one = booking(event, hall.calendar_id)
    weekly = {"type": "Weekly", "interval": 1, "daysOfWeek": ["Monday"], "occurrenceCount": 2}
    named = {
        await _named(await send("Atomic", one, one | {"recurrencePattern": weekly})),
        await _named(await send("PerItem", one, one | {"skippedOccurrences": [at(9)]})),
        await _named(await send("PerItem", one, one | {"startDateTime": "soon"})),
        await _named(await send("PerItem")),
        await _named(await send("PerItem", *[one] * 201)),
        await _named(await send("perItem", one)),
    }
    assert named == {
        "items[1].recurrencePattern",
        "items[1].skippedOccurrences",
        "items[1].startDateTime",
        "items",
        "mode",
    }


async def _named(answer: httpx.Response) -> str:
    assert answer.status_code == 400
    (name,) = answer.json()["errors"]
    return str(name)


async def test_each_is_judged_with_those_before_it_in_place(
    send: Send, make_hall: Any, make_event: Any, grant: Any, as_customer: Headers
) -> None:
    """A Customer's limit counts what the same request has booked; only managers override."""
    hall, event = await make_hall("Ballroom"), await make_event("Gala", CUSTOMER)
    await grant(CUSTOMER, hall.calendar_id)
    wanted = [booking(event, hall.calendar_id, hour, hour + 1) for hour in range(11)]
    wanted[0]["override"] = {"reason": "Please"}
    answer = await send("PerItem", *wanted, booking(event, hall.calendar_id, 12, 13), headers=as_customer)
    items = answer.json()["items"]
    assert [one["status"] for one in items] == [403, *[201] * 10, 403]
    assert {one["schedule"]["status"] for one in items[1:-1]} == {"Tentative"}
    atomic = await send("Atomic", booking(event, hall.calendar_id, 14, 15), headers=as_customer)
    assert (atomic.status_code, list(atomic.json()["errors"])) == (403, ["items[0]"])


async def test_holds_and_overrides(send: Send, make_hall: Any, make_event: Any, facts_left: Any) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    answer = await send(
        "Atomic",
        booking(event, hall.calendar_id, status="Tentative", holdExpiresAt=at(1)),
        booking(event, hall.calendar_id),
        booking(event, hall.calendar_id, override={"reason": "Both fit"}),
    )
    assert answer.status_code == 201
    statuses = [one["schedule"]["status"] for one in answer.json()["items"]]
    assert statuses == ["Tentative", "Scheduled", "Scheduled"]
    assert facts_left().count("OverbookingAllowedByOverride") == 1


async def test_what_is_hidden_stays_so(
    send: Send, make_hall: Any, make_event: Any, grant: Any, book: Any, as_customer: Headers
) -> None:
    hall = await make_hall("Ballroom")
    await book(hall.calendar_id, await make_event("Secret"), at(18), at(20))
    await grant(CUSTOMER, hall.calendar_id)
    own = await make_event("Gala", CUSTOMER)
    answer = await send("Atomic", booking(own, hall.calendar_id), headers=as_customer)
    (item,) = answer.json()["items"]
    (clash,) = item["problem"]["errors"]["ConflictingEvents"]
    assert (answer.status_code, clash["eventTitle"]) == (409, "another booking")
    assert not clash.keys() & {"eventId", "scheduledEventId"}


async def test_many_at_once_neither_deadlock_nor_double_book(
    send: Send,
    make_hall: Any,
    make_resource: Any,
    make_event: Any,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every request wants some of the same slots, in an order of its own. No transaction has to give way."""
    lost: list[float] = []
    monkeypatch.setattr("api.bus.random.uniform", lambda low, high: lost.append(high) or low)
    draw = random.Random(7)
    event = await make_event("Gala")
    halls = [(await make_hall(f"Hall {number}")).calendar_id for number in range(5)]
    people = [await make_resource(f"Person {number}", "Staff") for number in range(5)]
    slots = [(hall, hour) for hall in halls for hour in (9, 10, 11)]

    def wanted() -> list[dict[str, Any]]:
        some = draw.sample(slots, 6)
        return [
            booking(event, hall, hour, hour + 1, resources=[{"resourceId": draw.choice(people)}])
            for hall, hour in some
        ]

    modes = ["Atomic", "PerItem"] * 12
    answers = await asyncio.gather(*(send(mode, *wanted()) for mode in modes))
    assert lost == []
    taken: list[tuple[str, str]] = []
    for mode, answer in zip(modes, answers, strict=True):
        assert answer.status_code in ({201, 409} if mode == "Atomic" else {200}), answer.text
        made = [one["schedule"] for one in answer.json()["items"] if one["status"] == 201]
        assert len(made) == 6 or mode == "PerItem" or answer.status_code == 409
        taken += [(one["calendarId"], one["startDateTime"]) for one in made]
    assert len(taken) == len(set(taken)) == await booked(rows)
    assert len(taken) >= 12  # who came first got all they wanted
