"""Conflicts over HTTP: listed, detected, and dealt with, each as its viewer may see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select, text

from api.http.paging import encode_cursor
from persistence import tables
from persistence.database import Database
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds, SystemClock
from tests.api.bookings import at, booking
from tests.api.people import CUSTOMER, MANAGER, OTHER_CUSTOMER, STAFF

CONFLICTS = "/api/schedules/conflicts"
OVERRIDE = {"reason": "The mayor asked"}

Headers = dict[str, str]
Json = dict[str, Any]
Facts = Callable[[], Awaitable[list[tuple[str, Json]]]]


@pytest.fixture
async def sql(urls: EmbeddedUrls) -> Any:
    """Runs a statement as the worker, past row policies; gives the rows of a SELECT.

    Whatever else it does is done behind the service's back: no kept list of conflicts is good any more.
    """
    database = Database(urls.worker, SystemClock(), RandomIds(), pool_size=1)

    async def run(statement: str, **parameters: Any) -> list[Any]:
        async with database.engine.begin() as connection:
            result = await connection.execute(text(statement), parameters)
            if result.returns_rows:
                return list(result.mappings())
            await connection.execute(text("SELECT bump_revisions('{}', '{}', '{}', '{}', '{}', true, false)"))
            return []

    yield run
    await database.close()


@pytest.fixture
def facts(sql: Any) -> Facts:
    """The facts about conflicts in the outbox, in order."""

    async def read() -> list[tuple[str, Json]]:
        columns = select(tables.outbox.c.fact_type, tables.outbox.c.payload)
        rows = await sql(f"{columns} WHERE fact_type LIKE 'ScheduleConflict%' ORDER BY outbox_id")
        return [(row["fact_type"], row["payload"]) for row in rows]

    return read


@dataclass
class Api:
    """The API in one viewer's hands."""

    client: httpx.AsyncClient
    headers: Headers

    async def list(self, **query: Any) -> list[Json]:
        answer = await self.client.get(CONFLICTS, params=query, headers=self.headers)
        assert answer.status_code == 200, answer.text
        assert answer.json()["nextCursor"] is None
        return list(answer.json()["items"])

    async def get(self, key: str) -> Json:
        answer = await self.client.get(f"{CONFLICTS}/{key}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def try_get(self, key: str) -> httpx.Response:
        return await self.client.get(f"{CONFLICTS}/{key}", headers=self.headers)

    async def try_post(self, path: str, body: Json | None = None, **query: Any) -> httpx.Response:
        return await self.client.post(f"{CONFLICTS}/{path}", json=body, params=query, headers=self.headers)

    async def post(self, path: str, body: Json | None = None, **query: Any) -> Json:
        answer = await self.try_post(path, body, **query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def book(self, body: Json) -> str:
        answer = await self.client.post("/api/schedules", json=body, headers=self.headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["scheduledEventId"])

    async def move(self, key: str, start: float, end: float) -> None:
        body = {"startDateTime": at(start), "endDateTime": at(end)}
        answer = await self.client.post(f"/api/schedules/{key}/reschedule", json=body, headers=self.headers)
        assert answer.status_code == 200, answer.text


@pytest.fixture
def manager(client: httpx.AsyncClient, as_manager: Headers) -> Api:
    return Api(client, as_manager)


@pytest.fixture
def staff(client: httpx.AsyncClient, as_staff: Headers) -> Api:
    return Api(client, as_staff)


@pytest.fixture
def customer(client: httpx.AsyncClient, as_customer: Headers) -> Api:
    return Api(client, as_customer)


@dataclass
class Clash:
    """The Gala (18 to 20) and, booked over it in the Ballroom, the Wedding (19 to 21)."""

    hall: Any
    gala_event: str
    wedding_event: str
    gala: str
    wedding: str
    key: str


@pytest.fixture
async def clash(manager: Api, make_hall: Any, make_event: Any) -> Clash:
    hall = await make_hall("Ballroom")
    gala_event = await make_event("Gala", CUSTOMER)
    wedding_event = await make_event("Wedding")
    gala = await manager.book(booking(gala_event, hall.calendar_id, 18, 20))
    wedding = await manager.book(booking(wedding_event, hall.calendar_id, 19, 21, override=OVERRIDE))
    (found,) = await manager.list()
    return Clash(hall, gala_event, wedding_event, gala, wedding, found["scheduleConflictId"])


def without(body: Json, *fields: str) -> Json:
    return {key: value for key, value in body.items() if key not in fields}


def brief(item: Json) -> tuple[str, str, str]:
    return item["conflictType"], item["conflictLevel"], item["status"]


# Reading.


async def test_a_clash_is_listed_and_read(manager: Api, clash: Clash) -> None:
    (item,) = await manager.list()
    detected_at = item["detectedAt"]
    expected = {
        "scheduleConflictId": clash.key,
        "scheduledEventId": clash.wedding,
        "scheduledEventTitle": "Wedding",
        "conflictingEventId": clash.gala,
        "conflictingEventTitle": "Gala",
        "conflictType": "VenueConflict",
        "conflictLevel": "Critical",
        "status": "Detected",
        "detectedAt": detected_at,
        "resourceId": clash.hall.resource_id,
        "resourceName": "Ballroom",
    }
    assert item == expected
    detail = await manager.get(clash.key)
    suggestions = detail.pop("suggestions")
    assert detail.pop("suggestedResolutions") == [one["summary"] for one in suggestions] != []
    assert detail == expected | {"overlap": {"startDateTime": at(19), "endDateTime": at(20)}}
    assert list(detail)[:9] == list(expected)[:9]


async def test_the_overlap_counts_setup_and_teardown(manager: Api, make_hall: Any, make_event: Any) -> None:
    hall = await make_hall("Ballroom", setup_minutes=60, teardown_minutes=30)
    event = await make_event("Gala")
    await manager.book(booking(event, hall.calendar_id, 10, 12))
    await manager.book(booking(event, hall.calendar_id, 12, 14, override=OVERRIDE))
    (item,) = await manager.list()
    detail = await manager.get(item["scheduleConflictId"])
    assert detail["overlap"] == {"startDateTime": at(11), "endDateTime": at(12.5)}


@pytest.fixture
async def season(manager: Api, make_hall: Any, make_resource: Any, make_event: Any) -> Json:
    """Five clashes, not in order: Moderate at 10, Minor at 8, Severe at 12, Critical at 16 and at 14."""
    ada, lamp = await make_resource("Ada", "Staff"), await make_resource("Lamp")
    office = await make_hall(
        "Office", resource_type="Other", calendar={"calendar_type": "Department", "owner_type": "Department"}
    )
    halls = [await make_hall(f"Hall {number}") for number in range(3)]
    event = await make_event("Show")

    async def pair(start: float, first: str, second: str, resources: list[Json], **more: Any) -> None:
        for calendar in (first, second):
            body = booking(event, calendar, start, start + 1, resources=resources, **more)
            await manager.book(body | ({"override": OVERRIDE} if (calendar, more) == (second, {}) else {}))

    one, two, three = (hall.calendar_id for hall in halls)
    await pair(10, one, two, [{"resourceId": lamp}])
    await pair(8, one, two, [{"resourceId": ada, "role": "Secondary"}])
    await pair(12, office.calendar_id, office.calendar_id, [])
    await pair(16, three, three, [])
    await pair(14, one, one, [])
    return {"ada": ada, "lamp": lamp, "office": office, "halls": halls, "event": event}


SORTED = [
    ("VenueConflict", "Critical", 14),
    ("VenueConflict", "Critical", 16),
    ("TimeOverlap", "Severe", 12),
    ("EquipmentConflict", "Moderate", 10),
    ("StaffConflict", "Minor", 8),
]


async def starts(manager: Api, items: list[Json]) -> list[tuple[str, str, int]]:
    hours = {at(hour): hour for _, _, hour in SORTED}
    details = [await manager.get(one["scheduleConflictId"]) for one in items]
    return [
        (one["conflictType"], one["conflictLevel"], hours[one["overlap"]["startDateTime"]]) for one in details
    ]


@pytest.mark.usefixtures("season")
async def test_the_worst_come_first_then_the_earliest_on_every_page(
    manager: Api, client: httpx.AsyncClient, as_manager: Headers
) -> None:
    everything = await manager.list()
    assert await starts(manager, everything) == SORTED
    walked: list[Json] = []
    cursor: str | None = None
    for _ in range(3):
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(CONFLICTS, params=query, headers=as_manager)).json()
        walked += page["items"]
        cursor = page["nextCursor"]
    assert (walked, cursor) == (everything, None)


async def test_filters(manager: Api, season: Json) -> None:
    async def found(**query: Any) -> list[int]:
        return [hour for _, _, hour in await starts(manager, await manager.list(**query))]

    one, two, three = season["halls"]
    assert await found(level="Severe") == [14, 16, 12]
    assert await found(level="None") == [14, 16, 12, 10, 8]
    assert await found(type="StaffConflict") == [8]
    assert await found(type=["StaffConflict", "TimeOverlap"]) == [12, 8]
    assert await found(resourceId=season["lamp"]) == [10]
    assert await found(resourceId=one.resource_id) == [14]
    assert await found(calendarId=one.calendar_id) == [14, 10, 8]
    assert await found(calendarId=two.calendar_id) == [10, 8]
    assert await found(calendarId=three.calendar_id) == [16]
    assert await found(calendarId=season["office"].calendar_id) == [12]
    assert await found(calendarId=str(uuid4())) == []
    assert await found(**{"from": at(11), "to": at(14)}) == [12]
    assert await found(**{"from": at(10.5), "to": at(14.5)}) == [14, 12, 10]
    assert await found(status="Resolved") == []
    assert await found(status=["Detected", "Dismissed"]) == [14, 16, 12, 10, 8]
    key = (await manager.list(type="StaffConflict"))[0]["conflictingEventId"]
    assert await found(scheduledEventId=key) == [8]


BAD_QUERIES: list[tuple[Json, str]] = [
    ({"cursor": "nonsense"}, "cursor"),
    ({"cursor": encode_cursor("x|y", uuid4())}, "cursor"),
    ({"cursor": encode_cursor(f"9|{at(1)}", uuid4())}, "cursor"),
    ({"cursor": encode_cursor("4", uuid4())}, "cursor"),
    ({"limit": "0"}, "limit"),
    ({"limit": "201"}, "limit"),
    ({"status": "Open"}, "status[0]"),
    ({"level": "5"}, "level"),
    ({"type": "Clash"}, "type[0]"),
    ({"calendarId": "7"}, "calendarId"),
    ({"from": "2030-01-01T00:00:00"}, "from"),
    ({"to": "tomorrow"}, "to"),
]


async def test_bad_queries_are_named(manager: Api) -> None:
    for query, field in BAD_QUERIES:
        answer = await manager.client.get(CONFLICTS, params=query, headers=manager.headers)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field]), query


