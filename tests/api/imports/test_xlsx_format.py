"""Excel workbooks: typed cells and text, several sheets, and moves written into single cells."""

# ruff: noqa: DTZ001 - what a sheet says has no zone
from __future__ import annotations

import re
import zipfile
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from api.imports import xlsx_format
from api.imports.formats import reader_for
from api.imports.import_errors import UnreadableSchedule, UnwritableMove
from api.imports.reading_options import ReadingOptions
from api.imports.schedule_file import Move
from api.imports.xlsx_format import read, rewrite
from tests.api.imports.workbooks import parts, with_part, workbook

SHEET = "xl/worksheets/sheet1.xml"
HEADING = ["Title", "Date", "Start", "End", "Venue", "Staff"]
PLAN = workbook(
    {
        "Main": [
            ["The season"],
            [],
            HEADING,
            ["A", date(2026, 3, 2), time(9), time(10), "Hall", "Ada; Bob"],
            ["B", "2026-03-02", "9:30 AM", "11:00 AM", "Hall", "Ada"],
            [],
            ["C", date(2026, 3, 2), time(23), time(1), "Attic", None],
            ["D", "never", None, None, "Attic", None],
        ],
        "Late": [
            ["Event", "From", "Duration", "Room"],
            ["E", datetime(2026, 3, 3, 9, 0, 0, 1000), timedelta(minutes=90), "Hall"],
            ["F", 46084.5, time(0, 45), "Hall"],
            ["G", 46085, None, "Hall"],
            ["H", "3.3.2026 14:00", 45, "Hall"],
        ],
        "Notes": [["Bring cables"]],
        "Empty": [],
    },
    title="Spring  season",
)


def slots(source: bytes) -> list[tuple[str, str, str | None]]:
    return [(row.title, f"{row.start:%m-%dT%H:%M}/{row.end:%dT%H:%M}", row.room) for row in read(source).rows]


PLANNED = [
    ("A", "03-02T09:00/02T10:00", "Hall"),
    ("B", "03-02T09:30/02T11:00", "Hall"),
    ("C", "03-02T23:00/03T01:00", "Attic"),
    ("E", "03-03T09:00/03T10:30", "Hall"),
    ("F", "03-03T12:00/03T12:45", "Hall"),
    ("G", "03-04T00:00/05T00:00", "Hall"),
    ("H", "03-03T14:00/03T14:45", "Hall"),
]


def key_of(source: bytes, title: str) -> str:
    return next(row.key for row in read(source).rows if row.title == title)


def test_all_sheets_with_a_heading_are_read():
    file = read(PLAN)
    assert slots(PLAN) == PLANNED
    assert (file.title, file.rooms) == ("Spring season", ("Hall", "Attic"))
    assert [row.place for row in file.rows] == [
        'sheet "Main", row 4',
        'sheet "Main", row 5',
        'sheet "Main", row 7',
        *(f'sheet "Late", row {number}' for number in (2, 3, 4, 5)),
    ]
    assert [(one.place, one.reason) for one in file.refused] == [
        ('sheet "Main", row 8', "its date 'never' cannot be read: it is not a date or a time")
    ]
    assert file.notes == (
        'sheet "Late": dates such as 3.3.2026 are read day first, as dates with dots are',
        'sheet "Notes": not read: no row in it looks like a heading',
        'the end of 1 row is earlier than the start, and taken to be on the next day: sheet "Main", row 7',
    )
    assert dict(file.columns) == {
        "title": "Title",
        "date": "Date",
        "start": "Start",
        "end": "End",
        "room": "Venue",
        "people": "Staff",
        "duration": "Duration",
    }
    assert [person.name for person in file.rows[0].persons] == ["Ada", "Bob"]


