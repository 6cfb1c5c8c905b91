"""Series of iCalendar files become series of the venue."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.imports.formats import read_schedule
from persistence.database import Database
from tests.api.imports.ical import BERLIN, CUSTOM_ZONE, calendar, event
from tests.api.imports.ics_round_trip import event_count, round_trip, with_places

REAL = (
    "Australian_TV_Melbourne.ics",
    "EXDATE-IN-UTC.ics",
    "EXDATE.ics",
    "bhav23-1.ics",
    "derryn.ics",
    "evolution.ics",
    "incoming.ics",
    "japan_west.ics",
    "korganizer_sample.ics",
    "rfc5545-sec3.6.1.ics",
)
SERIES = (
    "SELECT e.title, k.name AS calendar, s.first_start, s.duration, s.time_zone,"
    " s.recurrence->>'rrule' AS rule, s.version FROM series s JOIN events e USING (event_id)"
    " JOIN calendars k ON k.calendar_id = s.calendar_id ORDER BY s.first_start"
)
FURTHER = "it has dates besides those of its rule (RDATE)"
DATES = (
    "SELECT b.original_start, lower(b.during) AS starts, k.name AS calendar, e.title, b.is_detached"
    " FROM scheduled_events b JOIN events e USING (event_id) JOIN calendars k USING (calendar_id)"
    " WHERE b.series_id IS NOT NULL ORDER BY 1"
)
WEEKLY = event(
    BERLIN + "20260319T100000",
    BERLIN + "20260319T120000",
    inside="RRULE:FREQ=WEEKLY;COUNT=5\nEXDATE;TZID=Europe/Berlin:20260402T100000",
)
MOVED = event(
    BERLIN + "20260327T180000",
    BERLIN + "20260327T200000",
    inside="RECURRENCE-ID;TZID=Europe/Berlin:20260326T100000",
)
ELSEWHERE = event(
    BERLIN + "20260409T100000",
    BERLIN + "20260409T120000",
    inside="RECURRENCE-ID;TZID=Europe/Berlin:20260409T100000",
).replace("LOCATION:Hall", "LOCATION:Attic")

Send = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def send(client: httpx.AsyncClient, as_manager: dict[str, str]) -> Send:
    """Import a calendar as Manager and answer the report."""

    async def post(*components: str, **query: str) -> dict[str, Any]:
        answer = await client.post(
            "/api/imports",
            content=calendar(*components),
            params=query,
            headers={**as_manager, "Content-Type": "text/calendar"},
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    return post


async def test_a_series_is_kept_with_its_rule_and_what_differs_is_detached(send, rows):
    report = await send(WEEKLY, MOVED, ELSEWHERE)
    assert (report["rows"]["imported"], report["notes"]) == (4, [])
    assert [dict(row) for row in await rows(SERIES)] == [
        {
            "title": "Rehearsal",
            "calendar": "Hall",
            "first_start": datetime.fromisoformat("2026-03-19T10:00:00"),
            "duration": timedelta(hours=2),
            "time_zone": "Europe/Berlin",
            "rule": "FREQ=WEEKLY;COUNT=5",
            "version": 1,
        }
    ]
    found = await rows(DATES)
    assert [
        (
            f"{row['original_start']:%m-%d %H}",
            f"{row['starts']:%m-%d %H}",
            row["calendar"],
            row["is_detached"],
        )
        for row in found
    ] == [
        ("03-19 10", "03-19 09", "Hall", False),
        ("03-26 10", "03-27 17", "Hall", True),
        ("04-09 10", "04-09 08", "Attic", True),
        ("04-16 10", "04-16 08", "Hall", False),
    ]


async def test_importing_again_changes_nothing_and_a_longer_series_grows(send, rows):
    await send(WEEKLY, MOVED)
    before = await rows(DATES)
    again = await send(WEEKLY, MOVED)
    assert (again["rows"]["imported"], again["rows"]["skipped"]) == (0, 4)
    assert await rows(DATES) == before
    longer = await send(WEEKLY.replace("COUNT=5", "COUNT=6"), MOVED)
    assert longer["rows"]["imported"] == 1
    assert [row["rule"] for row in await rows(SERIES)] == ["FREQ=WEEKLY;COUNT=6"]
    assert [row["original_start"].date() for row in await rows(DATES)][-1] == date(2026, 4, 23)
    # Another rule under the same name gives bookings, but no dates of the series that is there.
    other = await send(WEEKLY.replace("COUNT=5", "COUNT=3;BYDAY=TH,FR"))
    assert other["rows"]["imported"] == 1
    assert len(await rows(DATES)) == 5
    assert [row["rule"] for row in await rows(SERIES)] == ["FREQ=WEEKLY;COUNT=6"]


async def test_what_was_kept_can_be_read_and_changed_as_a_series(send, rows, client, as_manager):
    await send(WEEKLY)
    (row,) = await rows("SELECT series_id FROM series")
    answer = await client.get(f"/api/schedules/{row['series_id']}", headers=as_manager)
    assert answer.status_code == 200
    assert answer.json()["recurrencePattern"]["rrule"] == "FREQ=WEEKLY;COUNT=5"


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        (
            "RRULE:FREQ=WEEKLY;COUNT=3\nRDATE:20260601T080000Z",
            "it has dates besides those of its rule (RDATE)",
        ),
        ("RRULE:FREQ=WEEKLY;COUNT=3\nRRULE:FREQ=MONTHLY;COUNT=2", "it has more than one rule"),
        ("RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=MO", "its first date is not one that its rule gives"),
        ("RRULE:FREQ=HOURLY;COUNT=3", "its occurrences overlap each other"),
    ],
)
async def test_what_no_rule_gives_stays_single_bookings_and_is_told(send, rows, inside, reason):
    report = await send(
        event(BERLIN + "20260319T100000", BERLIN + "20260319T120000", inside=inside),
    )
    assert report["notes"] == [f'line 4: event "Rehearsal": {reason}, so its occurrences are single bookings']
    assert report["rows"]["imported"] >= 3
    assert await rows(SERIES) == []
    assert await rows(DATES) == []


async def test_a_zone_of_the_file_alone_and_a_shift_leave_no_rule(send, rows):
    own = event(
        ";TZID=Theatre time:20260319T100000",
        ";TZID=Theatre time:20260319T120000",
        inside="RRULE:FREQ=WEEKLY;COUNT=3",
    )
    report = await send(CUSTOM_ZONE, own)
    (note,) = report["notes"]
    assert note.endswith("its time zone is defined by the file alone, so its occurrences are single bookings")
    shifted = await send(WEEKLY.replace("UID:1", "UID:2"), starting="2027-03-18")
    (note,) = shifted["notes"]
    assert "it is shifted to another day, which its rule may not give" in note
    assert shifted["rows"]["imported"] == 4
    assert await rows(SERIES) == []


def test_a_series_cut_at_the_limit_has_no_end_and_one_without_a_place_is_none():
    (cut,) = read_schedule("a.ics", calendar(event(inside="RRULE:FREQ=DAILY;COUNT=500"))).series
    assert cut.rrule == "FREQ=DAILY"
    homeless = event(inside="RRULE:FREQ=DAILY;COUNT=5").replace("LOCATION:Hall\n", "ATTENDEE:mailto:a@b.c\n")
    file = read_schedule("a.ics", calendar(homeless))
    assert (len(file.rows), file.series, file.singly) == (5, (), ())


@pytest.mark.parametrize("content", [calendar(WEEKLY, MOVED, ELSEWHERE)], ids=["overrides"])
async def test_detached_dates_come_back(database: Database, content: bytes) -> None:
    trip = await round_trip(database, "a.ics", content)
    assert (trip.lost, trip.gained, trip.occurrences, trip.series) == ({}, {}, 4, 1)


async def test_real_calendars_come_back_equal(shared_data: Path, database: Database) -> None:
    kept = 0
    for name in REAL:
        content = (shared_data / "ics" / name).read_bytes()
        for one in (content, with_places(content)):
            trip = await round_trip(database, name, one)
            assert (trip.lost, trip.gained) == ({}, {}), name
            assert trip.events == trip.imported + trip.refused + trip.skipped == event_count(content), name
            kept += trip.series
    assert kept > 40
