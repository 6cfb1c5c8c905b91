"""What Callboard exported and imports again is there already; another service takes it as it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import openpyxl
import pytest
from sqlalchemy import text

from api.bootstrap import Callboard, bootstrap
from api.main import create_app
from api.settings import Settings
from persistence.embedded import EmbeddedPostgres
from tests.api.conftest import Hall
from tests.api.people import ADMIN, MANAGER
from tests.conftest import TEMPLATE

Headers = dict[str, str]
Rows = Callable[..., Awaitable[list[dict[str, Any]]]]
Send = Callable[..., Awaitable[dict[str, Any]]]

MONDAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=60)
MONDAY -= timedelta(days=MONDAY.weekday())
WEEKS = 3
TYPES = {
    "ICalendar": "text/calendar",
    "Excel": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
TABLES = (
    "calendars",
    "resources",
    "events",
    "series",
    "scheduled_events",
    "claims",
    "schedule_conflicts",
)
OCCURRENCES = (
    "SELECT lower(b.during) AS starts, upper(b.during) AS ends, e.title, k.name AS calendar,"
    " b.series_id IS NOT NULL AS is_occurrence FROM scheduled_events b JOIN events e USING (event_id)"
    " JOIN calendars k USING (calendar_id) WHERE b.status <> 4 ORDER BY 1, 3"
)


def at(hour: float, week: int = 0) -> str:
    return (MONDAY + timedelta(weeks=week, hours=hour)).isoformat().replace("+00:00", "Z")


async def everything(rows: Rows) -> dict[str, Any]:
    """What the database holds, but for the audit log, which notes that somebody tried."""
    return {table: await rows(f"SELECT * FROM {table} ORDER BY 1") for table in TABLES}  # noqa: S608


@pytest.fixture
async def hall(make_hall: Any, make_event: Any, book: Any) -> Hall:
    """A hall with a booking on the first Monday, and one that was cancelled and its place taken."""
    hall: Hall = await make_hall("Grand Hall", calendar={"time_zone": "Europe/Brussels"})
    await book(hall.calendar_id, await make_event("Gala", attendees=80), at(18), at(20))
    return hall


@pytest.fixture
async def series(hall: Hall, make_event: Any, book: Any, client: Any, as_manager: Headers) -> dict[str, Any]:
    """Rehearsals on three Mondays, of which the second is moved by two hours."""
    event, pattern = await make_event("Rehearsal"), {"type": "Weekly", "occurrenceCount": WEEKS}
    made: dict[str, Any] = await book(hall.calendar_id, event, at(9), at(11), recurrence_pattern=pattern)
    second = made["occurrences"][1]["scheduledEventId"]
    move = {"startDateTime": at(12, 1), "endDateTime": at(14, 1)}
    moved = await client.post(f"/api/schedules/{second}/reschedule", json=move, headers=as_manager)
    assert moved.status_code == 200, moved.text
    return made


@pytest.fixture
def exported(
    client: httpx.AsyncClient, as_manager: Headers, hall: Hall
) -> Callable[..., Awaitable[list[bytes]]]:
    """The hall's weeks as files."""

    async def export(file_format: str = "ICalendar", weeks: int = WEEKS) -> list[bytes]:
        files = []
        for week in range(weeks):
            day = (MONDAY + timedelta(weeks=week)).date().isoformat()
            made = await client.post(
                f"/api/calendars/{hall.calendar_id}/export/weekly",
                json={"weekStartDate": day, "format": file_format},
                headers=as_manager,
            )
            assert made.status_code == 201, made.text
            files.append((await client.get(made.json()["url"], headers=as_manager)).content)
        return files

    return export


@pytest.fixture
async def month(client: httpx.AsyncClient, as_manager: Headers, hall: Hall) -> Callable[[], Awaitable[str]]:
    """The hall's feed, which has the whole series in one event."""
    feed = await client.post("/api/feeds", json={"calendarId": hall.calendar_id}, headers=as_manager)

    async def fetch() -> str:
        return (await client.get(feed.json()["url"])).text.replace("\r\n ", "")

    return fetch


@pytest.fixture
def send(client: httpx.AsyncClient, as_manager: Headers) -> Send:
    """Import a file as Manager and answer the report."""
    return sender(client, as_manager)