async def test_a_conflict_is_over_when_its_hold_lapses(
    manager: Api, make_hall: Any, make_event: Any, sql: Any
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    held = await manager.book(booking(event, hall.calendar_id, status="Tentative", holdExpiresAt=at(0)))
    firm = await manager.book(booking(event, hall.calendar_id))
    (item,) = await manager.list()
    assert brief(item) == ("TimeOverlap", "Minor", "Detected")
    assert (item["scheduledEventId"], item["conflictingEventId"]) == (firm, held)
    assert item["resourceName"] == "Ballroom"
    assert (await manager.get(item["scheduleConflictId"]))["overlap"]["startDateTime"] == at(18)

    lapse = "UPDATE {} SET hold_expires_at = '2026-01-02T03:04:05Z' WHERE scheduled_event_id = :key"
    for table in ("scheduled_events", "claims"):
        await sql(lapse.format(table), key=UUID(held))

    assert await manager.list() == []
    (over,) = await manager.list(status="Resolved")
    ended = {"resolvedAt": "2026-01-02T03:04:05Z", "resolutionMethod": "EventCancelled"}
    assert over == item | {"status": "Resolved"} | ended
    key = item["scheduleConflictId"]
    assert (await manager.get(key))["status"] == "Resolved"
    for action in ("review", "dismiss"):
        answer = await manager.try_post(f"{key}/{action}")
        assert (answer.status_code, answer.json()["title"]) == (409, "Not Possible Now")
    assert await manager.post("detect") == {"detected": 0, "resolved": 1, "open": 0}
    assert (await manager.get(key))["resolutionMethod"] == "EventCancelled"


# Who sees what.


async def test_each_sees_of_a_clash_what_they_may(
    clash: Clash, manager: Api, staff: Api, customer: Api, grant: Any, make_hall: Any
) -> None:
    await manager.post(
        f"{clash.key}/escalate", {"escalatedTo": str(STAFF.user_id), "reason": "The Wedding is sold out"}
    )
    everything = await manager.get(clash.key)
    handling = {"escalatedTo": str(STAFF.user_id), "escalationReason": "The Wedding is sold out"}
    assert handling.items() <= everything.items()
    plain = without(everything, *handling)

    assert (await staff.try_get(clash.key)).status_code == 404
    assert await staff.list() == []
    other = await make_hall("Elsewhere")
    await grant(STAFF, other.calendar_id)
    assert await staff.list() == []
    await grant(STAFF, clash.hall.calendar_id, "View")
    seen = await staff.get(clash.key)
    assert seen == plain | {"suggestions": [], "suggestedResolutions": []}

    hidden = {"scheduledEventId", "resourceId", "resourceName", *handling}
    own = {key: value for key, value in everything.items() if key not in hidden}
    no_fixes = {"suggestions": [], "suggestedResolutions": []}
    own |= {"scheduledEventTitle": "another booking"} | no_fixes
    assert await customer.get(clash.key) == own
    item_fields = set(own) - {"overlap", "escalatedAt", *no_fixes}
    assert await customer.list() == [{key: own[key] for key in item_fields}]
    await grant(CUSTOMER, clash.hall.calendar_id, "View")
    with_hall = {"resourceId": clash.hall.resource_id, "resourceName": "Ballroom"}
    assert await customer.get(clash.key) == own | with_hall


async def test_the_earlier_booking_is_hidden_alike(
    manager: Api, customer: Api, make_hall: Any, make_event: Any
) -> None:
    hall = await make_hall("Ballroom")
    await manager.book(booking(await make_event("Wedding"), hall.calendar_id))
    own = await manager.book(booking(await make_event("Gala", CUSTOMER), hall.calendar_id, override=OVERRIDE))
    (item,) = await customer.list()
    assert item["scheduledEventId"] == own
    assert "conflictingEventId" not in item
    assert (item["scheduledEventTitle"], item["conflictingEventTitle"]) == ("Gala", "another booking")


async def test_filters_do_not_tell_what_is_hidden(clash: Clash, customer: Api) -> None:
    assert len(await customer.list(scheduledEventId=clash.gala)) == 1
    assert len(await customer.list(calendarId=clash.hall.calendar_id)) == 1
    assert await customer.list(scheduledEventId=clash.wedding) == []
    assert await customer.list(resourceId=clash.hall.resource_id) == []


async def test_a_clash_of_others_is_not_there(
    clash: Clash, client: httpx.AsyncClient, headers_for: Any
) -> None:
    stranger = Api(client, headers_for(OTHER_CUSTOMER))
    hidden, absent = await stranger.try_get(clash.key), await stranger.try_get(str(uuid4()))
    assert hidden.status_code == absent.status_code == 404
    assert hidden.json()["detail"] == f"Conflict {clash.key} does not exist"
    assert await stranger.list() == []


FOR_MANAGERS: list[tuple[str, Json | None]] = [
    ("detect", None),
    ("{key}/resolve", {"resolutionMethod": "OverrideApplied"}),
    ("{key}/resolve", {}),
    ("{key}/escalate", {"escalatedTo": str(STAFF.user_id), "reason": "Please"}),
    ("{key}/dismiss", None),
    ("{key}/review", None),
]


async def test_only_managers_deal_with_conflicts(
    clash: Clash, manager: Api, staff: Api, customer: Api, grant: Any
) -> None:
    for person in (STAFF, CUSTOMER):
        await grant(person, clash.hall.calendar_id)
    for path, body in FOR_MANAGERS:
        for api in (staff, customer):
            answer = await api.try_post(path.format(key=clash.key), body)
            assert (answer.status_code, answer.json()["detail"]) == (403, "This needs the role Manager"), path
    assert (await manager.get(clash.key))["status"] == "Detected"


# Review, escalate, dismiss.


async def test_review_is_noted_once(clash: Clash, manager: Api, audited: Any) -> None:
    assert (await manager.post(f"{clash.key}/review"))["status"] == "UnderReview"
    assert (await manager.post(f"{clash.key}/review"))["status"] == "UnderReview"
    assert [brief(one)[2] for one in await manager.list()] == ["UnderReview"]
    (entry,) = await audited(clash.key)
    assert (entry["action"], entry["user_id"]) == ("ConflictUnderReview", MANAGER.user_id)
    nothing = {"resolutionMethod": None, "escalatedTo": None, "escalationReason": None, "note": None}
    assert entry["before"] == {"status": "Detected"} | nothing
    assert entry["after"] == {"status": "UnderReview"} | nothing


async def test_escalation_leaves_a_fact(clash: Clash, manager: Api, facts: Facts, audited: Any) -> None:
    body = {"escalatedTo": str(STAFF.user_id), "reason": "  Too big for me "}
    detail = await manager.post(f"{clash.key}/escalate", body)
    again = await manager.post(f"{clash.key}/escalate", body)
    assert again == detail
    assert (detail["status"], detail["escalatedTo"]) == ("Escalated", str(STAFF.user_id))
    assert detail["escalationReason"] == "Too big for me"
    assert [brief(one)[2] for one in await manager.list()] == ["Escalated"]
    assert (await facts())[1:] == [
        (
            "ScheduleConflictEscalated",
            {
                "scheduleConflictId": clash.key,
                "escalatedTo": str(STAFF.user_id),
                "escalationReason": "Too big for me",
                "escalatedAt": detail["escalatedAt"],
            },
        )
    ]
    other = await manager.post(f"{clash.key}/escalate", body | {"reason": "Urgent"})
    assert other["escalationReason"] == "Urgent"
    assert len(await facts()) == 3
    assert [one["action"] for one in await audited(clash.key)] == ["ConflictEscalated"] * 2


async def test_a_dismissal_survives_detection_for_as_long_as_the_clash_stands(
    clash: Clash, manager: Api, facts: Facts
) -> None:
    await manager.post(f"{clash.key}/escalate", {"escalatedTo": str(uuid4()), "reason": "Urgent"})
    detail = await manager.post(f"{clash.key}/dismiss", {"reason": "They share the hall"})
    assert (detail["status"], detail["note"]) == ("Dismissed", "They share the hall")
    assert "resolvedAt" not in detail
    assert await manager.post(f"{clash.key}/dismiss") == detail
    assert await manager.list() == []
    assert await manager.post("detect") == {"detected": 0, "resolved": 0, "open": 0}
    assert [one["scheduleConflictId"] for one in await manager.list(status="Dismissed")] == [clash.key]

    await manager.move(clash.wedding, 21, 22)
    over = await manager.get(clash.key)
    assert (over["status"], over["resolutionMethod"]) == ("Resolved", "Rescheduled")
    assert "overlap" not in over
    assert len(await facts()) == 2  # Nothing was open any more that could be resolved.

    await manager.client.post(
        f"/api/schedules/{clash.wedding}/reschedule",
        json={"startDateTime": at(18), "endDateTime": at(19), "override": OVERRIDE},
        headers=manager.headers,
    )
    anew = await manager.get(clash.key)
    assert anew["status"] == "Detected"
    assert not {"note", "escalatedAt", "escalatedTo", "escalationReason", "resolvedAt"} & anew.keys()


@pytest.mark.parametrize("last", ["Dismissed", "Resolved"])
async def test_what_is_closed_stays_closed(clash: Clash, manager: Api, last: str) -> None:
    if last == "Dismissed":
        await manager.post(f"{clash.key}/dismiss")
    else:
        await manager.post(f"{clash.key}/resolve", {"resolutionMethod": "OverrideApplied"})
    wanted = {
        "review": ("reviewed", None),
        "escalate": ("escalated", {"escalatedTo": str(uuid4()), "reason": "Please"}),
        "resolve": ("resolved", {"resolutionMethod": "Split"}),
        **({"dismiss": ("dismissed", None)} if last == "Resolved" else {}),
    }
    for action, (done, body) in wanted.items():
        answer = await manager.try_post(f"{clash.key}/{action}", body)
        assert (answer.status_code, answer.json()["detail"]) == (
            409,
            f"This conflict is {last} already; only an open one can be {done}",
        )


async def test_unknown_conflicts_are_not_found(manager: Api) -> None:
    actions = {
        "review": None,
        "escalate": {"escalatedTo": str(uuid4()), "reason": "Please"},
        "dismiss": None,
        "resolve": {"resolutionMethod": "OverrideApplied"},
    }
    for action, body in actions.items():
        assert (await manager.try_post(f"{uuid4()}/{action}", body)).status_code == 404, action
    with_suggestion = {"suggestionId": str(uuid4())}
    assert (await manager.try_post(f"{uuid4()}/resolve", with_suggestion)).status_code == 404


# Resolve.


async def test_a_clash_that_stands_is_not_resolved_by_saying_so(clash: Clash, manager: Api) -> None:
    for method in ("Rescheduled", "ResourceChanged", "EventCancelled", "Split"):
        answer = await manager.try_post(f"{clash.key}/resolve", {"resolutionMethod": method})
        assert (answer.status_code, answer.json()["title"]) == (409, "Not Possible Now")
        assert answer.json()["detail"] == (
            "The two bookings still clash: apply a suggestion, move or cancel one of them,"
            " or resolve the conflict as OverrideApplied to accept it as it is"
        )
    assert (await manager.get(clash.key))["status"] == "Detected"


async def test_an_accepted_clash_stays_accepted_while_it_stands(
    clash: Clash, manager: Api, facts: Facts, audited: Any
) -> None:
    body = {"resolutionMethod": "OverrideApplied", "note": "They share it"}
    detail = await manager.post(f"{clash.key}/resolve", body)
    assert (detail["status"], detail["resolutionMethod"]) == ("Resolved", "OverrideApplied")
    assert (detail["note"], detail["suggestions"]) == ("They share it", [])
    assert (await facts())[1:] == [
        (
            "ScheduleConflictResolved",
            {
                "scheduleConflictId": clash.key,
                "resolutionMethod": "OverrideApplied",
                "resolvedBy": str(MANAGER.user_id),
                "resolvedAt": detail["resolvedAt"],
            },
        )
    ]
    (entry,) = await audited(clash.key)
    assert (entry["before"]["status"], entry["after"]["status"]) == ("Detected", "Resolved")
    assert await manager.post("detect") == {"detected": 0, "resolved": 0, "open": 0}
    again = await manager.post(f"{clash.key}/resolve", {"resolutionMethod": "OverrideApplied"})
    assert again == detail
    assert len(await facts()) == 2
    confirmed = await manager.client.post(f"/api/schedules/{clash.gala}/confirm", headers=manager.headers)
    assert confirmed.status_code == 200

    await manager.move(clash.wedding, 21, 22)
    assert (await manager.get(clash.key))["resolutionMethod"] == "Rescheduled"


async def test_a_clash_that_is_gone_is_resolved_by_whatever_is_said(
    clash: Clash, manager: Api, sql: Any
) -> None:
    """As when a hall's data was mended past the service."""
    await sql("UPDATE resources SET quantity = 2 WHERE resource_id = :key", key=UUID(clash.hall.resource_id))
    detail = await manager.post(f"{clash.key}/resolve", {"resolutionMethod": "Split"})
    assert (detail["status"], detail["resolutionMethod"]) == ("Resolved", "Split")


async def test_a_calendars_time_overlap_stands_too(manager: Api, make_hall: Any, make_event: Any) -> None:
    office = await make_hall(
        "Office", resource_type="Other", calendar={"calendar_type": "Department", "owner_type": "Department"}
    )
    event = await make_event("Meeting")
    await manager.book(booking(event, office.calendar_id))
    moved = await manager.book(booking(event, office.calendar_id, override=OVERRIDE))
    (item,) = await manager.list()
    assert brief(item) == ("TimeOverlap", "Severe", "Detected")
    assert not {"resourceId", "resourceName"} & item.keys()
    path = f"{item['scheduleConflictId']}/resolve"
    assert (await manager.try_post(path, {"resolutionMethod": "Split"})).status_code == 409
    assert (await manager.post(path, {"resolutionMethod": "OverrideApplied"}))["status"] == "Resolved"
    await manager.move(moved, 21, 22)
    assert (await manager.post(path, {"resolutionMethod": "Rescheduled"}))["status"] == "Resolved"


async def test_a_suggestion_resolves_the_conflict(clash: Clash, manager: Api) -> None:
    suggestion = (await manager.get(clash.key))["suggestions"][0]
    body = {"suggestionId": suggestion["id"], "note": "Called them"}
    detail = await manager.post(f"{clash.key}/resolve", body)
    assert (detail["status"], detail["resolutionMethod"]) == ("Resolved", "Rescheduled")
    assert detail["note"] == "Called them"
    assert "overlap" not in detail
    assert await manager.list() == []
    answer = await manager.try_post(f"{clash.key}/resolve", body)
    assert answer.status_code == 409


async def test_a_dry_run_of_a_suggestion_changes_nothing(clash: Clash, manager: Api) -> None:
    suggestion = (await manager.get(clash.key))["suggestions"][0]
    detail = await manager.post(f"{clash.key}/resolve", {"suggestionId": suggestion["id"]}, dryRun=True)
    assert detail["status"] == (await manager.get(clash.key))["status"] == "Detected"


async def test_a_suggestion_for_something_else_does_not_exist(clash: Clash, manager: Api) -> None:
    answer = await manager.try_post(f"{clash.key}/resolve", {"suggestionId": str(uuid4())})
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"suggestionId": ["Suggestion does not exist"]}


