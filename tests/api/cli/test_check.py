"""`callboard check`: what it prints, what it writes, and how it exits."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.checking.advice import fix
from api.checking.check_schedule import check_schedule
from api.checking.tables import CheckTables
from api.cli import app
from api.imports.formats import reader_for
from api.imports.pentabarf_reader import read
from solver.schedule_repair import ScheduleRepair
from tests.api.cli.processes import PROJECT
from tests.api.imports.oracle import FileClash, clashes
from tests.api.imports.plant import plant
from tests.api.imports.schedule_xml import YEARS, day, event, published, room, schedule

ADA = '<persons><person id="7">Ada Lovelace</person></persons>'
KINDS = {"VenueConflict": "room", "StaffConflict": "person"}
NOTHING_ELSE = {"skipped": 0, "skips": [], "notes": [], "columns": {}}
CLEAN_EXIT, CLASHES_EXIT, UNREADABLE_EXIT = 0, 1, 2


def talk(key: str, start: str, title: str, inside: str = "", duration: str = "01:00") -> str:
    return event(start, duration, attributes=f'id="{key}"', inside=inside).replace("Talk", title)


def programme(*rooms: str, header: str = "") -> bytes:
    return schedule(day("2019-02-02", *rooms), header=header)


CLASHING = programme(
    room("A", talk("1", "10:00", "Opening", ADA), talk("2", "10:30", "Keynote")),
    room("B", talk("3", "10:15", "Workshop", ADA), talk("4", "13:00", "Closing"), talk("5", "25:00", "Lost")),
)
CLEAN = programme(room("A", talk("1", "10:00", "Opening", ADA), talk("2", "11:00", "Keynote", ADA)))
HOPELESS = programme(room("A", talk("1", "10:00", "Opening"), talk("2", "10:00", "Keynote")))
LOST = {"place": 'line 1: day 1, room "B", event 5', "reason": 'the start "25:00" is not a time of day'}


@pytest.fixture
def check(tmp_path):
    """Run it on a file of these bytes; the file is `path`."""

    class Check:
        path = tmp_path / "schedule.xml"

        def __call__(self, source: bytes, *options: str):
            self.path.write_bytes(source)
            return CliRunner().invoke(app, ["check", str(self.path), *options])

    return Check()


def at(start: str, end: str, place: str) -> dict[str, str]:
    return {
        "startDateTime": f"2019-02-02T{start}:00",
        "endDateTime": f"2019-02-02T{end}:00",
        "room": place,
    }


def single(kind: str, summary: str, change: dict, minutes: int, swaps: int) -> dict:
    terms = {"bookings_touched": 1000, "minutes_moved": minutes, "resources_changed": swaps}
    cost = {"total": 1000 + minutes + swaps, "terms": terms}
    return {"kind": kind, "summary": summary, "changes": [change], "cost": cost, "optimal": True}


OPENING = {"id": "1", "title": "Opening", **at("10:00", "11:00", "A")}
KEYNOTE = {"id": "2", "title": "Keynote", **at("10:30", "11:30", "A")}
WORKSHOP = {"id": "3", "title": "Workshop", **at("10:15", "11:15", "B")}
OPENING_LATER = {
    "id": "1",
    "title": "Opening",
    "from": at("10:00", "11:00", "A"),
    "to": at("11:30", "12:30", "A"),
}
BEFORE_WORKSHOP = ["Sat 02 Feb 10:00-11:00 A: Opening", "Move Workshop to Saturday 2 February,"]
OPENING_LATER_SAID = "Move Opening to Saturday 2 February, 11:30-12:30, same room"
MOVE_OPENING = [
    single("Rescheduled", OPENING_LATER_SAID, OPENING_LATER, 90, 0),
    single(
        "RescheduledAndResourceChanged",
        "Move Opening to B on Saturday 2 February, 11:15-12:15",
        {**OPENING_LATER, "to": at("11:15", "12:15", "B")},
        75,
        45,
    ),
]
WHOLE = {
    "conflicts": [
        {
            "conflictType": "VenueConflict",
            "conflictLevel": "Critical",
            "resource": "A",
            "events": [OPENING, KEYNOTE],
            "overlap": {"startDateTime": "2019-02-02T10:30:00", "endDateTime": "2019-02-02T11:00:00"},
            "suggestions": [
                single(
                    "Rescheduled",
                    "Move Keynote to Saturday 2 February, 11:00-12:00, same room",
                    {
                        "id": "2",
                        "title": "Keynote",
                        "from": at("10:30", "11:30", "A"),
                        "to": at("11:00", "12:00", "A"),
                    },
                    30,
                    0,
                ),
                *MOVE_OPENING,
            ],
        },
        {
            "conflictType": "StaffConflict",
            "conflictLevel": "Moderate",
            "resource": "Ada Lovelace",
            "events": [OPENING, WORKSHOP],
            "overlap": {"startDateTime": "2019-02-02T10:15:00", "endDateTime": "2019-02-02T11:00:00"},
            "suggestions": [
                single(
                    "Rescheduled",
                    "Move Workshop to Saturday 2 February, 11:00-12:00, same room",
                    {
                        "id": "3",
                        "title": "Workshop",
                        "from": at("10:15", "11:15", "B"),
                        "to": at("11:00", "12:00", "B"),
                    },
                    45,
                    0,
                ),
                *MOVE_OPENING,
            ],
        },
    ],
    "rows": {"read": 5, "refused": 1, "refusals": [LOST], **NOTHING_ELSE},
}


def test_json_is_the_whole_report_and_nothing_else(check):
    result = check(CLASHING, "--json")
    assert json.loads(result.stdout) == WHOLE
    assert result.stderr == ""
    assert result.exit_code == CLASHES_EXIT
    assert check(CLASHING, "--json").stdout == result.stdout


def test_fix_adds_what_was_done_and_leaves_no_clash(check, tmp_path):
    out = tmp_path / "fixed.xml"
    result = check(CLASHING, "--json", "--fix", str(out))
    report = json.loads(result.stdout)
    assert report == {
        **WHOLE,
        "fix": {
            "moved": 1,
            "movedAtLeast": 1,
            "optimal": True,
            "conflictsLeft": 0,
            "writtenTo": str(out),
            "moves": [{"summary": OPENING_LATER_SAID, **OPENING_LATER}],
        },
    }
    assert result.exit_code == CLEAN_EXIT
    assert clashes(read(out.read_bytes())) == set()
    assert check.path.read_bytes() == CLASHING
    assert sorted(one.name for one in tmp_path.iterdir()) == ["fixed.xml", "schedule.xml"]
    assert check(out.read_bytes()).exit_code == CLEAN_EXIT


def test_the_table_has_every_clash_with_its_best_fix(check):
    lines = check(CLASHING).stdout.splitlines()
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if line.startswith("│")]
    assert cells == [
        ["Critical", "A", "Sat 02 Feb 10:00-11:00 A: Opening", "Move Keynote to Saturday 2 February,"],
        ["", "", "Sat 02 Feb 10:30-11:30 A: Keynote", "11:00-12:00, same room"],
        ["Moderate", "Ada Lovelace", *BEFORE_WORKSHOP],
        ["", "", "Sat 02 Feb 10:15-11:15 B: Workshop", "11:00-12:00, same room"],
    ]  # fmt: skip
    assert lines[-2:] == [
        f"Not read: {LOST['place']}: {LOST['reason']}",
        "Test: 5 rows read, 1 refused; 2 clashes: 1 Critical, 1 Moderate.",
    ]


def test_a_clean_file_says_so(check):
    result = check(CLEAN)
    assert result.stdout == "Test: 2 rows read, none refused; no clashes.\n"
    assert result.stderr == ""
    assert result.exit_code == CLEAN_EXIT
    assert json.loads(check(CLEAN, "--json").stdout) == {
        "conflicts": [],
        "rows": {"read": 2, "refused": 0, "refusals": [], **NOTHING_ELSE},
    }


def test_fixing_a_clean_file_copies_it(check, tmp_path):
    out = tmp_path / "fixed.xml"
    result = check(CLEAN, "--fix", str(out))
    assert out.read_bytes() == CLEAN
    assert result.stdout.splitlines() == [
        "Test: 2 rows read, none refused; no clashes.",
        f"0 bookings of 2 moved (the fewest possible); no clashes left in {out}.",
    ]
    assert result.exit_code == CLEAN_EXIT


def test_what_cannot_be_ended_remains_and_is_said(check, tmp_path):
    out = tmp_path / "fixed.xml"
    result = check(HOPELESS, "--fix", str(out))
    assert result.exit_code == CLASHES_EXIT
    assert out.read_bytes() == HOPELESS
    assert (
        result.stdout.splitlines()[-1]
        == f"1 clash remains in {out} and cannot be ended within the hours and rooms that the schedule uses;"
        " 0 bookings of 2 moved."
    )
    assert "none found" in result.stdout


@pytest.mark.parametrize(
    ("moves", "at_least", "left", "is_proven", "outcome"),
    [
        (2, 2, 0, True, "2 bookings of 4 moved (the fewest possible); no clashes left in out.xml."),
        (2, 1, 0, True, "2 bookings of 4 moved (at least 1 must move); no clashes left in out.xml."),
        (
            1,
            1,
            2,
            True,
            (
                "2 clashes remain in out.xml and cannot be ended within the hours and rooms that the schedule"
                " uses; 1 booking of 4 moved (the fewest possible)."
            ),
        ),
        (
            0,
            0,
            1,
            False,
            (
                "1 clash remains in out.xml, for which no fix was found; a longer --limit-seconds may find"
                " one. 0 bookings of 4 moved."
            ),
        ),
    ],
)
def test_the_last_line_says_what_came_of_a_fix(moves, at_least, left, is_proven, outcome):
    checked = check_schedule(read(CLASHING))
    found = fix(checked, CLASHING, reader_for("a.xml", CLASHING), 20).repair.changes
    repair = ScheduleRepair((found * 2)[:moves], at_least, left, is_proven)
    assert CheckTables(checked).outcome(repair, left, "out.xml") == outcome


def test_moves_are_a_table(check, tmp_path):
    out = tmp_path / "fixed.xml"
    result = check(CLASHING, "--fix", str(out))
    assert result.exit_code == CLEAN_EXIT
    lines = result.stdout.splitlines()
    cells = [cell.strip() for cell in lines[-3].split("│")[1:-1]]
    assert cells == ["Sat 02 Feb 10:00-11:00", "A", OPENING_LATER_SAID]
    assert lines[-1] == f"1 booking of 4 moved (the fewest possible); no clashes left in {out}."


def test_times_of_a_file_with_a_zone_are_utc_in_json_and_local_for_people(check):
    header = "<time_zone_name>Europe/Brussels</time_zone_name>"
    source = programme(
        room("A", talk("1", "10:00", "Opening"), talk("2", "10:30", "Keynote")), room("B"), header=header
    )
    report = json.loads(check(source, "--json").stdout)
    (found,) = report["conflicts"]
    assert found["overlap"] == {
        "startDateTime": "2019-02-02T09:30:00Z",
        "endDateTime": "2019-02-02T10:00:00Z",
    }
    assert found["events"][0]["startDateTime"] == "2019-02-02T09:00:00Z"
    assert found["suggestions"][0]["summary"] == "Move Keynote to B, same time"
    assert "Sat 02 Feb 10:30-11:30 A: Keynote" in check(source).stdout


def test_the_written_file_of_offsets_says_the_moved_time_in_them(check, tmp_path):
    dated = "<date>2019-07-02T{}:00+02:00</date>"
    source = schedule(
        day(
            "2019-07-02",
            room(
                "A",
                talk("1", "10:00", "Opening", dated.format("10:00")),
                talk("2", "10:30", "Keynote", dated.format("10:30")),
                talk("3", "12:30", "Closing", dated.format("12:30")),
            ),
        )
    )
    out = tmp_path / "fixed.xml"
    report = json.loads(check(source, "--json", "--fix", str(out)).stdout)
    (move,) = report["fix"]["moves"]
    assert move["summary"] == "Move Keynote to Tuesday 2 July, 11:00-12:00, same room"
    assert move["to"] == {
        "startDateTime": "2019-07-02T09:00:00Z",
        "endDateTime": "2019-07-02T10:00:00Z",
        "room": "A",
    }
    assert b"<date>2019-07-02T11:00:00+02:00</date>" in out.read_bytes()


def test_a_title_cannot_steer_the_terminal_nor_the_markup(check):
    title = "[bold]\N{RIGHT-TO-LEFT OVERRIDE}\x9b31m Opening"
    source = programme(room("A", talk("1", "10:00", title), talk("2", "10:30", "Keynote")), room("B"))
    shown = check(source).stdout
    assert "[bold] 31m Opening" in shown
    assert "\x9b" not in shown
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in shown


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"", "the file is empty"),
        (b"<schedule><day>", "line 1, column 16: not well-formed XML (no element found)"),
        (b"<!DOCTYPE schedule []><schedule/>", "line 1: document type definitions are not accepted"),
        (b"<rss/>", "line 1: the root element is <rss>, expected <schedule>"),
        (b"once upon a time", "line 1, column 1: not well-formed XML (syntax error)"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("options", [(), ("--json",), ("--fix", "out.xml")])
def test_an_unreadable_file_is_one_line_that_says_where_and_why(check, monkeypatch, source, reason, options):
    monkeypatch.chdir(check.path.parent)
    result = check(source, *options)
    assert result.exit_code == UNREADABLE_EXIT
    assert result.stdout == ""
    assert result.stderr == f"{check.path}: {reason}\n"
    assert [one.name for one in check.path.parent.iterdir()] == ["schedule.xml"]


@pytest.mark.parametrize(
    ("name", "reason"), [("absent.xml", "No such file or directory"), (".", "Is a directory")]
)
def test_what_is_no_file_is_said_so(tmp_path, name, reason):
    path = tmp_path / name
    result = CliRunner().invoke(app, ["check", str(path)])
    assert (result.exit_code, result.stdout, result.stderr) == (UNREADABLE_EXIT, "", f"{path}: {reason}\n")


@pytest.mark.parametrize("link", [None, os.symlink, os.link])
def test_the_file_itself_is_never_overwritten(check, tmp_path, link):
    out = check.path
    check.path.write_bytes(CLASHING)
    if link is not None:
        out = tmp_path / "other.xml"
        link(check.path, out)
    result = check(CLASHING, "--fix", str(out))
    assert result.exit_code == UNREADABLE_EXIT
    assert result.stderr == f"{check.path}: {out} is the schedule that is read; write to another file\n"
    assert check.path.read_bytes() == CLASHING


def test_a_place_that_cannot_be_written_to_leaves_nothing_behind(check, tmp_path):
    out = tmp_path / "absent" / "fixed.xml"
    result = check(CLASHING, "--fix", str(out))
    assert result.exit_code == UNREADABLE_EXIT
    assert result.stderr == f"{out}: No such file or directory\n"
    folder = tmp_path / "folder"
    folder.mkdir()
    assert check(CLASHING, "--fix", str(folder)).exit_code == UNREADABLE_EXIT
    assert sorted(one.name for one in tmp_path.iterdir()) == ["folder", "schedule.xml"]


OUT_OF_ALL = {"folder": "Is a directory", "pipe": "is no regular file; write to another"}


@pytest.fixture
def stranger(request, tmp_path):
    """Something that is there already and no regular file, and a look at it."""
    out = tmp_path / request.param
    match request.param:
        case "folder":
            out.mkdir()
        case "pipe":
            os.mkfifo(out)
    return out


@pytest.mark.parametrize("through_a_link", [False, True])
@pytest.mark.parametrize("stranger", ["folder", "pipe"], indirect=True)
def test_what_is_no_regular_file_is_never_replaced(check, tmp_path, stranger, through_a_link):
    kind = stat.S_IFMT(stranger.stat().st_mode)
    out = stranger
    if through_a_link:
        out = tmp_path / "link"
        out.symlink_to(stranger)
    result = check(CLASHING, "--fix", str(out))
    assert (result.exit_code, result.stdout) == (UNREADABLE_EXIT, "")
    assert result.stderr == f"{out}: {OUT_OF_ALL[stranger.name]}\n"
    assert stat.S_IFMT(stranger.lstat().st_mode) == kind
    assert out.is_symlink() is through_a_link
    assert not any(one.name.startswith(".") for one in tmp_path.iterdir())


def test_it_is_said_before_any_fix_is_sought(check, tmp_path, monkeypatch):
    monkeypatch.setattr("api.cli.check._advised", None)
    (tmp_path / "folder").mkdir()
    assert check(CLASHING, "--fix", str(tmp_path / "folder")).exit_code == UNREADABLE_EXIT


def test_a_device_is_left_alone(check):
    result = check(CLASHING, "--fix", os.devnull)
    assert result.exit_code == UNREADABLE_EXIT
    assert result.stderr == f"{os.devnull}: is no regular file; write to another\n"
    assert stat.S_ISCHR(os.lstat(os.devnull).st_mode)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_stays_and_what_it_names_is_written(check, tmp_path, is_there):
    (tmp_path / "folder").mkdir()
    target = tmp_path / "folder" / "target.xml"
    if is_there:
        target.write_bytes(b"before")
    out = tmp_path / "out.xml"
    out.symlink_to("folder/target.xml")
    assert check(CLASHING, "--fix", str(out)).exit_code == CLEAN_EXIT
    assert out.readlink() == Path("folder/target.xml")
    assert not target.is_symlink()
    assert clashes(read(target.read_bytes())) == set()
    assert [one.name for one in target.parent.iterdir()] == ["target.xml"]


def test_links_in_a_circle_are_said(check, tmp_path):
    out = tmp_path / "out.xml"
    out.symlink_to("out.xml")
    result = check(CLASHING, "--fix", str(out))
    assert (result.exit_code, result.stdout) == (UNREADABLE_EXIT, "")
    assert result.stderr == f"{out}: Too many levels of symbolic links\n"
    assert out.is_symlink()


@pytest.mark.parametrize(("before", "after"), [(None, 0o640), (0o600, 0o600), (0o664, 0o664), (0o444, 0o444)])
def test_a_file_keeps_its_mode_and_a_new_one_has_the_usual(check, tmp_path, before, after):
    out = tmp_path / "out.xml"
    if before is not None:
        out.touch()
        out.chmod(before)
    umask = os.umask(0o027)
    try:
        assert check(CLASHING, "--fix", str(out)).exit_code == CLEAN_EXIT
    finally:
        os.umask(umask)
    assert stat.S_IMODE(out.stat().st_mode) == after
    assert clashes(read(out.read_bytes())) == set()


def callboard(*arguments, **more):
    """A process of its own, for what has to do with its standard streams."""
    command = [sys.executable, "-c", "from api.cli import main; main()", *arguments]
    return subprocess.run(
        command, stderr=subprocess.PIPE, cwd=PROJECT, check=False, **{"stdout": subprocess.PIPE, **more}
    )


def test_standard_input_is_read_as_a_file_is(check):
    for source, code in ((CLEAN, CLEAN_EXIT), (CLASHING, CLASHES_EXIT)):
        piped = callboard("check", "-", "--json", input=source)
        assert (piped.returncode, piped.stderr) == (code, b"")
        assert piped.stdout.decode() == check(source, "--json").stdout
    broken = callboard("check", "-", input=b"{}")
    assert (broken.returncode, broken.stdout) == (UNREADABLE_EXIT, b"")
    known = b"pentabarf/frab XML, iCalendar, Excel workbook, CSV"
    assert broken.stderr == b"-: this is not a schedule in a format known here (" + known + b")\n"


def test_what_is_piped_in_is_never_overwritten(tmp_path):
    path = tmp_path / "schedule.xml"
    path.write_bytes(CLASHING)
    with path.open("rb") as handle:
        result = callboard("check", "-", "--fix", str(path), stdin=handle)
    assert result.returncode == UNREADABLE_EXIT
    assert result.stderr == f"-: {path} is the schedule that is read; write to another file\n".encode()
    assert path.read_bytes() == CLASHING


def test_the_fixed_schedule_is_not_for_standard_output(check, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    result = check(CLASHING, "--fix", "-")
    assert (result.exit_code, result.stdout) == (UNREADABLE_EXIT, "")
    assert result.stderr == "-: standard output has the report; write to a file\n"
    assert [one.name for one in tmp_path.iterdir()] == ["schedule.xml"]


@pytest.mark.parametrize(("source", "options"), [(CLEAN, ("--json",)), (CLASHING, ())])
def test_a_report_that_cannot_be_printed_is_no_verdict(tmp_path, source, options):
    path = tmp_path / "schedule.xml"
    path.write_bytes(source)
    with Path("/dev/full").open("wb") as full:
        result = callboard("check", str(path), *options, stdout=full)
    assert (result.returncode, result.stderr) == (UNREADABLE_EXIT, b"callboard: No space left on device\n")


@pytest.mark.parametrize("seconds", ["0", "nan", "inf", "-1", "soon"])
def test_a_limit_must_be_a_time(check, seconds):
    result = check(CLEAN, "--limit-seconds", seconds)
    assert result.exit_code == UNREADABLE_EXIT
    assert "--limit-seconds" in result.stderr


def found_clashes(report: dict) -> Counter[FileClash]:
    """What was reported, in the oracle's words; persons by name."""
    return Counter(
        FileClash(
            KINDS[one["conflictType"]], one["resource"], frozenset(event["id"] for event in one["events"])
        )
        for one in report["conflicts"]
    )


