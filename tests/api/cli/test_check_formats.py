"""`callboard check` on iCalendar files and tables: the clashes are found, and the fixed file has none."""

# ruff: noqa: DTZ001 - what a sheet says has no zone
from __future__ import annotations

import json
from datetime import date, datetime, time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.imports.formats import read_schedule
from api.imports.schedule_file import ScheduleFile
from tests.api.imports.ical import BERLIN, calendar, event
from tests.api.imports.oracle import clashes
from tests.api.imports.workbooks import workbook

SERIES = event(
    BERLIN + "20260302T090000", BERLIN + "20260302T100000", uid="series", inside="RRULE:FREQ=DAILY;COUNT=3"
)
CALENDAR = calendar(
    SERIES,
    event(":20260303T083000Z", ":20260303T093000Z", uid="guest"),
    event(":20260302T120000Z", ":20260302T150000Z", uid="long"),
    event(":20260303T120000Z", ":20260303T150000Z", uid="long too"),
    event(uid="off", inside="STATUS:CANCELLED"),
    event(":nonsense", uid="bad"),
)
TABLE = (
    b"Event;Date;Start;End;Room;Staff\n"
    b"Opening;2.3.2026;9:00;10:00;Hall;Ada\n"
    b"Keynote;2.3.2026;9:30;10:30;Hall;Bob\n"
    b"Party;2.3.2026;12:00;15:00;Hall;Bob\n"
    b"Lost;;;;Hall;\n"
)
WORKBOOK = workbook(
    {
        "Plan": [
            ["Event", "Date", "Start", "End", "Room", "Staff"],
            ["Opening", date(2026, 3, 2), time(9), time(10), "Hall", "Ada"],
            ["Keynote", "2.3.2026", "9:30", "10:30", "Hall", "Bob"],
            ["Party", datetime(2026, 3, 2), time(12), time(15), "Hall", "Bob"],
            ["Lost", None, None, None, "Hall", None],
        ]
    }
)


def rows(file: ScheduleFile) -> dict[str, tuple[object, ...]]:
    return {row.key: (row.start, row.end, row.room, row.title, row.persons) for row in file.rows}


@pytest.mark.parametrize(
    ("name", "source", "columns"),
    [("a.ics", CALENDAR, False), ("a.csv", TABLE, True), ("a.xlsx", WORKBOOK, True)],
)
def test_clashes_are_found_and_fixed_where_they_are(tmp_path: Path, name, source, columns):
    path, out = tmp_path / name, tmp_path / f"fixed-{name}"
    path.write_bytes(source)
    before = read_schedule(name, source)
    assert len(clashes(before)) == 1
    found = CliRunner().invoke(app, ["check", str(path), "--json"])
    assert found.exit_code == 1, found.output
    told = json.loads(found.stdout)
    assert len(told["conflicts"]) == 1
    assert told["conflicts"][0]["suggestions"]
    assert told["rows"]["read"] == before.row_count
    assert (told["rows"]["refused"], told["rows"]["skipped"]) == (1, len(before.skipped))
    assert bool(told["rows"]["columns"]) is columns
    fixed = CliRunner().invoke(app, ["check", str(path), "--fix", str(out)])
    assert fixed.exit_code == 0, fixed.output
    after = read_schedule(name, out.read_bytes())
    assert clashes(after) == set()
    changed = {key for key, row in rows(before).items() if rows(after)[key] != row}
    assert len(changed) == 1
    assert path.read_bytes() == source
    again = CliRunner().invoke(app, ["check", str(out)])
    assert (again.exit_code, "no clashes" in again.output) == (0, True)


def test_the_table_says_what_was_read_from_where_and_what_was_not(tmp_path: Path):
    columns = (
        "title from Event, date from Date, start from Start, end from End, room from Room, people from Staff"
    )
    path = tmp_path / "plan.csv"
    path.write_bytes(TABLE)
    lines = CliRunner().invoke(app, ["check", str(path)]).output.splitlines()
    said = [line for line in lines if line.startswith(("Columns", "Note", "Not read"))]
    assert said == [
        f"Columns: {columns}",
        "Note: read as utf-8 with semicolons between columns",
        "Note: dates such as 2.3.2026 are read day first, as dates with dots are",
        "Not read: line 5: there is no date",
    ]
    calendar_path = tmp_path / "plan.ics"
    calendar_path.write_bytes(calendar(SERIES, event(uid="off", inside="STATUS:CANCELLED")))
    output = CliRunner().invoke(app, ["check", str(calendar_path)]).output
    assert output.splitlines() == [
        'Skipped: line 12: event "Rehearsal": it is cancelled',
        "4 rows read, none refused, 1 skipped; no clashes.",
    ]