def test_only_the_cells_of_moved_rows_change():
    moves = {
        "A": ("2026-03-05T14:00", "Attic"),
        "B": ("2026-03-05T08:15", "Hall <2> & more"),
        "E": ("2026-03-03T09:00", "Attic"),
        "F": ("2026-03-06T10:30", "Hall"),
        "H": ("2026-04-12T16:00", "Hall"),
    }
    written = rewrite(
        PLAN,
        [
            Move(key_of(PLAN, title), datetime.fromisoformat(start), room)
            for title, (start, room) in moves.items()
        ],
    )
    assert slots(written) == [
        ("A", "03-05T14:00/05T15:00", "Attic"),
        ("B", "03-05T08:15/05T09:45", "Hall <2> & more"),
        PLANNED[2],
        ("E", "03-03T09:00/03T10:30", "Attic"),
        ("F", "03-06T10:30/06T11:15", "Hall"),
        PLANNED[5],
        ("H", "04-12T16:00/12T16:45", "Hall"),
    ]
    before, after = parts(PLAN), parts(written)
    changed = {name for name in before if before[name] != after[name]}
    assert (list(after), changed) == (list(before), {SHEET, "xl/worksheets/sheet2.xml"})
    cells = [set(re.findall(rb"<c .*?(?:/>|</c>)", part[SHEET])) for part in (before, after)]
    addresses = {re.search(rb'r="(\w+)"', cell)[1].decode() for cell in cells[0] ^ cells[1]}
    assert addresses == {"B4", "C4", "D4", "E4", "B5", "C5", "D5", "E5"}
    book = load_workbook(BytesIO(written))
    values = [cell.value for cell in book["Main"][4]]
    assert values[:5] == ["A", datetime(2026, 3, 5), time(14), time(15), "Attic"]
    assert [cell.value for cell in book["Main"][5]][1:4] == ["2026-03-05", "8:15 AM", "9:45 AM"]
    assert book["Main"]["B4"].number_format == load_workbook(BytesIO(PLAN))["Main"]["B4"].number_format
    assert book["Late"]["B5"].value == "12.4.2026 16:00"


def test_without_moves_the_bytes_are_the_same():
    assert rewrite(PLAN, [Move(row.key, row.start, row.room) for row in read(PLAN).rows]) == PLAN


def with_formula(cell: str, value: str) -> bytes:
    """The plan with row 4's cell a formula whose value was saved."""
    pattern = rf'<c r="{cell}"([^>]*?)( t="\w+")?><v>.*?</v></c>'.encode()
    new = rf'<c r="{cell}"\1><f>1+1</f><v>{value}</v></c>'.encode()
    return with_part(PLAN, SHEET, lambda xml: re.sub(pattern, new, xml))


def test_formulas_count_by_the_value_saved_and_stay_where_they_can():
    source = with_formula("D4", "0.5")
    assert slots(source)[0] == ("A", "03-02T09:00/02T12:00", "Hall")
    moved = rewrite(source, [Move(key_of(source, "A"), datetime(2026, 3, 2, 10), "Hall")])
    assert b"<f>1+1</f><v>0.5416666666666666</v>" in parts(moved)[SHEET]
    assert slots(moved)[0] == ("A", "03-02T10:00/02T13:00", "Hall")
    unsaved = workbook({"Main": [HEADING, ["A", date(2026, 3, 2), time(9), "=C2+1/24", "Hall"]]})
    assert [one.reason for one in read(unsaved).refused] == ["there is no end and no duration"]
    source = with_formula("C4", "0.375")
    with pytest.raises(UnwritableMove, match="its start is a formula"):
        rewrite(source, [Move(key_of(source, "A"), datetime(2026, 3, 2, 10), "Hall")])


@pytest.mark.parametrize(
    ("title", "start", "room", "reason"),
    [
        ("G", datetime(2026, 3, 4, 9), "Hall", "the cells of its row cannot express the new time or room"),
        ("X", datetime(2026, 3, 4, 9), "Hall", "the file has no such booking"),
    ],
)
def test_what_the_cells_cannot_say(title, start, room, reason):
    key = "nobody" if title == "X" else key_of(PLAN, title)
    with pytest.raises(UnwritableMove) as refused:
        rewrite(PLAN, [Move(key, start, room)])
    assert refused.value.reason == reason