def expected_clashes(source: bytes) -> Counter[FileClash]:
    file = read(source)
    names = {person.key: person.name for person in file.persons}
    return Counter(
        clash._replace(resource=names[clash.resource]) if clash.kind == "person" else clash
        for clash in clashes(file)
    )


@pytest.mark.parametrize("year", YEARS)
def test_a_published_schedule_is_clean(check, year):
    result = check(published(year))
    rows = len(read(check.path.read_bytes()).rows)
    assert result.stdout == f"FOSDEM {year}: {rows} rows read, none refused; no clashes.\n"
    assert result.exit_code == CLEAN_EXIT


@pytest.mark.parametrize("year", [YEARS[0], YEARS[-1]])
def test_planted_clashes_are_found_exactly_and_ended_with_the_fewest_moves(check, tmp_path, year):
    source = plant(published(year), 30, seed=year)
    out = tmp_path / "fixed.xml"
    result = check(source, "--json", "--fix", str(out), "--limit-seconds", "6")
    report = json.loads(result.stdout)
    assert found_clashes(report) == expected_clashes(source)
    levels = [one["conflictLevel"] for one in report["conflicts"]]
    assert levels == sorted(levels, key=["Critical", "Moderate"].index)
    assert all(one["suggestions"] for one in report["conflicts"])
    before, after = read(source), read(out.read_bytes())
    assert clashes(after) == set()
    assert result.exit_code == CLEAN_EXIT
    there = {(row.key, row.start, row.room) for row in before.rows}
    moved = [row.key for row in after.rows if (row.key, row.start, row.room) not in there]
    assert sorted(moved) == sorted(one["id"] for one in report["fix"]["moves"])
    assert report["fix"]["moved"] == len(moved)
    assert report["fix"]["movedAtLeast"] <= len(moved)
    assert report["fix"]["optimal"] == (report["fix"]["movedAtLeast"] == len(moved))
    assert report["fix"]["conflictsLeft"] == 0
    kept = [(row.key, row.duration, row.persons, row.title) for row in before.rows]
    assert sorted(kept) == sorted((row.key, row.duration, row.persons, row.title) for row in after.rows)
