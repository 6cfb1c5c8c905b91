"""Schedules as files, over HTTP (spec 4.2, SCH-044)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import icalendar
import openpyxl
import pytest

from api.bootstrap import Callboard
from api.settings import Settings
from domain.enums import Role
from domain.viewer import Viewer
from tests.api.bookings import DAY, at
from tests.api.conftest import Hall, StandingClock
from tests.api.exports.icalendar_checks import faults_in
from tests.api.exports.pdf.pages import texts_of
from tests.api.people import CUSTOMER, MANAGER, OTHER_CUSTOMER, STAFF

Headers = dict[str, str]
TODAY = DAY.date()
MONDAY = TODAY - timedelta(days=TODAY.weekday())
PERIODS = {
    "daily": {"date": TODAY.isoformat()},
    "weekly": {"weekStartDate": MONDAY.isoformat()},
    "monthly": {"month": TODAY.month, "year": TODAY.year},
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
async def hall(make_hall: Any, make_event: Any, book: Any) -> Hall:
    """A hall with the Gala from 18 to 20 on DAY, and a cancelled talk in the morning."""
    hall: Hall = await make_hall("Grand Hall", calendar={"time_zone": "Europe/Brussels"})
    await book(hall.calendar_id, await make_event("Gala", attendees=80), at(18), at(20))
    return hall


@pytest.fixture
def export(client: httpx.AsyncClient, as_manager: Headers) -> Callable[..., Awaitable[httpx.Response]]:
    async def post(
        calendar_id: str,
        period: str = "daily",
        file_format: str = "ICalendar",
        *,
        headers: Any = None,
        **more: Any,
    ) -> httpx.Response:
        body = {**PERIODS[period], "format": file_format, **more.pop("body", {})}
        path = f"/api/calendars/{calendar_id}/export/{period}"
        return await client.post(path, json=body, headers=headers or as_manager, **more)

    return post


def block_storage(folder: Path) -> None:
    """Put a file where the store wants a folder."""
    folder.mkdir()
    (folder / "exports").write_text("in the way")


async def fetched(client: httpx.AsyncClient, made: httpx.Response, headers: Headers) -> httpx.Response:
    assert made.status_code == 201, made.text
    answer = await client.get(made.json()["url"], headers=headers)
    assert answer.status_code == 200, answer.text
    return answer


def summaries(content: bytes) -> list[str]:
    return [str(one["summary"]) for one in icalendar.Calendar.from_ical(content).walk("VEVENT")]


async def test_a_file_is_made_described_and_fetched(
    hall: Hall, export: Any, client: httpx.AsyncClient, as_manager: Headers, clock: StandingClock
) -> None:
    firsts = {"daily": TODAY, "weekly": MONDAY, "monthly": TODAY.replace(day=1)}
    for period, first in firsts.items():
        made = await export(hall.calendar_id, period)
        key = made.json()["exportId"]
        expires = (clock.now() + timedelta(hours=24)).isoformat().replace("+00:00", "Z")
        link = f"http://callboard.test/api/exports/{key}/content"
        assert made.json() == {"exportId": key, "url": link, "expiresAt": expires}
        assert made.headers["location"] == f"/api/exports/{key}"
        answer = await fetched(client, made, as_manager)
        assert faults_in(answer.content) == []
        assert summaries(answer.content) == ["Gala"]
        when = f"{first:%Y-%m}" if period == "monthly" else first.isoformat()
        described = await client.get(f"/api/exports/{key}", headers=as_manager)
        assert described.json() == {
            "exportId": key,
            "url": link,
            "expiresAt": expires,
            "calendarId": hall.calendar_id,
            "period": period.capitalize(),
            "firstDay": first.isoformat(),
            "format": "ICalendar",
            "fileName": f"grand-hall-{when}.ics",
            "sizeBytes": len(answer.content),
            "createdAt": clock.now().isoformat().replace("+00:00", "Z"),
        }


async def test_each_format_says_what_it_is(
    hall: Hall, export: Any, client: httpx.AsyncClient, as_manager: Headers
) -> None:
    formats = {
        "Pdf": ("application/pdf", "pdf"),
        "Excel": (XLSX, "xlsx"),
        "ICalendar": ("text/calendar; charset=utf-8", "ics"),
    }
    for file_format, (media_type, extension) in formats.items():
        answer = await fetched(client, await export(hall.calendar_id, "daily", file_format), as_manager)
        names = ("content-type", "content-disposition", "x-content-type-options", "cache-control")
        assert [answer.headers[name] for name in names] == [
            media_type,
            f'attachment; filename="grand-hall-{TODAY.isoformat()}.{extension}"',
            "nosniff",
            "private, no-store",
        ]


async def test_pdf_and_excel_hold_the_booking(
    hall: Hall, export: Any, client: httpx.AsyncClient, as_manager: Headers
) -> None:
    pdf = await fetched(client, await export(hall.calendar_id, "monthly", "Pdf"), as_manager)
    (page,) = texts_of(pdf.content)
    assert "Gala" in page
    excel = await fetched(client, await export(hall.calendar_id, "weekly", "Excel"), as_manager)
    sheet = openpyxl.load_workbook(BytesIO(excel.content)).active
    assert sheet.title == "Grand Hall"
    assert [sheet.cell(2, column).value for column in (4, 5, 6, 8)] == ["Gala", "Grand Hall", "Scheduled", 80]


async def test_facts_and_audit_stand_beside_the_export(
    hall: Hall, export: Any, facts: Any, audited: Any
) -> None:
    made = [(await export(hall.calendar_id, period, "Excel")).json() for period in PERIODS]
    exported = [(kind, payload) for kind, payload in await facts() if kind.endswith("ScheduleExported")]
    told = {"calendarId": hall.calendar_id, "format": "Excel", "exportedBy": str(MANAGER.user_id)}
    assert exported == [
        ("DailyScheduleExported", {**told, "date": TODAY.isoformat()}),
        ("WeeklyScheduleExported", {**told, "weekStartDate": MONDAY.isoformat()}),
        ("MonthlyScheduleExported", {**told, "month": TODAY.month, "year": TODAY.year}),
    ]
    entries = [one for one in await audited(hall.calendar_id) if one["action"] == "ScheduleExported"]
    assert [(one["user_id"], one["after"]["exportId"], one["after"]["expiresAt"]) for one in entries] == [
        (MANAGER.user_id, one["exportId"], one["expiresAt"]) for one in made
    ]


async def test_a_dry_run_keeps_nothing(
    hall: Hall, export: Any, facts_left: Any, rows: Any, settings: Settings
) -> None:
    answer = await export(hall.calendar_id, params={"dryRun": "true"})
    assert answer.status_code == 201
    assert await rows("SELECT * FROM exports") == []
    assert "DailyScheduleExported" not in facts_left()
    assert list((settings.home / "files").rglob("*.ics")) == []


async def test_days_are_the_calendars_own(
    make_hall: Any, make_event: Any, book: Any, export: Any, client: Any, as_manager: Headers
) -> None:
    hall = await make_hall("Hall", 9, calendar={"time_zone": "Pacific/Auckland"})
    for title, hour in (("Before", 10.5), ("First", 12), ("Last", 33), ("After", 36.5)):
        await book(hall.calendar_id, await make_event(title), at(hour), at(hour + 0.25))
    # Auckland is twelve or thirteen hours ahead: its next day is from noon, or eleven, to noon.
    body = {"date": (TODAY + timedelta(days=1)).isoformat()}
    answer = await fetched(client, await export(hall.calendar_id, body=body), as_manager)
    assert summaries(answer.content) == ["First", "Last"]


async def test_a_cancelled_booking_is_told_as_cancelled(
    hall: Hall, make_event: Any, book: Any, export: Any, client: httpx.AsyncClient, as_manager: Headers
) -> None:
    booked = await book(hall.calendar_id, await make_event("Talk"), at(9), at(10))
    await client.delete(f"/api/schedules/{booked['scheduledEventId']}", headers=as_manager)
    answer = await fetched(client, await export(hall.calendar_id), as_manager)
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert [(str(one["summary"]), str(one["status"])) for one in events] == [
        ("Talk", "CANCELLED"),
        ("Gala", "CONFIRMED"),
    ]


async def test_clashes_are_told(
    make_hall: Any,
    make_resource: Any,
    make_event: Any,
    book: Any,
    export: Any,
    client: Any,
    as_manager: Headers,
) -> None:
    hall, other = await make_hall("Hall"), await make_hall("Studio")
    claims = [{"resourceId": await make_resource("Ada", "Staff")}]
    await book(hall.calendar_id, await make_event("One"), at(9), at(11), resources=claims)
    await book(hall.calendar_id, await make_event("Calm"), at(12), at(13))
    clash = await book(other.calendar_id, await make_event("Two"), at(10), at(12), resources=claims)

    async def told() -> list[tuple[str, str | None]]:
        answer = await fetched(client, await export(hall.calendar_id, "daily", "Excel"), as_manager)
        sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
        return [(sheet.cell(row, 4).value, sheet.cell(row, 7).value) for row in (2, 3)]

    assert await told() == [("One", "Moderate"), ("Calm", None)]
    await client.delete(f"/api/schedules/{clash['scheduledEventId']}", headers=as_manager)
    assert await told() == [("One", None), ("Calm", None)]


async def test_who_sees_what(
    hall: Hall,
    make_event: Any,
    book: Any,
    grant: Any,
    export: Any,
    client: httpx.AsyncClient,
    headers_for: Callable[[Viewer], Headers],
) -> None:
    await book(hall.calendar_id, await make_event("Recital", organizer=CUSTOMER), at(9), at(10))
    hold = await book(hall.calendar_id, await make_event("Secret hold"), at(11), at(12), status="Tentative")
    removed = await client.delete(f"/api/schedules/{hold['scheduledEventId']}", headers=headers_for(MANAGER))
    assert removed.status_code in {200, 204}
    seen: dict[str, list[str] | int] = {}
    for who, viewer, level in (
        ("staff", STAFF, "View"),
        ("organizer", CUSTOMER, "View"),
        ("customer who books", OTHER_CUSTOMER, "Book"),
    ):
        headers = headers_for(viewer)
        hidden = await export(hall.calendar_id, headers=headers)
        assert hidden.status_code == 404, who
        await grant(viewer, hall.calendar_id, level)
        answer = await fetched(client, await export(hall.calendar_id, headers=headers), headers)
        seen[who] = summaries(answer.content)
        assert faults_in(answer.content) == []
    assert seen == {
        "staff": ["Recital", "Secret hold", "Gala"],
        "organizer": ["Recital"],
        "customer who books": ["another booking", "another booking"],
    }


async def test_a_hidden_booking_leaves_no_trace_in_any_format(
    hall: Hall, grant: Any, export: Any, client: httpx.AsyncClient, as_customer: Headers, rows: Any
) -> None:
    await grant(CUSTOMER, hall.calendar_id, "Book")
    (booking,) = await rows("SELECT scheduled_event_id, event_id, owner_id FROM scheduled_events")
    secrets = ["Gala", *map(str, booking.values())]
    for file_format in ("ICalendar", "Excel", "Pdf"):
        made = await export(hall.calendar_id, "daily", file_format, headers=as_customer)
        content = (await fetched(client, made, as_customer)).content
        if file_format == "ICalendar":
            text = content.decode()
        elif file_format == "Excel":
            sheet = openpyxl.load_workbook(BytesIO(content)).active
            text = str([[cell.value for cell in row] for row in sheet.iter_rows()])
        else:
            text = " ".join(texts_of(content))
        assert "another booking" in text
        assert [one for one in secrets if one in text] == []


BAD = [
    ("daily", {"format": "Word"}, "format"),
    ("daily", {"date": "2026-02-30"}, "date"),
    ("daily", {"date": 20260301}, "date"),
    ("daily", {"date": "1772323200"}, "date"),
    ("daily", {"date": "2026-03-01T00:00:00Z"}, "date"),
    ("daily", {"date": "0001-01-01"}, "date"),
    ("daily", {"date": "9999-12-31"}, "date"),
    ("daily", {"surprise": 1}, "surprise"),
    ("weekly", {"weekStartDate": None}, "weekStartDate"),
    ("monthly", {"month": 13}, "month"),
    ("monthly", {"month": "3"}, "month"),
    ("monthly", {"month": True}, "month"),
    ("monthly", {"year": 9999}, "year"),
    ("monthly", {"year": 1}, "year"),
]


async def test_bad_requests_name_the_field(hall: Hall, export: Any) -> None:
    for period, body, field in BAD:
        answer = await export(hall.calendar_id, period, body=body)
        assert answer.status_code == 400, body
        assert list(answer.json()["errors"]) == [field]


async def test_a_calendar_that_is_not_there(export: Any) -> None:
    assert (await export(str(uuid4()))).status_code == 404
    assert (await export("nonsense")).status_code == 400


async def test_the_first_and_the_last_years_can_be_exported(hall: Hall, export: Any) -> None:
    edges = (date(1901, 1, 1), date(2999, 12, 31))
    for file_format, edge in product(("ICalendar", "Excel", "Pdf"), edges):
        for period, body in (
            ("daily", {"date": edge.isoformat()}),
            ("weekly", {"weekStartDate": edge.isoformat()}),
            ("monthly", {"month": edge.month, "year": edge.year}),
        ):
            made = await export(hall.calendar_id, period, file_format, body=body)
            assert made.status_code == 201, made.text


async def test_a_file_is_its_makers_alone(
    hall: Hall, export: Any, client: httpx.AsyncClient, as_admin: Headers, as_manager: Headers
) -> None:
    made = await export(hall.calendar_id)
    path = f"/api/exports/{made.json()['exportId']}"
    for address in (path, f"{path}/content"):
        assert (await client.get(address)).status_code == 401
        assert (await client.get(address, headers=as_admin)).status_code == 404
        assert (await client.get(address, headers=as_manager)).status_code == 200


async def test_rights_are_looked_at_again(
    hall: Hall,
    grant: Any,
    export: Any,
    client: httpx.AsyncClient,
    as_admin: Headers,
    headers_for: Callable[[Viewer], Headers],
) -> None:
    await grant(STAFF, hall.calendar_id, "View")
    made = await export(hall.calendar_id, headers=headers_for(STAFF))
    link = made.json()["url"]
    assert (await client.get(link, headers=headers_for(STAFF))).status_code == 200
    demoted = headers_for(Viewer(STAFF.user_id, Role.Customer))
    assert (await client.get(link, headers=demoted)).status_code == 404
    await client.delete(f"/api/calendars/{hall.calendar_id}/access/{STAFF.user_id}", headers=as_admin)
    assert (await client.get(link, headers=headers_for(STAFF))).status_code == 404


async def test_an_expired_file_is_gone_and_removed(
    hall: Hall,
    export: Any,
    client: httpx.AsyncClient,
    as_manager: Headers,
    clock: StandingClock,
    settings: Settings,
    rows: Any,
) -> None:
    made = await export(hall.calendar_id)
    (file,) = (settings.home / "files").rglob("*.ics")
    clock.forward(timedelta(hours=24) - timedelta(microseconds=1))
    assert (await client.get(made.json()["url"], headers=as_manager)).status_code == 200
    clock.forward(timedelta(microseconds=1))
    assert (await client.get(made.json()["url"], headers=as_manager)).status_code == 404
    assert not file.exists()
    assert await rows("SELECT * FROM exports") == []


async def test_a_file_that_was_lost_is_not_found(
    hall: Hall, export: Any, client: httpx.AsyncClient, as_manager: Headers, settings: Settings
) -> None:
    made = await export(hall.calendar_id)
    (file,) = (settings.home / "files").rglob("*.ics")
    file.unlink()
    assert (await client.get(made.json()["url"], headers=as_manager)).status_code == 404


async def test_a_store_that_fails_is_a_503_and_leaves_nothing(
    hall: Hall, export: Any, settings: Settings, rows: Any, facts_left: Any
) -> None:
    block_storage(settings.home / "files")
    answer = await export(hall.calendar_id)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert answer.json()["title"] == "Storage Unavailable"
    assert await rows("SELECT * FROM exports") == []
    assert "DailyScheduleExported" not in facts_left()


async def test_what_cannot_be_recorded_is_not_kept(
    hall: Hall, export: Any, settings: Settings, owner_execute: Any
) -> None:
    owner_execute("ALTER TABLE exports ADD CONSTRAINT never CHECK (size_bytes < 0)")
    with pytest.raises(Exception, match="never"):
        await export(hall.calendar_id)
    assert list((settings.home / "files").rglob("*.ics")) == []


async def test_the_public_url_is_the_one_that_is_set(
    hall: Hall, export: Any, service: Callboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.settings, "public_url", "https://book.example/callboard/")
    made = await export(hall.calendar_id)
    key = made.json()["exportId"]
    assert made.json()["url"] == f"https://book.example/callboard/api/exports/{key}/content"


async def test_five_hundred_bookings_go_into_each_format(
    make_hall: Any,
    make_event: Any,
    export: Any,
    client: httpx.AsyncClient,
    as_manager: Headers,
    owner_execute: Any,
) -> None:
    hall = await make_hall("Hall", 500)
    event = await make_event("Talk")
    month = datetime(TODAY.year, TODAY.month, 1).isoformat()  # noqa: DTZ001
    owner_execute(
        "INSERT INTO scheduled_events SELECT gen_random_uuid(),"  # noqa: S608
        f" '{event}', '{hall.calendar_id}', '{MANAGER.user_id}',"
        f" tstzrange(timestamptz '{month}Z' + n * interval '1 hour',"
        f" timestamptz '{month}Z' + (n + 1) * interval '1 hour'),"
        f" 'UTC', 1, NULL, false, NULL, NULL, false, now(), '{MANAGER.user_id}', NULL, NULL, 1"
        " FROM generate_series(0, 499) n"
    )
    content = {
        file_format: (
            await fetched(client, await export(hall.calendar_id, "monthly", file_format), as_manager)
        ).content
        for file_format in ("ICalendar", "Excel", "Pdf")
    }
    assert summaries(content["ICalendar"]) == ["Talk"] * 500
    assert openpyxl.load_workbook(BytesIO(content["Excel"])).active.max_row == 501
    assert sum(page.count("Talk") for page in texts_of(content["Pdf"])) == 500