def test_columns_are_named_on_the_command_line(tmp_path: Path):
    path = tmp_path / "plan.csv"
    path.write_bytes(b"What,Foo,Bar\nA,2026-03-02 09:00,60\n")
    unknown = CliRunner().invoke(app, ["check", str(path)])
    assert (unknown.exit_code, "no row looks like a heading" in unknown.stderr) == (2, True)
    options = ["--map", "title=What", "--map", "start=Foo", "--map", "duration=C", "--json"]
    told = json.loads(CliRunner().invoke(app, ["check", str(path), *options]).stdout)
    assert told["rows"]["columns"] == {"title": "What", "start": "Foo", "duration": "Bar"}
    wrong = CliRunner().invoke(app, ["check", str(path), "--map", "start=Quux"])
    assert (wrong.exit_code, "no row has the columns named (start=Quux)" in wrong.stderr) == (2, True)
    none = CliRunner().invoke(app, ["check", str(path), "--map", "start"])
    assert (none.exit_code, "is not field=column" in none.stderr) == (2, True)


UNREAD = b"What,When,Start,End,Where\nA,2026-03-02,9:00,10:00,Hall\nB,2026-03-03,9:00,10:00,Hall\n"
NAMED = (
    "the columns What, When are not used; name those that count: --map date=When --map title=What"
    " (over HTTP, a parameter map for each)"
)


@pytest.mark.parametrize("options", [(), ("--json",), ("--fix", "out.csv")])
def test_a_file_of_refused_rows_is_as_good_as_unreadable(tmp_path: Path, monkeypatch, options):
    monkeypatch.chdir(tmp_path)
    Path("plan.csv").write_bytes(UNREAD)
    answer = CliRunner().invoke(app, ["check", "plan.csv", *options])
    assert answer.exit_code == 2
    assert answer.stderr == f"plan.csv: none of 2 rows could be read: there is no date; {NAMED}\n"
    assert [one.name for one in tmp_path.iterdir()] == ["plan.csv"]
    if "--json" in options:
        told = json.loads(answer.stdout)
        assert set(told) == {"conflicts", "rows"}
        assert (told["rows"]["read"], told["rows"]["refused"], told["conflicts"]) == (2, 2, [])
    else:
        assert answer.stdout.splitlines()[-3:] == [
            "Not read: line 2: there is no date",
            "Not read: line 3: there is no date",
            "2 rows read, 2 refused; nothing to check.",
        ]
    named = ["--map", "date=When", "--map", "title=What"]
    assert CliRunner().invoke(app, ["check", "plan.csv", *named]).exit_code == 0


def test_a_table_without_a_heading_is_told_how_to_name_its_columns(tmp_path: Path):
    path = tmp_path / "plan.csv"
    path.write_bytes(b"What,Begins at,Persons present\nA,2026-03-02 09:00,250\n")
    answer = CliRunner().invoke(app, ["check", str(path)])
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert answer.stderr == (
        f"{path}: no row looks like a heading with a start or a date, and a title or a room;"
        " the columns What, Persons present are not used; name those that count: --map title=What"
        " (over HTTP, a parameter map for each)\n"
    )


def test_calendars_of_refused_events_are_as_good_as_unreadable(tmp_path: Path):
    path = tmp_path / "plan.ics"
    path.write_bytes(calendar(event(":nonsense", uid="bad")))
    answer = CliRunner().invoke(app, ["check", str(path)])
    assert answer.exit_code == 2
    assert answer.stderr.startswith(f"{path}: none of 1 row could be read: ")
    # What is cancelled was read.
    path.write_bytes(calendar(event(":nonsense", uid="bad"), event(uid="off", inside="STATUS:CANCELLED")))
    assert CliRunner().invoke(app, ["check", str(path)]).exit_code == 0


@pytest.mark.parametrize("command", ["check", "import"])
def test_the_help_says_what_can_be_named(command: str):
    shown = " ".join(CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"}).stdout.split())
    assert "title, date, start, end, endDate, duration, room, people, id, status" in shown


def test_times_without_a_zone_are_those_of_the_setting(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("CALLBOARD_TIME_ZONE", "Europe/Berlin")
    path, out = tmp_path / "plan.ics", tmp_path / "out.ics"
    floating = event(":20260302T093000", ":20260302T103000", uid="floating")
    other = event(":20260302T120000Z", ":20260302T150000Z", uid="other")
    path.write_bytes(calendar(event(":20260302T080000Z", ":20260302T090000Z"), floating, other))
    assert CliRunner().invoke(app, ["check", str(path), "--fix", str(out)]).exit_code == 0
    assert out.read_bytes() != path.read_bytes()


@pytest.mark.parametrize(
    ("name", "exit_code", "summary"),
    [
        ("Australian_TV_Melbourne", 1, "215 rows read, none refused, 3 skipped; 1 clash: 1 Critical."),
        ("derryn", 0, "15 rows read, none refused, 1 skipped; no clashes."),
        ("japan_west", 0, "49 rows read, none refused; no clashes."),
        ("korganizer_sample", 0, "24 rows read, none refused; no clashes."),
        ("sunbird_sample", 0, "182 rows read, none refused, 99 skipped; no clashes."),
    ],
)
def test_real_calendars_are_checked(shared_data: Path, name: str, exit_code: int, summary: str) -> None:
    answer = CliRunner().invoke(app, ["check", str(shared_data / "ics" / f"{name}.ics")])
    assert (answer.exit_code, answer.stdout.splitlines()[-1].endswith(summary)) == (exit_code, True)
