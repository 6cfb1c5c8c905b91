"""`callboard export`: a file of a calendar's days."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import psycopg
import pytest
from icalendar import Calendar

from api.demo.load import load_demo
from persistence.database import Database
from persistence.embedded import EmbeddedUrls, libpq_url
from persistence.ids import RandomIds, SystemClock
from tests.api.cli.conftest import Run

_TITLES = """
SELECT e.title FROM scheduled_events b JOIN events e USING (event_id) JOIN calendars k USING (calendar_id)
WHERE k.name = 'Ballroom' AND b.during && tstzrange(%s, %s)
"""


@pytest.fixture
def venue(urls: EmbeddedUrls, monkeypatch: pytest.MonkeyPatch, home: Path) -> EmbeddedUrls:
    """The demo venue in a database of one's own."""
    assert not home.exists()

    async def fill() -> None:
        database = Database(urls.application, SystemClock(), RandomIds(), pool_size=1)
        await load_demo(database)
        await database.close()

    asyncio.run(fill())
    monkeypatch.setenv("CALLBOARD_DATABASE_URL", urls.application)
    return urls


def titles(urls: EmbeddedUrls, first: date, days: int) -> list[str]:
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    with psycopg.connect(libpq_url(urls.owner)) as connection:
        rows = connection.execute(_TITLES, (start, start + timedelta(days=days))).fetchall()
    return sorted(title for (title,) in rows)


def test_days_of_a_calendar_become_a_file(
    venue: EmbeddedUrls, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    today = datetime.now(UTC).date()
    monday = today - timedelta(days=today.weekday())
    week = tmp_path / "week.ics"
    assert run("export", "--calendar", "ballroom", "--week", str(today), str(week)) == 0
    size = len(week.read_bytes())
    assert capsys.readouterr().out == (
        f"{week}: ballroom, {monday} to {monday + timedelta(days=6)}, {size:,} bytes.\n"
    )
    events = Calendar.from_ical(week.read_bytes()).walk("VEVENT")
    assert sorted(str(event["SUMMARY"]) for event in events) == titles(venue, monday, 7)
    assert len(events) > 1

    book = tmp_path / "range.xlsx"
    until = today + timedelta(days=9)
    assert (
        run("export", "--calendar", "Ballroom", "--from", str(today), "--until", str(until), str(book)) == 0
    )
    [sheet] = openpyxl.load_workbook(BytesIO(book.read_bytes())).worksheets
    cells = {cell.value for row in sheet.iter_rows() for cell in row}
    wanted = titles(venue, today, 10)
    assert set(wanted) <= cells
    assert titles(venue, today + timedelta(days=10), 1) != wanted

    page = tmp_path / "day.pdf"
    assert run("export", "--calendar", "Ballroom", "--day", str(today), str(page)) == 0
    assert page.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--day", "2026-01-01", "a.txt"), "the file's name must end in .pdf, .xlsx or .ics"),
        (("a.ics",), "say one of --day, --week, --month, or --from with --until"),
        (("--day", "2026-01-01", "--month", "2026-01", "a.ics"), "say one of --day, --week, --month, or"),
        (("--from", "2026-01-01", "a.ics"), "say one of --day, --week, --month, or --from with --until"),
        (
            ("--from", "2026-01-02", "--until", "2026-01-01", "a.ics"),
            "--until must follow --from, by 366 days",
        ),
        (("--from", "2026-01-02", "--until", "2026-01-03", "a.pdf"), "a PDF is of a --day, a --week or a"),
        (("--day", "0001-01-01", "a.ics"), "days must lie between the years"),
    ],
)
def test_what_cannot_be_exported(
    arguments: tuple[str, ...], message: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("export", "--calendar", "Ballroom", *arguments) == 2
    told = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert message in told


def test_a_calendar_there_is_not(
    urls: EmbeddedUrls,
    run: Run,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CALLBOARD_DATABASE_URL", urls.application)
    nobody = "00000000-0000-0000-0000-00000000000a"
    for name, message in (
        ("Crypt", "no calendar has the name Crypt; say its id"),
        (nobody, f"there is no calendar with the id {nobody}"),
    ):
        assert run("export", "--calendar", name, "--day", "2026-01-01", str(tmp_path / "a.ics")) == 1
        assert capsys.readouterr().err == f"callboard: {message}\n"
    assert list(tmp_path.iterdir()) == []
