"""When are all of these free at once, and what to move when never."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.bookings import at, booking
from tests.api.people import CUSTOMER, STAFF

Headers = dict[str, str]
URL = "/api/availability/search"


@pytest.fixture
def search(client: httpx.AsyncClient, as_manager: Headers) -> Any:
    """POST a search over hours of DAY."""

    async def post(
        *all_of: dict[str, Any],
        hours: tuple[float, float] = (0, 24),
        headers: Headers = as_manager,
        **more: Any,
    ) -> httpx.Response:
        body = {
            "durationMinutes": 120,
            "window": {"from": at(hours[0]), "to": at(hours[1])},
            "timeZone": "UTC",
            "bufferMinutes": 0,
            "allOf": list(all_of),
            **more,
        }
        return await client.post(URL, json=body, headers=headers)

    return post


async def test_two_technicians_and_any_hall_for_three_nights_are_one_call_and_three_bookings(
    client: httpx.AsyncClient,
    search: Any,
    make_hall: Any,
    make_resource: Any,
    make_event: Any,
    book: Any,
    close: Any,
    as_manager: Headers,
) -> None:
    event = await make_event("Opera")
    await make_hall("Cellar", capacity=100)
    great, arena = await make_hall("Great Hall", capacity=320), await make_hall("Arena", capacity=900)
    people = [await make_resource(f"Technician {n}", "Staff") for n in range(6)]
    for day, technician in enumerate((0, 1, 2, 3)):
        claims = [{"resourceId": people[technician]}]
        await book(
            arena.calendar_id, event, at(19, day % 3), at(20, day % 3), resources=claims
        ) if day < 3 else None
    close(great.resource_id, at(18, 1), at(20, 1), "Repairs")

    answer = await search(
        {"anyOf": people, "count": 2},
        {"anyOf": {"resourceType": "Venue", "minimumCapacity": 300, "features": []}},
        hours=(0, 24 * 4),
        dailyFrom="19:00",
        dailyTo="23:00",
        occurrences={"count": 3, "every": "Day"},
        eventId=event,
        limit=3,
    )

    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == {"slots"}
    best = answer.json()["slots"][0]
    # The Great Hall is closed until 20:00 on the second night, and the arena is busy.
    assert [(one["startDateTime"], one["endDateTime"]) for one in best["occurrences"]] == [
        (at(20, day), at(22, day)) for day in range(3)
    ]
    assert best["sameResources"] is True
    assert {
        tuple(tuple(each["resourceName"] for each in group) for group in one["groups"])
        for one in best["occurrences"]
    } == {(("Technician 0", "Technician 1"), ("Great Hall",))}
    assert best["score"] == {"total": 35, "terms": {"waiting": 20, "preference": 15, "changes": 0}}
    assert best["book"][0] == {
        "method": "POST",
        "href": "/api/schedules",
        "body": {
            "eventId": event,
            "calendarId": great.calendar_id,
            "startDateTime": at(20),
            "endDateTime": at(22),
            "timeZone": "UTC",
            "resources": [{"resourceId": one, "role": "Primary", "quantity": 1} for one in people[:2]],
        },
    }
    for call in best["book"]:
        made = await client.post(call["href"], json=call["body"], headers=as_manager)
        assert (made.status_code, made.json()["conflicts"]) == (201, [])


async def test_what_blocks_is_said_and_managers_hear_what_to_move(
    client: httpx.AsyncClient,
    search: Any,
    make_hall: Any,
    make_event: Any,
    book: Any,
    grant: Any,
    as_manager: Headers,
    as_staff: Headers,
) -> None:
    event = await make_event("Opera")
    hall, other = await make_hall("Hall"), await make_hall("Annex")
    await book(hall.calendar_id, await make_event("Lecture", attendees=20), at(9), at(13))
    await book(other.calendar_id, await make_event("Congress", attendees=900), at(9), at(13))
    group = {"anyOf": [other.resource_id, hall.resource_id]}
    for one in (hall, other):
        await grant(STAFF, one.calendar_id, "Book")

    for headers in (as_staff, as_manager):
        answer = await search(group, hours=(10, 12), headers=headers, eventId=event)
        body = answer.json()
        assert (answer.status_code, body["slots"]) == (200, [])
        assert body["blocking"] == {
            "detail": "At no time are enough of allOf[0] free",
            "startsLookedAt": 1,
            "groups": [
                {
                    "free": 0,
                    "candidates": [
                        {
                            "resourceId": one.resource_id,
                            "resourceName": name,
                            "free": 0,
                            "closed": 0,
                            "booked": 1,
                        }
                        for one, name in ((other, "Annex"), (hall, "Hall"))
                    ],
                }
            ],
        }
        assert ("unlock" in body) == (headers is as_manager)
    cheapest = body["unlock"][0]
    assert cheapest["suggestion"]["summary"].startswith("Move Lecture to ")
    assert cheapest["occurrences"][0]["groups"] == [
        [{"resourceId": hall.resource_id, "resourceName": "Hall"}]
    ]
    call = cheapest["book"][0]
    early = await client.post(call["href"], json=call["body"], headers=as_manager)
    assert early.status_code == 409
    applied = await client.post(cheapest["suggestion"]["apply"]["href"], headers=as_manager)
    assert applied.status_code == 200, applied.text
    made = await client.post(call["href"], json=call["body"], headers=as_manager)
    assert (made.status_code, made.json()["conflicts"]) == (201, [])


async def test_several_bookings_are_moved_together_for_several_nights(
    client: httpx.AsyncClient,
    search: Any,
    make_hall: Any,
    make_resource: Any,
    make_event: Any,
    book: Any,
    as_manager: Headers,
) -> None:
    event = await make_event("Opera")
    hall, annex = await make_hall("Hall", setup_minutes=30), await make_hall("Annex")
    mikes = await make_resource("Microphones", quantity=10)
    for day, quantity in ((0, 4), (1, 8)):
        lecture = await make_event(f"Lecture {day}")
        claims = [{"resourceId": mikes, "quantity": quantity}]
        calendar = hall.calendar_id if day == 0 else annex.calendar_id
        await book(calendar, lecture, at(19, day), at(21, day), resources=claims)

    answer = await search(
        {"anyOf": [hall.resource_id]},
        {"anyOf": [mikes], "quantity": 5},
        hours=(19, 45),
        dailyFrom="19:00",
        dailyTo="21:00",
        occurrences={"count": 2},
        eventId=event,
    )

    (unlock,) = answer.json()["unlock"]
    moved = {one["eventTitle"] for one in unlock["suggestion"]["changes"]}
    assert moved == {"Lecture 0", "Lecture 1"}
    applied = await client.post(unlock["suggestion"]["apply"]["href"], headers=as_manager)
    assert applied.status_code == 200, applied.text
    for call in unlock["book"]:
        made = await client.post(call["href"], json=call["body"], headers=as_manager)
        assert (made.status_code, made.json()["conflicts"]) == (201, [])


async def test_what_cannot_be_moved_is_not_offered(
    client: httpx.AsyncClient, search: Any, make_hall: Any, make_event: Any, book: Any, as_manager: Headers
) -> None:
    hall = await make_hall("Hall")
    lecture = await book(hall.calendar_id, await make_event("Lecture"), at(9), at(13))
    await client.post(f"/api/schedules/{lecture['scheduledEventId']}/confirm", headers=as_manager)
    body = (await search({"anyOf": [hall.resource_id]}, hours=(10, 12))).json()
    assert (body["slots"], "unlock" in body) == ([], False)


async def test_groups_that_never_meet_and_windows_without_a_start_say_so(
    search: Any, make_hall: Any, close: Any
) -> None:
    hall, other = await make_hall("Hall"), await make_hall("Annex")
    close(hall.resource_id, at(0), at(11), "Repairs")
    close(other.resource_id, at(12), at(24), "Paint")
    both = ({"anyOf": [hall.resource_id]}, {"anyOf": [other.resource_id]})
    said = (await search(*both, hours=(9, 14))).json()["blocking"]
    assert (said["detail"], [one["free"] for one in said["groups"]]) == (
        "Every group is free at some time, but never all at once",
        [3, 3],
    )
    short = (await search(*both, hours=(9, 10))).json()["blocking"]
    assert (short["startsLookedAt"], short["detail"]) == (
        0,
        "No start lies in the window: it is past, or too short for all occurrences",
    )


async def test_the_calendar_asked_for_counts_too(
    search: Any, make_hall: Any, make_resource: Any, make_event: Any, create: Any, book: Any
) -> None:
    hall, other, mixer = await make_hall("Hall"), await make_hall("Annex"), await make_resource("Mixer")
    office = await create(
        "/api/calendars", name="Office", calendar_type="Department", owner_type="Department"
    )
    await book(hall.calendar_id, await make_event("Lecture"), at(0), at(10))
    await book(office["calendarId"], await make_event("Meeting"), at(0), at(12))
    on_hall = await search({"anyOf": [mixer]}, calendarId=hall.calendar_id)
    first = on_hall.json()["slots"][0]
    assert (first["occurrences"][0]["startDateTime"], len(first["occurrences"][0]["groups"])) == (at(10), 1)
    assert first["book"][0]["body"]["resources"] == [{"resourceId": mixer, "role": "Primary", "quantity": 1}]
    any_hall = {"anyOf": [other.resource_id, hall.resource_id]}
    chosen = (await search(any_hall, calendarId=hall.calendar_id)).json()["slots"][0]
    assert chosen["occurrences"][0]["groups"][0][0]["resourceName"] == "Hall"
    in_office = (await search({"anyOf": [mixer]}, calendarId=office["calendarId"])).json()["slots"][0]
    assert in_office["occurrences"][0]["startDateTime"] == at(12)
    nowhere = (await search({"anyOf": [mixer]})).json()["slots"][0]
    assert "book" not in nowhere


async def test_everyone_searches_what_they_may_book(
    search: Any, make_hall: Any, grant: Any, as_staff: Headers, as_customer: Headers
) -> None:
    hidden, seen, mine = await make_hall("Hidden"), await make_hall("Seen"), await make_hall("Mine")
    for person, headers in ((STAFF, as_staff), (CUSTOMER, as_customer)):
        await grant(person, seen.calendar_id, "View")
        await grant(person, mine.calendar_id, "Book")
        found = await search({"anyOf": {"resourceType": "Venue"}}, headers=headers)
        assert [one["occurrences"][0]["groups"][0][0]["resourceName"] for one in found.json()["slots"]] == [
            "Mine"
        ] * 10
        for key in (hidden.resource_id, str(uuid4())):
            unknown = await search({"anyOf": [mine.resource_id, key]}, headers=headers)
            assert (unknown.status_code, unknown.json()["errors"]) == (
                400,
                {"allOf[0].anyOf[1]": ["Resource does not exist or is inactive"]},
            )
        looked_at = await search({"anyOf": [seen.resource_id]}, headers=headers)
        assert looked_at.status_code == 403
        assert (
            await search({"anyOf": [mine.resource_id]}, calendarId=seen.calendar_id, headers=headers)
        ).status_code == 403
        secret = await search({"anyOf": [mine.resource_id]}, calendarId=hidden.calendar_id, headers=headers)
        assert list(secret.json()["errors"]) == ["calendarId"]


async def test_a_customer_finds_nothing_further_ahead_than_they_may_book(
    search: Any, make_hall: Any, grant: Any, as_customer: Headers, as_manager: Headers
) -> None:
    hall = await make_hall("Hall")
    await grant(CUSTOMER, hall.calendar_id, "Book")
    far = (24.0 * 170, 24.0 * 180)
    group = {"anyOf": [hall.resource_id]}
    assert (await search(group, hours=far, headers=as_customer)).json()["slots"] == []
    assert len((await search(group, hours=far, headers=as_manager)).json()["slots"]) == 10


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"window": {"from": at(9), "to": at(9)}}, "window.to"),
        ({"window": {"from": at(9), "to": at(9, day=93)}}, "window.to"),
        ({"durationMinutes": 14}, "durationMinutes"),
        ({"durationMinutes": 30 * 24 * 60 + 1}, "durationMinutes"),
        ({"timeZone": "Mars/Base"}, "timeZone"),
        ({"dailyFrom": "25:00"}, "dailyFrom"),
        ({"stepMinutes": 4}, "stepMinutes"),
        ({"limit": 101}, "limit"),
        ({"occurrences": {"count": 0}}, "occurrences.count"),
        ({"allOf": []}, "allOf"),
        ({"allOf": [{"anyOf": []}]}, "allOf[0].anyOf"),
        ({"allOf": [{"anyOf": ["x"]}]}, "allOf[0].anyOf[0]"),
        ({"allOf": [{"anyOf": {"resourceType": "Hall"}}]}, "allOf[0].anyOf.resourceType"),
        ({"allOf": [{"anyOf": {"resourceType": "Other"}, "count": 2}]}, "allOf[0].anyOf"),
    ],
)
async def test_bad_questions_name_their_field(
    search: Any, make_resource: Any, change: dict[str, Any], field: str
) -> None:
    answer = await search({"anyOf": [await make_resource("Mixer")]}, **change)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


async def test_too_many_resources_and_one_named_twice_are_refused(search: Any, make_resource: Any) -> None:
    mixer = await make_resource("Mixer")
    twice = await search({"anyOf": [mixer, mixer]})
    assert list(twice.json()["errors"]) == ["allOf[0].anyOf[1]"]
    kinds = [await make_resource(f"Lamp {n}", "Other") for n in range(26)]
    many = await search(*({"anyOf": {"resourceType": "Other"}} for _ in range(8)))
    assert (len(kinds) * 8, list(many.json()["errors"])) == (208, ["allOf"])


async def test_an_event_that_is_unknown_or_hidden_is_refused_alike(
    search: Any, make_resource: Any, make_event: Any, as_customer: Headers
) -> None:
    mixer = await make_resource("Mixer", "Other")
    hidden, own = await make_event("Opera"), await make_event("Wedding", CUSTOMER)
    for event, headers in ((str(uuid4()), {}), (str(uuid4()), as_customer), (hidden, as_customer)):
        told = await search({"anyOf": [mixer]}, eventId=event, **({"headers": headers} if headers else {}))
        assert (told.status_code, told.json()["errors"]) == (400, {"eventId": ["Event does not exist"]})
    assert (await search({"anyOf": [mixer]}, eventId=hidden)).status_code == 200
    assert (await search({"anyOf": [mixer]}, eventId=own, headers=as_customer)).status_code == 200


Half_hours = st.tuples(st.integers(0, 14), st.integers(1, 8))


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    taken=st.lists(st.tuples(Half_hours, st.integers(0, 2), st.integers(0, 3)), max_size=8),
    closed=st.lists(st.tuples(Half_hours, st.integers(0, 1)), max_size=2),
    length=st.integers(1, 6),
)
async def test_what_is_found_can_be_booked_without_a_conflict_and_nothing_is_missed(
    client: httpx.AsyncClient,
    search: Any,
    make_hall: Any,
    make_resource: Any,
    make_event: Any,
    as_manager: Headers,
    taken: list[tuple[tuple[int, int], int, int]],
    closed: list[tuple[tuple[int, int], int]],
    length: int,
) -> None:
    event = await make_event("Opera")
    halls = [await make_hall("A", setup_minutes=30), await make_hall("B", 2), await make_hall("C")]
    mikes = await make_resource("Microphones", quantity=4, teardown_minutes=15)
    over = {"override": {"reason": "No fix needs to be looked for"}}
    for (start, size), number, quantity in taken:
        claims = [{"resourceId": mikes, "quantity": quantity}] if quantity else []
        times = (start / 2, (start + size) / 2)
        request = booking(event, halls[number].calendar_id, *times, resources=claims, **over)
        await client.post("/api/schedules", json=request, headers=as_manager)
    for (start, size), number in closed:
        body = {"startDateTime": at(start / 2), "endDateTime": at((start + size) / 2), "onOverlap": "Merge"}
        path = f"/api/resources/{halls[number].resource_id}/availability/mark-unavailable"
        await client.post(path, json=body, headers=as_manager)
    answer = await search(
        {"anyOf": [one.resource_id for one in halls[:2]]},
        {"anyOf": [mikes], "quantity": 2},
        hours=(0, 9),
        durationMinutes=30 * length,
        eventId=event,
        limit=100,
    )
    bookable = set()
    for start in range(18 - length + 1):
        for hall in halls[:2]:
            claims = [{"resourceId": mikes, "quantity": 2}]
            times = (start / 2, (start + length) / 2)
            request = booking(event, hall.calendar_id, *times, resources=claims, **over)
            told = await client.post("/api/schedules?dryRun=true", json=request, headers=as_manager)
            bookable = bookable or (told.status_code == 201 and not told.json()["conflicts"])
    for found in answer.json()["slots"]:
        (call,) = found["book"]
        told = await client.post(f"{call['href']}?dryRun=true", json=call["body"], headers=as_manager)
        assert (told.status_code, told.json()["conflicts"]) == (201, [])
    assert bool(answer.json()["slots"]) == bookable


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ({"resourceType": "Equipment"}, "Equipment"),
        ({"resourceType": "Venue", "minimumCapacity": 1_000_000}, "Venue that holds 1000000 people"),
        ({"resourceType": "Venue", "features": ["pool", "bar"]}, "Venue that has bar, pool"),
        (
            {"resourceType": "Venue", "minimumCapacity": 90, "features": ["pool"]},
            "Venue that holds 90 people and has pool",
        ),
    ],
)
async def test_a_kind_of_which_there_is_nothing_is_named(
    search: Any, make_hall: Any, as_customer: Headers, kind: dict[str, Any], missing: str
) -> None:
    await make_hall("Hall", capacity=80, features=["bar"])
    expected = {"allOf[0].anyOf": [f"There is no {missing} for you to use"]}
    for headers in ({}, {"headers": as_customer}):
        answer = await search({"anyOf": kind}, **headers)
        assert (answer.status_code, answer.json()["errors"]) == (400, expected)
    # What is hidden is not told apart from what is not there.
    hidden = await search({"anyOf": {"resourceType": "Venue"}}, headers=as_customer)
    assert hidden.json()["errors"] == {"allOf[0].anyOf": ["There is no Venue for you to use"]}


async def test_too_few_of_a_kind_is_about_their_count(search: Any, make_hall: Any) -> None:
    await make_hall("Hall")
    answer = await search({"anyOf": {"resourceType": "Venue"}, "count": 2})
    assert answer.json()["errors"] == {"allOf[0].count": ["There are fewer to choose from: 1"]}
