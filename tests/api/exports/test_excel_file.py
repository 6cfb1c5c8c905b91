"""Workbooks with real dates, and titles that stay titles (SCH-044)."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from api.exports.excel_file import excel_file
from api.exports.plain_text import plain_text
from domain.enums import ConflictLevel, ScheduleStatus
from domain.exported_schedule import ExportedSchedule
from tests.api.exports.schedules import booked, hidden, local, schedule_of


def opened(schedule: ExportedSchedule) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(excel_file(schedule)))


def test_cells_are_typed_and_in_the_calendars_zone() -> None:
    gala = booked(
        "Gala",
        local(2026, 3, 28, 20),
        11,
        status=ScheduleStatus.Tentative,
        attendees=250,
        description="Black tie\nDoors at 19:30",
        conflict_level=ConflictLevel.Critical,
    )
    sheet = opened(schedule_of(gala, hidden(local(2026, 3, 30, 9)), location="Grand Hall")).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        [
            "Start (Europe/Brussels)",
            "End (Europe/Brussels)",
            "Duration",
            "Title",
            "Venue",
            "Status",
            "Conflict",
            "Attendees",
            "Description",
            "Booking id",
        ],
        [
            datetime(2026, 3, 28, 20),  # noqa: DTZ001
            datetime(2026, 3, 29, 8),  # noqa: DTZ001
            timedelta(hours=11),
            "Gala",
            "Grand Hall",
            "Tentative",
            "Critical",
            250,
            "Black tie\nDoors at 19:30",
            str(gala.scheduled_event_id),
        ],
        [
            datetime(2026, 3, 30, 9),  # noqa: DTZ001
            datetime(2026, 3, 30, 11),  # noqa: DTZ001
            timedelta(hours=2),
            "another booking",
            "Grand Hall",
            *[None] * 5,
        ],
    ]
    assert [cell.is_date for cell in sheet[2]] == [True, True, True, *[False] * 7]
    assert [cell.data_type for cell in sheet[2]] == [*"dddssssnss"]


def test_the_header_stays_and_filters() -> None:
    bookings = [booked(f"Talk {hour}", local(2026, 3, 2, hour), 1) for hour in range(9, 12)]
    sheet = opened(schedule_of(*bookings)).active
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:J4")
    assert sheet.print_title_rows == "$1:$1"
    assert sheet["A1"].font.bold


def test_columns_are_as_wide_as_what_is_in_them_to_a_limit() -> None:
    sheet = opened(schedule_of(booked("音楽会" * 5, local(2026, 3, 2, 9), description="x" * 500))).active
    assert [sheet.column_dimensions[letter].width for letter in "ADIJ"] == [26, 32, 60, 38]
    assert sheet["I2"].alignment.wrap_text


@pytest.mark.parametrize("title", ["=HYPERLINK(A1)", "+1+1", "-1+1", "@SUM(A1)", "=1"])
def test_a_title_that_looks_like_a_formula_is_text(title: str) -> None:
    content = excel_file(schedule_of(booked(title, local(2026, 3, 2, 9), description=title)))
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    assert [(sheet[key].value, sheet[key].data_type, sheet[key].quotePrefix) for key in ("D2", "I2")] == [
        (title, "s", True)
    ] * 2
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_an_ordinary_title_has_no_quote() -> None:
    assert not opened(schedule_of(booked("Gala", local(2026, 3, 2, 9)))).active["D2"].quotePrefix


def test_cancelled_bookings_are_struck_through() -> None:
    gone = booked("Gala", local(2026, 3, 2, 9), status=ScheduleStatus.Cancelled)
    sheet = opened(schedule_of(gone, booked("Talk", local(2026, 3, 3, 9)))).active
    assert [bool(sheet[key].font.strike) for key in ("D2", "F2", "D3")] == [True, True, False]


def test_a_sheet_a_calendar_with_names_that_excel_takes() -> None:
    (calendar,) = schedule_of(booked("Gala", local(2026, 3, 2, 9))).calendars
    names = ["Hall [A/B]: 'big'", "Hall  A B", "history", "", "x" * 40, "X" * 35, "Grand\x07 Hall"]
    calendars = tuple(replace(calendar, name=name) for name in names)
    workbook = opened(replace(schedule_of(), calendars=calendars))
    assert workbook.sheetnames == [
        "Hall  A B   'big",
        "Hall A B",
        "History calendar",
        "Calendar",
        "x" * 31,
        "X" * 27 + " (2)",
        "Grand Hall",
    ]
    assert [sheet["D2"].value for sheet in workbook] == ["Gala"] * 7


def test_nothing_to_show_is_a_sheet_with_a_header() -> None:
    empty = replace(schedule_of(), calendars=())
    assert [(sheet.title, sheet.max_row) for sheet in opened(empty)] == [("Schedule", 1)]


def test_control_characters_do_not_spoil_the_file() -> None:
    sheet = opened(
        schedule_of(booked("Ga\x07la\u202e \x1b", local(2026, 3, 2, 9), description="a\x00\nb"))
    ).active
    assert (sheet["D2"].value, sheet["I2"].value) == ("Ga la", "a\nb")


def test_any_text_can_be_a_title(shared_data: Path) -> None:
    texts = json.loads((shared_data / "strings" / "blns.json").read_text())
    titles = [one for one in texts if one.strip()]
    bookings = [booked(title, local(2026, 3, 2, 9), description=title) for title in titles]
    sheet = opened(schedule_of(*bookings, title=titles[-1])).active
    assert sheet.max_row == len(titles) + 1
    cells = [sheet.cell(row, 4) for row in range(2, sheet.max_row + 1)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells] == [plain_text(title) or "(untitled)" for title in titles]
