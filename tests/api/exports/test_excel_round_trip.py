"""Exported workbooks can be checked and imported: they name places, zones and bookings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from pathlib import Path

from typer.testing import CliRunner

from api.cli import app
from api.exports.excel_file import excel_file
from api.imports.formats import read_schedule
from domain.enums import ScheduleStatus
from domain.exported_schedule import ExportedBooking, ExportedCalendar
from tests.api.exports.schedules import booked, hidden, local, schedule_of

OVERNIGHT = booked("Gala", local(2026, 3, 28, 20), 11, attendees=250, description="Black tie")
GONE = booked("Off", local(2026, 3, 2, 9), status=ScheduleStatus.Cancelled, attendees=250)
TALK = booked("Talk", local(2026, 3, 2, 9), attendees=250)
BOOKINGS = (GONE, TALK, hidden(local(2026, 3, 9, 9)), OVERNIGHT)


def calendar_named(name: str, *bookings: ExportedBooking, location: str | None) -> ExportedCalendar:
    (calendar,) = schedule_of(*bookings, location=location).calendars
    return replace(calendar, name=name)


def test_the_bookings_come_back_in_their_places() -> None:
    other = calendar_named("Attic", booked("Talk", local(2026, 3, 2, 9), attendees=250), location="Attic")
    schedule = schedule_of(*BOOKINGS, location="Grand Hall")
    both = replace(schedule, calendars=(*schedule.calendars, other))
    file = read_schedule("plan.xlsx", excel_file(both))
    live = [(one, "Grand Hall") for one in BOOKINGS[1:]] + [(one, "Attic") for one in other.bookings]
    assert [
        (row.title, row.start.astimezone(UTC), row.end.astimezone(UTC), row.room, row.persons)
        for row in file.rows
    ] == [(one.title, one.slot.start_date_time, one.slot.end_date_time, place, ()) for one, place in live]
    assert [row.key for row in file.rows if row.title != "another booking"] == [
        str(one.scheduled_event_id) for one, _ in live if not one.is_hidden
    ]
    assert [(one.place, one.reason) for one in file.skipped] == [
        ('sheet "Grand Hall", row 2', "it is cancelled")
    ]
    assert (file.refused, file.time_zone, file.rooms) == ((), "Europe/Brussels", ("Grand Hall", "Attic"))


def test_a_check_finds_no_clash_that_is_none(tmp_path: Path) -> None:
    schedule = schedule_of(*BOOKINGS, location="Grand Hall")
    other = calendar_named("Attic", booked("Talk", local(2026, 3, 2, 9), attendees=250), location="Attic")
    path = tmp_path / "plan.xlsx"
    path.write_bytes(excel_file(replace(schedule, calendars=(*schedule.calendars, other))))
    answer = CliRunner().invoke(app, ["check", str(path)])
    assert answer.output.splitlines()[-1] == "Grand Hall: 5 rows read, none refused, 1 skipped; no clashes."
    assert answer.exit_code == 0


def test_a_check_finds_the_clash_there_is(tmp_path: Path) -> None:
    clashing = (booked("Talk", local(2026, 3, 2, 9)), booked("Show", local(2026, 3, 2, 10)))
    late = booked("Late", local(2026, 3, 2, 15))
    path = tmp_path / "plan.xlsx"
    path.write_bytes(excel_file(schedule_of(*clashing, late, location="Grand Hall")))
    answer = CliRunner().invoke(app, ["check", str(path), "--fix", str(tmp_path / "fixed.xlsx")])
    assert "3 rows read, none refused; 1 clash: 1 Critical." in answer.output
    fixed = read_schedule("fixed.xlsx", (tmp_path / "fixed.xlsx").read_bytes())
    assert answer.exit_code == 0, answer.output
    assert len({(row.start, row.room) for row in fixed.rows}) == 3


def test_a_calendar_of_a_person_names_no_place() -> None:
    file = read_schedule("plan.xlsx", excel_file(schedule_of(booked("Talk", local(2026, 3, 2, 9)))))
    assert [row.room for row in file.rows] == [None]