BAD_BODIES: list[tuple[str, Json | None, str]] = [
    ("resolve", {}, "resolutionMethod"),
    ("resolve", {"suggestionId": str(uuid4()), "resolutionMethod": "Split"}, "resolutionMethod"),
    ("resolve", {"resolutionMethod": "Prayer"}, "resolutionMethod"),
    ("resolve", {"resolutionMethod": "Split", "note": "x" * 4001}, "note"),
    ("resolve", {"resolutionMethod": "Split", "note": "\u0000"}, "note"),
    ("resolve", {"suggestionId": 7}, "suggestionId"),
    ("resolve", {"method": "Split"}, "method"),
    ("resolve", None, "body"),
    ("escalate", {"reason": "Please"}, "escalatedTo"),
    ("escalate", {"escalatedTo": str(uuid4())}, "reason"),
    ("escalate", {"escalatedTo": str(uuid4()), "reason": "  "}, "reason"),
    ("escalate", {"escalatedTo": str(uuid4()), "reason": "x" * 4001}, "reason"),
    ("dismiss", {"reason": 7}, "reason"),
]


async def test_bad_bodies_are_named(clash: Clash, manager: Api) -> None:
    for action, body, field in BAD_BODIES:
        answer = await manager.try_post(f"{clash.key}/{action}", body)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field]), body
    assert (await manager.get(clash.key))["status"] == "Detected"