def test_a_room_where_there_is_no_cell_for_it():
    source = workbook({"Main": [HEADING, ["A", date(2026, 3, 2), time(9), time(10), None, "Ada"]]})
    with pytest.raises(UnwritableMove, match="no cell for its room"):
        rewrite(source, [Move(key_of(source, "A"), datetime(2026, 3, 2, 9), "Hall")])


def test_numbers_are_dates_of_the_workbooks_own_calendar():
    source = workbook({"Main": [["Event", "Start", "Minutes"], ["A", 44622.375, 60]]})
    since_1904 = with_part(
        source, "xl/workbook.xml", lambda xml: xml.replace(b"<workbookPr ", b'<workbookPr date1904="1" ')
    )
    assert read(since_1904).rows[0].start == datetime(2026, 3, 3, 9)
    moved = rewrite(since_1904, [Move(key_of(since_1904, "A"), datetime(2026, 3, 3, 10), None)])
    assert read(moved).rows[0].start == datetime(2026, 3, 3, 10)


def zipped(**contents: bytes) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in contents.items():
            package.writestr(name, content)
    return written.getvalue()


NONE = "this is not an Excel workbook that can be read"
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"PK\x03\x04junk", "this is not an Excel workbook: the ZIP file is broken"),
        (zipped(a=b"1"), NONE),
        (zipped(a=b"0" * 40_000_001), "unpacked, the workbook is over 40,000,000 bytes"),
        (with_part(PLAN, SHEET, lambda xml: xml[:-30]), NONE),
        (with_part(PLAN, SHEET, lambda _: BOMB), NONE),
        (with_part(PLAN, "xl/workbook.xml", lambda _: BOMB), NONE),
        (workbook({"Main": [["nothing"]]}), "no row looks like a heading"),
        (workbook({f"{number}": [] for number in range(101)}), "there are more than 100 sheets"),
        (
            with_part(PLAN, SHEET, lambda xml: xml.replace(b'<row r="8"', b'<row r="1048576"')),
            "there are more than 10,000 rows",
        ),
    ],
    ids=range(9),
)
def test_what_is_no_workbook_or_beyond_all_bounds(source, reason):
    with pytest.raises(UnreadableSchedule) as refused:
        read(source)
    assert refused.value.detail.startswith(reason)


def test_cells_of_all_sheets_are_counted(monkeypatch):
    monkeypatch.setattr(xlsx_format, "MOST_CELLS", 47)
    assert slots(PLAN) == PLANNED
    monkeypatch.setattr(xlsx_format, "MOST_CELLS", 46)
    with pytest.raises(UnreadableSchedule, match="or 46 cells"):
        read(PLAN)


def test_what_a_sheet_says_of_its_size_is_not_believed():
    huge = with_part(
        PLAN, SHEET, lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', xml)
    )
    assert slots(huge) == PLANNED


def test_a_workbook_is_known_by_how_it_begins_or_by_its_name():
    assert reader_for("x", PLAN).read is xlsx_format.read
    assert reader_for("x.XLSX", b"").read is xlsx_format.read


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(PLAN) - 1), st.binary(min_size=1, max_size=8))
def test_no_broken_byte_breaks_the_reader(position, junk):
    with suppress(UnreadableSchedule):
        read(PLAN[:position] + junk + PLAN[position + len(junk) :])


@settings(max_examples=10, deadline=None)
@given(st.data())
def test_what_was_written_reads_as_the_moved_schedule(data):
    file = read(PLAN)
    moves = {}
    for row in file.rows:
        if row.title != "G" and data.draw(st.booleans()):
            shift = timedelta(minutes=5 * data.draw(st.integers(-900, 900)))
            moves[row.key] = Move(row.key, row.start + shift, data.draw(st.sampled_from(["Hall", "Pit"])))
    after = read(rewrite(PLAN, moves.values()), ReadingOptions())
    for before, now in zip(file.rows, after.rows, strict=True):
        move = moves.get(before.key)
        start, room = (before.start, before.room) if move is None else (move.start, move.room)
        assert (now.key, now.start, now.room, now.duration) == (before.key, start, room, before.duration)