def sender(client: httpx.AsyncClient, headers: Headers) -> Send:
    async def post(content: bytes | str, kind: str = "ICalendar") -> dict[str, Any]:
        headers_of_file = {**headers, "Content-Type": TYPES[kind]}
        answer = await client.post("/api/imports", content=content, headers=headers_of_file)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    return post


@pytest.fixture
async def elsewhere(postgres: EmbeddedPostgres, tmp_path: Path) -> AsyncIterator[tuple[Send, Rows]]:
    """Another service with a database of its own: how to import there, and what it has then."""
    name = f"elsewhere_{uuid4().hex}"
    other = bootstrap(Settings(home=tmp_path / "other"), postgres.create_database(name, TEMPLATE).application)
    app = create_app(other)

    async def read(statement: str) -> list[dict[str, Any]]:
        async with other.database.unit_of_work(ADMIN) as uow:
            return [dict(row) for row in (await uow.connection.execute(text(statement))).mappings()]

    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://elsewhere.test") as client:
            yield sender(client, _bearer(other)), read
    await other.close()
    postgres.drop_database(name)


def _bearer(service: Callboard) -> Headers:
    token = service.issuer.token(MANAGER, service.database.clock.now(), timedelta(hours=1))
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("kind", ["ICalendar", "Excel"])
@pytest.mark.usefixtures("series")
async def test_an_export_imported_into_its_own_service_changes_nothing(
    exported: Any, send: Send, rows: Rows, hall: Hall, kind: str
) -> None:
    files = await exported(kind)
    before = await everything(rows)
    reports = [await send(content, kind) for content in files]
    assert [report["rows"] for report in reports] == [
        {"read": 2, "imported": 0, "refused": 0, "skipped": 2},
        *[{"read": 1, "imported": 0, "refused": 0, "skipped": 1}] * 2,
    ]
    assert [report["skips"] for report in reports] == [[], [], []]
    assert [report["calendars"] for report in reports] == [
        [{"name": "Grand Hall", "calendarId": hall.calendar_id, "created": False}]
    ] * 3
    assert await everything(rows) == before


@pytest.mark.usefixtures("series")
async def test_a_feed_imported_into_its_service_changes_nothing(month: Any, send: Send, rows: Rows) -> None:
    before = await everything(rows)
    assert (await send(await month()))["rows"] == {"read": 4, "imported": 0, "refused": 0, "skipped": 4}
    assert await everything(rows) == before


@pytest.mark.usefixtures("series")
async def test_another_service_takes_the_same_occurrences_and_knows_them_again(
    month: Any, elsewhere: tuple[Send, Rows], rows: Rows
) -> None:
    send, rows_there = elsewhere
    content = await month()
    assert (await send(content))["rows"] == {"read": 4, "imported": 4, "refused": 0, "skipped": 0}
    assert await rows_there(OCCURRENCES) == await rows(OCCURRENCES)
    before = await everything(rows_there)
    assert (await send(content))["rows"] == {"read": 4, "imported": 0, "refused": 0, "skipped": 4}
    assert await everything(rows_there) == before


@pytest.mark.usefixtures("series")
async def test_another_service_takes_workbooks_too(exported: Any, elsewhere: Any, rows: Rows) -> None:
    send, rows_there = elsewhere
    for content in await exported("Excel"):
        await send(content, "Excel")
    told = [{**one, "is_occurrence": False} for one in await rows(OCCURRENCES)]
    assert await rows_there(OCCURRENCES) == told


async def test_what_a_file_says_otherwise_of_a_booking_is_not_believed(
    exported: Any, send: Send, rows: Rows
) -> None:
    (content, *_) = await exported()
    before = await everything(rows)
    other = content.replace(b"SUMMARY:Gala", b"SUMMARY:Stolen").replace(b"T190000", b"T090000")
    assert (await send(other.replace(b"LOCATION:Grand Hall", b"LOCATION:Attic")))["rows"]["imported"] == 0
    assert await everything(rows) == before