async def test_a_dry_run_answers_and_changes_nothing(clash: Clash, manager: Api, facts: Facts) -> None:
    wanted = {
        "review": ("UnderReview", None),
        "escalate": ("Escalated", {"escalatedTo": str(uuid4()), "reason": "Please"}),
        "dismiss": ("Dismissed", {"reason": "Fine"}),
        "resolve": ("Resolved", {"resolutionMethod": "OverrideApplied"}),
    }
    before = await facts()
    for action, (status, body) in wanted.items():
        assert (await manager.post(f"{clash.key}/{action}", body, dryRun=True))["status"] == status
    assert (await manager.get(clash.key))["status"] == "Detected"
    assert await facts() == before


# Detect.


async def forget_conflicts(sql: Any) -> None:
    await sql("DELETE FROM schedule_conflicts")


@pytest.mark.usefixtures("season")
async def test_detection_finds_all_that_is_there_and_nothing_twice(
    manager: Api, sql: Any, facts: Facts, rows: Any
) -> None:
    before = [brief(one) for one in await manager.list()]
    await forget_conflicts(sql)
    known = len(await facts())
    assert await manager.post("detect", dryRun=True) == {"detected": 5, "resolved": 0, "open": 5}
    assert await manager.list() == []
    assert await manager.post("detect") == {"detected": 5, "resolved": 0, "open": 5}
    assert [brief(one) for one in await manager.list()] == before
    assert [kind for kind, _ in (await facts())[known:]] == ["ScheduleConflictDetected"] * 5
    assert await manager.post("detect", {}) == {"detected": 0, "resolved": 0, "open": 5}
    assert len(await facts()) == known + 5
    audited = await rows("SELECT after FROM audit_log WHERE action = 'ConflictsDetected' ORDER BY audit_id")
    assert [row["after"] for row in audited] == [
        {"detected": 4, "resolved": 0, "open": 4},
        {"detected": 1, "resolved": 0, "open": 1},
        {"detected": 0, "resolved": 0, "open": 4},
        {"detected": 0, "resolved": 0, "open": 1},
    ]


