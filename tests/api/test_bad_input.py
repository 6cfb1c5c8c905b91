"""Whatever a client sends: a problem that names the field, never a 500, and nothing half-written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select

from persistence import tables
from persistence.database import Database
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds, SystemClock
from tests.api.bookings import DAY, at, booking

Headers = dict[str, str]

WRITTEN = (
    tables.events,
    tables.calendars,
    tables.resources,
    tables.calendar_access,
    tables.series,
    tables.scheduled_events,
    tables.claims,
    tables.schedule_conflicts,
)

BAD_VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    2**31,
    2**63,
    10**30,
    1.5,
    1e308,
    "",
    " ",
    "x",
    "x" * 100_000,
    "\x00",
    "\ud800",
    "2027-02-30T10:00:00Z",
    "2027-01-01T10:00:00",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00",
    "-12000-01-01T00:00:00Z",
    "PT1H",
    "00000000-0000-0000-0000-000000000000",
    str(uuid4()),
    [],
    [None],
    {},
    {"a": {"b": []}},
]


def _with(document: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """A copy of the JSON document with one value replaced."""
    if not path:
        return value
    copied = json.loads(json.dumps(document))
    at_ = copied
    for step in path[:-1]:
        at_ = at_[step]
    at_[path[-1]] = value
    return copied


def _paths(document: Any, prefix: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield prefix
    if isinstance(document, dict):
        for key, value in document.items():
            yield from _paths(value, (*prefix, key))
    if isinstance(document, list):
        for index, value in enumerate(document):
            yield from _paths(value, (*prefix, index))


def _field(path: tuple[str | int, ...]) -> str:
    name = ""
    for step in path:
        name += f"[{step}]" if isinstance(step, int) else f".{step}" if name else step
    return name or "body"


def _dumps(document: Any) -> bytes:
    """JSON with lone surrogates escaped, as a client could send it."""
    return json.dumps(document).encode()


@pytest.fixture
def urls(module_urls: EmbeddedUrls) -> EmbeddedUrls:
    """One database for all: next to nothing here is written."""
    return module_urls


@pytest.fixture
async def counts(urls: EmbeddedUrls) -> Any:
    """How many rows each table has, read as the worker."""
    database = Database(urls.worker, SystemClock(), RandomIds(), pool_size=1)

    async def read() -> dict[str, int]:
        async with database.engine.connect() as connection:
            return {
                table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
                for table in WRITTEN
            }

    yield read
    await database.close()


@pytest.fixture
async def requests(make_hall: Any, make_event: Any, make_resource: Any) -> dict[str, tuple[str, Any]]:
    """A good request of every kind that takes a body; each is spoilt value by value."""
    hall = await make_hall("Hall")
    event = await make_event("Gala")
    person = await make_resource("Ada", "Staff")
    reserved = booking(
        event,
        hall.calendar_id,
        resources=[{"resourceId": person, "role": "Primary", "quantity": 1}],
        status="Tentative",
        holdExpiresAt=at(1),
        override={"reason": "because"},
    )
    repeated = {**reserved, "skippedOccurrences": [at(18, 7)]}
    pattern = {"type": "Weekly", "interval": 1, "daysOfWeek": [WEEKDAY], "occurrenceCount": 3}
    until = {"type": "Monthly", "interval": 2, "dayOfMonth": DAY.day, "endDate": at(23, 70)}
    custom = {"type": "Custom", "rrule": "FREQ=DAILY;INTERVAL=7", "occurrenceCount": 3}
    return {
        "weekly series": ("/api/schedules", {**repeated, "recurrencePattern": pattern}),
        "monthly series": ("/api/schedules", {**reserved, "recurrencePattern": until}),
        "custom series": ("/api/schedules", {**repeated, "recurrencePattern": custom}),
        "suggest for a series": ("/api/schedules/suggestions", {**repeated, "recurrencePattern": pattern}),
        "book": ("/api/schedules", reserved),
        "suggest": ("/api/schedules/suggestions", reserved),
        "event": (
            "/api/events",
            {"title": "T", "description": "D", "attendees": 5, "priority": 1, "organizerId": str(uuid4())},
        ),
        "resource": (
            "/api/resources",
            {
                "name": "R",
                "resourceType": "Venue",
                "quantity": 1,
                "capacity": 5,
                "features": ["stage"],
                "setupMinutes": 5,
                "teardownMinutes": 5,
                "interchangeGroup": "g",
                "workingHours": {"Monday": [{"start": "06:00", "end": "24:00"}]},
                "timeZone": "UTC",
                "isActive": True,
            },
        ),
        "calendar": (
            "/api/calendars",
            {
                "name": "C",
                "description": "D",
                "calendarType": "Venue",
                "ownerType": "Venue",
                "isActive": True,
                "allowOverbooking": False,
                "maxConcurrentEvents": 2,
                "timeZone": "UTC",
                "instantBooking": False,
            },
        ),
        "detect": (
            "/api/schedules/conflicts/detect",
            {"calendarId": hall.calendar_id, "from": at(0), "to": at(9)},
        ),
        "close": (
            f"/api/resources/{hall.resource_id}/availability/mark-unavailable",
            {"startDateTime": at(0), "endDateTime": at(9), "reason": "R", "onOverlap": "Merge"},
        ),
        "check": (
            "/api/resources/availability/check-multiple",
            {"resources": [{"resourceId": person}], "startDateTime": at(0), "endDateTime": at(9)},
        ),
        "search": (
            "/api/availability/search",
            {
                "durationMinutes": 60,
                "window": {"from": at(0), "to": at(9)},
                "dailyFrom": "01:00",
                "occurrences": {"count": 1, "every": "Week"},
                "allOf": [
                    {"anyOf": [person], "quantity": 1},
                    {"anyOf": {"resourceType": "Venue", "features": []}, "count": 1},
                ],
                "calendarId": hall.calendar_id,
                "limit": 1,
            },
        ),
    }


WEEKDAY = f"{DAY:%A}"
SERIES = ["weekly series", "monthly series", "custom series", "suggest for a series"]
"""Of these, only what a single booking has not got is spoilt."""
KINDS = [*SERIES, "book", "suggest", "event", "resource", "calendar", "detect", "close", "check", "search"]


def _spoilt(kind: str, good: Any) -> Iterator[tuple[str | int, ...]]:
    for place in _paths(good):
        if kind not in SERIES or (place and place[0] in {"recurrencePattern", "skippedOccurrences"}):
            yield place


@pytest.mark.parametrize("kind", KINDS)
async def test_every_value_of_every_body_may_be_nonsense(
    client: httpx.AsyncClient, requests: Any, counts: Any, as_admin: Headers, kind: str
) -> None:
    path, good = requests[kind]
    headers = as_admin | {"Content-Type": "application/json"}
    before = await counts()
    for place in _spoilt(kind, good):
        for value in BAD_VALUES:
            body = _dumps(_with(good, place, value))
            answer = await client.post(f"{path}?dryRun=true", content=body, headers=headers)
            assert answer.status_code < 500, (place, value, answer.text)
            if answer.status_code < 400:
                continue
            assert answer.headers["content-type"] == "application/problem+json", (place, value)
            problem = answer.json()
            assert (problem["status"], problem["instance"]) == (answer.status_code, path)
            if answer.status_code == 400:
                _assert_names(problem["errors"], place)
    assert await counts() == before


FOLLOWS = {
    "startDateTime": {"endDateTime", "skippedOccurrences", "recurrencePattern.endDate"},
    "status": {"holdExpiresAt"},
    "from": {"to"},
    "ownerType": {"calendarType"},
    "timeZone": {"skippedOccurrences"},
    "recurrencePattern": {"startDateTime", "endDateTime", "skippedOccurrences"},
}
"""The fields that may be named instead, because what is wrong with them follows from the spoilt one."""


def _assert_names(errors: dict[str, list[str]], place: tuple[str | int, ...]) -> None:
    """Some named field is the spoilt one, lies inside it, or is one that follows from it."""
    spoilt = _field(place)
    top = str(place[0]) if place else "body"
    allowed = {spoilt, top, *FOLLOWS.get(top, ())}
    assert any(
        name in allowed or name.startswith(spoilt) or spoilt == "body" or spoilt.startswith(name)
        for name in errors
    ), (place, errors)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"nonsense", b"[]", b"null", b'"text"', b"NaN", b"\xff\xfe", b"{" * 5000, b"[" * 100_000],
)
async def test_what_is_no_json_object_is_a_problem(
    client: httpx.AsyncClient, requests: Any, as_admin: Headers, kind: str, content: bytes
) -> None:
    path, _ = requests[kind]
    headers = as_admin | {"Content-Type": "application/json"}
    answer = await client.post(path, content=content, headers=headers)
    if kind == "detect" and content in {b"", b"null"}:
        assert answer.status_code == 200
        return
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert list(answer.json()["errors"])


async def test_a_body_over_the_limit_is_refused_unread(
    client: httpx.AsyncClient, as_admin: Headers, counts: Any
) -> None:
    before = await counts()
    huge = b'{"title": "' + b"x" * 10_000_001 + b'"}'
    answer = await client.post("/api/events", content=huge, headers=as_admin)
    assert (answer.status_code, answer.json()["detail"]) == (413, "The body is over 10,000,000 bytes")

    async def chunks() -> Any:
        for _ in range(11):
            yield b"x" * 1_000_000

    streamed = await client.post("/api/events", content=chunks(), headers=as_admin)
    assert streamed.status_code == 413
    assert await counts() == before


async def test_naughty_strings_survive_or_are_refused_by_name(
    client: httpx.AsyncClient, shared_data: Path, as_manager: Headers
) -> None:
    strings: list[str] = json.loads((shared_data / "strings" / "blns.json").read_text())
    headers = as_manager | {"Content-Type": "application/json"}
    kept = set()
    for text in strings:
        answer = await client.post("/api/events", content=_dumps({"title": text}), headers=headers)
        if answer.status_code == 201:
            kept.add(text.strip())
        else:
            assert answer.status_code == 400, text
            assert set(answer.json()["errors"]) == {"title"}
    assert len(kept) > 400
    stored: set[str] = set()
    params = {"limit": "200"}
    while params:
        page = await client.get("/api/events", params=params, headers=as_manager)
        stored |= {item["title"] for item in page.json()["items"]}
        cursor = page.json()["nextCursor"]
        params = {"limit": "200", "cursor": cursor} if cursor else {}
    assert stored - {"Gala"} == kept  # the other tests' event
    for text in strings[::10]:
        found = await client.get("/api/schedules", params={"q": text}, headers=as_manager)
        assert found.status_code in {200, 400}


@pytest.mark.parametrize(
    "path",
    [
        "/api/schedules/{}",
        "/api/calendars/{}",
        "/api/resources/{}",
        "/api/events/{}",
        "/api/schedules/conflicts/{}",
        "/api/suggestions/{}",
    ],
)
async def test_ids_in_paths(client: httpx.AsyncClient, as_admin: Headers, path: str) -> None:
    unknown = await client.get(path.format(uuid4()), headers=as_admin)
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "application/problem+json")
    for nonsense in ("x", "%00", "1", "%F0%9F%98%80", "a" * 5000):
        answer = await client.get(path.format(nonsense), headers=as_admin)
        assert answer.status_code == 400, (nonsense, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "cursor=%00",
        "cursor=bnVsbA",
        "calendarId=x",
        "status=scheduled",
        "from=yesterday",
        "to=9999-12-31T23:59:59Z",
        "q=%00",
        "conflictLevel=9",
    ],
)
async def test_bad_queries_name_their_parameter(
    client: httpx.AsyncClient, as_admin: Headers, query: str
) -> None:
    answer = await client.get(f"/api/schedules?{query}", headers=as_admin)
    assert answer.status_code == 400
    name = query.partition("=")[0]
    assert [field.partition("[")[0] for field in answer.json()["errors"]] == [name]


# Dates of a series, and changes of the whole.


@pytest.fixture
async def series(client: httpx.AsyncClient, make_hall: Any, make_event: Any, as_admin: Headers) -> Any:
    """The body of three Mondays, or whatever day it is, as asked for and as made."""
    hall, event = await make_hall("Hall"), await make_event("Gala")
    pattern = {"type": "Weekly", "interval": 1, "daysOfWeek": [WEEKDAY], "occurrenceCount": 3}
    asked = booking(event, hall.calendar_id, timeZone="UTC", recurrencePattern=pattern)
    made = await client.post("/api/schedules", json=asked, headers=as_admin)
    assert made.status_code == 201, made.text
    return asked, made.json()


async def _rows_of(rows: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await rows(
        "SELECT scheduled_event_id, during::text, status, version FROM scheduled_events"
        " UNION ALL SELECT series_id, recurrence::text, 0, version FROM series ORDER BY 1"
    )
    return found


async def test_every_value_of_a_change_of_a_series_may_be_nonsense(
    client: httpx.AsyncClient, series: Any, as_admin: Headers, rows: Any
) -> None:
    """What is answered with 400 or more has written nothing."""
    asked, made = series
    headers = as_admin | {"Content-Type": "application/json"}
    whole, third = (one["scheduledEventId"] for one in (made, made["occurrences"][2]))
    following = {"startDateTime": at(19, 14), "endDateTime": at(21, 14), "scope": "thisAndFollowing"}
    before = await _rows_of(rows)
    for method, path, good in (
        ("PUT", f"/api/schedules/{whole}", asked),
        ("POST", f"/api/schedules/{third}/reschedule", following),
    ):
        for place in _spoilt("weekly series" if method == "PUT" else "", good):
            for value in BAD_VALUES:
                answer = await client.request(
                    method, f"{path}?dryRun=true", content=_dumps(_with(good, place, value)), headers=headers
                )
                assert answer.status_code < 500, (path, place, value, answer.text)
                if answer.status_code == 400:
                    _assert_names(answer.json()["errors"], place)
        fine = await client.request(method, f"{path}?dryRun=true", content=_dumps(good), headers=headers)
        assert fine.status_code == 200, fine.text
    assert await _rows_of(rows) == before


@pytest.mark.parametrize(
    ("original_start", "status"),
    [
        ("x", 400),
        ("%00", 400),
        ("2030-01-01", 400),
        ("2030-01-01T10:00:00", 400),
        ("1893456000", 400),
        ("2030-02-30T10:00:00Z", 400),
        ("0001-01-01T00:00:00Z", 400),
        ("9999-12-31T23:59:59Z", 400),
        ("%F0%9F%98%80", 400),
        ("1" * 5000, 400),
        ("2030-01-01T10:00:00Z", 404),
        (at(18.001), 404),
        (at(17), 404),
    ],
)
async def test_original_starts_in_paths(
    client: httpx.AsyncClient, series: Any, as_admin: Headers, rows: Any, original_start: str, status: int
) -> None:
    asked, made = series
    single = {key: value for key, value in asked.items() if key != "recurrencePattern"}
    before = await _rows_of(rows)
    path = f"/api/schedules/{made['scheduledEventId']}/occurrences/{original_start}"
    for answer in (
        await client.put(path, json=single, headers=as_admin),
        await client.delete(path, headers=as_admin),
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        if status == 400:
            assert list(answer.json()["errors"]) == ["originalStart"]
    for stranger in (uuid4(), made["occurrences"][0]["scheduledEventId"]):
        unknown = await client.delete(f"/api/schedules/{stranger}/occurrences/{at(18)}", headers=as_admin)
        assert unknown.status_code == 404
    assert await _rows_of(rows) == before


async def test_an_original_start_is_an_instant_however_it_is_written(
    client: httpx.AsyncClient, series: Any, as_admin: Headers
) -> None:
    _, made = series
    written = at(20).replace("Z", "%2B02:00")
    path = f"/api/schedules/{made['scheduledEventId']}/occurrences/{written}"
    assert (await client.delete(path, headers=as_admin)).status_code == 204


@pytest.mark.parametrize("scope", ["", "This", "everything", "%00", "this,all"])
async def test_scopes_are_named(
    client: httpx.AsyncClient, series: Any, as_admin: Headers, rows: Any, scope: str
) -> None:
    _, made = series
    before = await _rows_of(rows)
    key = made["occurrences"][1]["scheduledEventId"]
    answer = await client.delete(f"/api/schedules/{key}?scope={scope}", headers=as_admin)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["scope"])
    assert await _rows_of(rows) == before


async def test_a_scope_of_a_booking_that_is_no_occurrence_is_refused(
    client: httpx.AsyncClient, series: Any, as_admin: Headers
) -> None:
    asked, _ = series
    single = {key: value for key, value in asked.items() if key != "recurrencePattern"}
    made = await client.post(
        "/api/schedules", json={**single, "startDateTime": at(8), "endDateTime": at(9)}, headers=as_admin
    )
    path = f"/api/schedules/{made.json()['scheduledEventId']}"
    for scope in ("thisAndFollowing", "all"):
        body = {"startDateTime": at(9), "endDateTime": at(10), "scope": scope}
        for answer in (
            await client.delete(f"{path}?scope={scope}", headers=as_admin),
            await client.post(f"{path}/reschedule", json=body, headers=as_admin),
        ):
            assert (answer.status_code, answer.json()["errors"]) == (
                400,
                {"scope": ["This booking is not part of a series"]},
            )


async def test_unknown_paths_and_methods_are_problems(client: httpx.AsyncClient, as_admin: Headers) -> None:
    for method, path, status in (("GET", "/nowhere", 404), ("PATCH", "/api/schedules", 405)):
        answer = await client.request(method, path, headers=as_admin)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert answer.json()["instance"] == path


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/api/schedules", "GET, HEAD, POST"),
        ("OPTIONS", "/api/schedules/0b8d6a1e-5f3c-4d2a-9e7b-1c2d3e4f5a6b", "DELETE, GET, HEAD, PUT"),
        ("PATCH", "/api/schedules/conflicts/detect", "POST"),
        ("POST", "/health/live", "GET, HEAD"),
    ],
)
async def test_a_refused_method_comes_with_all_that_are_allowed(
    client: httpx.AsyncClient, as_admin: Headers, method: str, path: str, allowed: str
) -> None:
    """Each method of a path is a route of its own; RFC 9110, 15.5.6 wants all of them in Allow."""
    answer = await client.request(method, path, headers=as_admin)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize("written", ["0", "20260101", "2026-1-1", "1893456000"])
async def test_numbers_are_no_dates(
    client: httpx.AsyncClient, as_admin: Headers, make_hall: Any, written: str
) -> None:
    hall = await make_hall(f"Hall {written}")
    path = f"/api/resources/{hall.resource_id}/availability/slots"
    answer = await client.get(path, params={"date": written}, headers=as_admin)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["date"])