async def test_a_file_that_grew_adds_what_is_new(exported: Any, send: Send, rows: Rows) -> None:
    (content, *_) = await exported()
    event = content[content.index(b"BEGIN:VEVENT") : content.index(b"END:VCALENDAR")]
    added = event.replace(b"UID:", b"UID:new-").replace(b"SUMMARY:Gala", b"SUMMARY:Fair")
    assert (await send(content.replace(event, event + added)))["rows"]["imported"] == 1
    assert [row["title"] for row in await rows(OCCURRENCES)] == ["Fair", "Gala"]
    assert [row["name"] for row in await rows("SELECT name FROM calendars")] == ["Grand Hall"]


async def test_a_new_date_of_a_series_is_a_booking_of_its_own(
    series: dict[str, Any], month: Any, send: Send, rows: Rows
) -> None:
    content = await month()
    assert "RRULE:" in content
    until = next(line for line in content.splitlines() if line.startswith("RRULE:"))
    report = await send(content.replace(until, f"RRULE:FREQ=WEEKLY;COUNT={WEEKS + 1}"))
    assert report["rows"] == {"read": 5, "imported": 1, "refused": 0, "skipped": 4}
    (note,) = report["notes"]
    assert note.endswith(": its series is there already, so its new dates are single bookings")
    found = await rows("SELECT series_id, lower(during) AS starts FROM scheduled_events ORDER BY 2")
    members = [str(one["series_id"]) for one in found if one["series_id"] is not None]
    assert members == [series["scheduledEventId"]] * WEEKS
    assert (found[-1]["series_id"], found[-1]["starts"]) == (None, MONDAY + timedelta(weeks=3, hours=9))
    assert len(await rows("SELECT * FROM series")) == 1


async def test_dates_of_a_series_that_changed_meanwhile_stay_out(
    series: dict[str, Any], month: Any, send: Send, rows: Rows, client: Any, as_manager: Headers
) -> None:
    content = await month()
    move = {"startDateTime": at(15), "endDateTime": at(17)}
    path = f"/api/schedules/{series['scheduledEventId']}/reschedule"
    assert (await client.post(path, json=move, headers=as_manager)).status_code == 200
    before = await everything(rows)
    report = await send(content)
    assert report["rows"] == {"read": 4, "imported": 0, "refused": 0, "skipped": 4}
    assert {one["reason"] for one in report["skips"]} == {
        f"its series was changed since, and has no date {MONDAY + timedelta(weeks=week):%Y-%m-%d} 09:00"
        for week in range(WEEKS)
    }
    assert await everything(rows) == before


async def test_a_calendar_of_another_name_than_its_hall_is_found_by_it(
    make_hall: Any, make_event: Any, book: Any, client: Any, as_manager: Headers, send: Send, rows: Rows
) -> None:
    hall = await make_hall("Cellar", calendar={"name": "Jazz in the cellar"})
    await book(hall.calendar_id, await make_event("Trio"), at(18), at(20))
    day = {"date": MONDAY.date().isoformat(), "format": "ICalendar"}
    made = await client.post(f"/api/calendars/{hall.calendar_id}/export/daily", json=day, headers=as_manager)
    content = (await client.get(made.json()["url"], headers=as_manager)).text
    report = await send(content.replace("UID:", "UID:copy-"))
    assert report["rows"]["imported"] == 1
    assert report["calendars"] == [
        {"name": "Jazz in the cellar", "calendarId": hall.calendar_id, "created": False}
    ]
    assert len(await rows("SELECT * FROM resources")) == 1


async def test_a_workbook_that_was_added_to_adds_what_is_new(exported: Any, send: Send, rows: Rows) -> None:
    (content, *_) = await exported("Excel")
    workbook = openpyxl.load_workbook(BytesIO(content))
    start, end, _, _, venue, *_ = (cell.value for cell in workbook.active[2])
    day = timedelta(days=1)
    workbook.active.append([start + day, end + day, None, "Fair", venue])
    grown = BytesIO()
    workbook.save(grown)
    for imported in (1, 0):
        report = await send(grown.getvalue(), "Excel")
        assert report["rows"] == {"read": 2, "imported": imported, "refused": 0, "skipped": 2 - imported}
    assert [row["title"] for row in await rows(OCCURRENCES)] == ["Gala", "Fair"]