CANCEL = (
    "WITH off AS (UPDATE claims SET live = false, enforced = false WHERE scheduled_event_id = :booking)"
    " UPDATE scheduled_events SET status = 4, modified_at = now() WHERE scheduled_event_id = :booking"
)
MOVE = (
    "UPDATE claims SET during = tstzrange(upper(during), upper(during) + interval '1 hour')"
    " WHERE scheduled_event_id = :booking"
)


@pytest.mark.parametrize(
    ("statement", "method"),
    [
        (CANCEL, "EventCancelled"),
        ("DELETE FROM claims WHERE scheduled_event_id = :booking", "ResourceChanged"),
        (MOVE, "Rescheduled"),
        ("UPDATE resources SET quantity = 2", "ResourceChanged"),
    ],
)
async def test_detection_resolves_what_is_over(
    clash: Clash, manager: Api, sql: Any, facts: Facts, statement: str, method: str
) -> None:
    await sql(statement, **({"booking": UUID(clash.wedding)} if ":booking" in statement else {}))
    assert await manager.post("detect") == {"detected": 0, "resolved": 1, "open": 0}
    detail = await manager.get(clash.key)
    assert (detail["status"], detail["resolutionMethod"]) == ("Resolved", method)
    assert [kind for kind, _ in await facts()] == ["ScheduleConflictDetected", "ScheduleConflictResolved"]
    assert await manager.post("detect") == {"detected": 0, "resolved": 0, "open": 0}


async def test_detection_of_one_calendar_looks_at_what_its_bookings_use(
    manager: Api, season: Json, sql: Any
) -> None:
    one, two, three = (hall.calendar_id for hall in season["halls"])
    await forget_conflicts(sql)
    assert await manager.post("detect", {"calendarId": season["office"].calendar_id}) == {
        "detected": 1,
        "resolved": 0,
        "open": 1,
    }
    assert await manager.post("detect", {"calendarId": two}) == {"detected": 2, "resolved": 0, "open": 2}
    assert await manager.post("detect", {"calendarId": one}) == {"detected": 1, "resolved": 0, "open": 3}
    assert await manager.post("detect", {"calendarId": three}) == {"detected": 1, "resolved": 0, "open": 1}


@pytest.mark.usefixtures("season")
async def test_detection_looks_at_its_window_alone(manager: Api, sql: Any) -> None:
    await forget_conflicts(sql)
    window = {"from": at(9), "to": at(12)}
    assert await manager.post("detect", window) == {"detected": 1, "resolved": 0, "open": 1}
    assert await manager.post("detect", {"from": at(15)}) == {"detected": 1, "resolved": 0, "open": 1}
    assert [brief(one)[0] for one in await manager.list()] == ["VenueConflict", "EquipmentConflict"]


async def test_a_clash_of_the_past_is_left_alone_unless_asked_for(
    clash: Clash, manager: Api, sql: Any
) -> None:
    long_ago = "UPDATE {} SET during = tstzrange(lower(during) - :days, upper(during) - :days)"
    for table in ("scheduled_events", "claims"):
        await sql(long_ago.format(table), days=timedelta(days=100))
    await sql("UPDATE resources SET quantity = 2")
    assert await manager.post("detect") == {"detected": 0, "resolved": 0, "open": 0}
    assert [one["scheduleConflictId"] for one in await manager.list()] == [clash.key]
    assert (await manager.get(clash.key))["overlap"]["startDateTime"] == at(19, -100)
    past = {"from": at(0, -101)}
    assert await manager.post("detect", past) == {"detected": 0, "resolved": 1, "open": 0}


BAD_DETECTIONS: list[tuple[Json, str]] = [
    ({"calendarId": str(uuid4())}, "calendarId"),
    ({"from": at(1), "to": at(1)}, "to"),
    ({"to": "2020-01-01T00:00:00Z"}, "to"),
    ({"from": "2030-01-01T00:00:00"}, "from"),
    ({"from": "9999-12-31T23:59:59Z"}, "from"),
    ({"since": at(1)}, "since"),
]


async def test_bad_detections_are_named(manager: Api) -> None:
    for body, field in BAD_DETECTIONS:
        answer = await manager.try_post("detect", body)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field]), body


@pytest.mark.usefixtures("clash")
async def test_detection_reaches_to_the_ends_of_time(manager: Api) -> None:
    first, last = "1901-01-01T00:00:00Z", "2999-12-31T23:59:59Z"
    for body, still_open in (({"from": first}, 1), ({"from": last}, 0), ({"to": last}, 1)):
        assert await manager.post("detect", body) == {"detected": 0, "resolved": 0, "open": still_open}
