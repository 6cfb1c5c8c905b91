"""A schedule as an Excel workbook: a sheet a calendar, a row a booking."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from api.exports.plain_text import plain_lines, plain_text, plain_title
from domain.enums import ConflictLevel
from domain.exported_schedule import ExportedBooking, ExportedSchedule

Value = str | int | datetime | timedelta | None

_LONGEST_SHEET_NAME = 31
_WIDEST = 60
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")
_LOOKS_LIKE_FORMULA = ("=", "+", "-", "@", "\t")
_MOMENT, _SPAN, _TEXT, _NUMBER = "yyyy-mm-dd hh:mm", "[h]:mm", "@", "0"
_HEADER_FONT = Font(bold=True, color="FFFFFF")
_HEADER_FILL = PatternFill("solid", start_color="1F3A4D")
_CANCELLED_FONT = Font(strike=True, color="8A8A8A")
_HIDDEN_FONT = Font(italic=True, color="6B6B6B")


@dataclass(frozen=True, slots=True)
class _Page:
    """What is the same of all bookings of a sheet. location: None where the calendar is no place's."""

    zone: ZoneInfo
    location: str | None = None


@dataclass(frozen=True, slots=True)
class _Column:
    """heading: `{zone}` stands for the name of the zone. value: what a booking has there on a page."""

    heading: str
    number_format: str
    value: Callable[[ExportedBooking, _Page], Value]


def _wall_clock(instant: datetime, page: _Page) -> datetime:
    """Excel knows no time zones: the clock of the calendar's own, which the heading names."""
    return instant.astimezone(page.zone).replace(tzinfo=None)


def _location(_booking: ExportedBooking, page: _Page) -> Value:
    return None if page.location is None else plain_text(page.location)


def _conflict(booking: ExportedBooking, _page: _Page) -> Value:
    return None if booking.conflict_level is ConflictLevel.NONE else booking.conflict_level.name


# An import knows these headings: it takes places, zones and ids from them, and skips what is cancelled.
COLUMNS = (
    _Column("Start ({zone})", _MOMENT, lambda one, page: _wall_clock(one.slot.start_date_time, page)),
    _Column("End ({zone})", _MOMENT, lambda one, page: _wall_clock(one.slot.end_date_time, page)),
    _Column("Duration", _SPAN, lambda one, _: one.slot.duration),
    _Column("Title", _TEXT, lambda one, _: plain_title(one.title)),
    _Column("Venue", _TEXT, _location),
    _Column("Status", _TEXT, lambda one, _: None if one.is_hidden else one.status.name),
    _Column("Conflict", _TEXT, _conflict),
    _Column("Attendees", _NUMBER, lambda one, _: one.attendees),
    _Column("Description", _TEXT, lambda one, _: plain_lines(one.description or "") or None),
    _Column("Booking id", _TEXT, lambda one, _: None if one.is_hidden else str(one.scheduled_event_id)),
)


def excel_file(schedule: ExportedSchedule) -> bytes:
    """The schedule's bookings, cancelled ones included and struck through."""
    workbook = Workbook()
    workbook.properties.creator = "Callboard"
    workbook.properties.title = plain_text(schedule.title)
    workbook.properties.created = schedule.generated_at.astimezone(UTC).replace(tzinfo=None)
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    workbook.remove(sheet)
    zone = ZoneInfo(schedule.time_zone)
    for calendar in schedule.calendars:
        sheet = workbook.create_sheet(_sheet_name(calendar.name, workbook.sheetnames))
        _fill(sheet, calendar.bookings, _Page(zone, calendar.location))
    if not schedule.calendars:
        _fill(workbook.create_sheet("Schedule"), (), _Page(zone))
    content = BytesIO()
    workbook.save(content)
    return content.getvalue()


def _fill(sheet: Worksheet, bookings: Sequence[ExportedBooking], page: _Page) -> None:
    headings = [column.heading.format(zone=page.zone.key) for column in COLUMNS]
    widths = [len(heading) + 3 for heading in headings]
    for index, heading in enumerate(headings, start=1):
        cell = _cell(sheet, 1, index)
        cell.value = heading
        cell.font, cell.fill = _HEADER_FONT, _HEADER_FILL
    for row, booking in enumerate(bookings, start=2):
        for index, column in enumerate(COLUMNS, start=1):
            cell = _cell(sheet, row, index)
            value = column.value(booking, page)
            _write(cell, value, column.number_format)
            _mark(cell, booking)
            widths[index - 1] = max(widths[index - 1], _width(value) + 2)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{len(bookings) + 1}"
    for index, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = min(width, _WIDEST)
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _cell(sheet: Worksheet, row: int, column: int) -> Cell:
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    return cell


def _write(cell: Cell, value: Value, number_format: str) -> None:
    if value is None:
        return
    cell.value = value
    cell.number_format = number_format
    if isinstance(value, str):
        # A title that starts like a formula is text, and stays text when somebody edits it.
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(_LOOKS_LIKE_FORMULA)
    cell.alignment = Alignment(vertical="top", wrap_text=isinstance(value, str) and _width(value) > _WIDEST)


def _mark(cell: Cell, booking: ExportedBooking) -> None:
    if booking.is_cancelled:
        cell.font = _CANCELLED_FONT
    elif booking.is_hidden:
        cell.font = _HIDDEN_FONT


def _width(value: Value) -> int:
    """How many digits wide a value is shown; East Asian characters take two."""
    match value:
        case datetime():
            return len("2026-01-01 00:00")
        case str():
            lines = value.split("\n")
            return max(
                sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in line) for line in lines
            )
        case _:
            return len(str(value))


def _sheet_name(name: str, taken: Collection[str]) -> str:
    """The calendar's name as Excel allows it, numbered when it is taken."""
    clean = _NOT_IN_SHEET_NAMES.sub(" ", plain_text(name)).strip(" '") or "Calendar"
    if clean.casefold() == "history":  # Excel keeps this one for itself
        clean = "History calendar"
    used = {one.casefold() for one in taken}
    chosen, number = clean[:_LONGEST_SHEET_NAME].strip(" '"), 1
    while chosen.casefold() in used:
        number += 1
        suffix = f" ({number})"
        chosen = clean[: _LONGEST_SHEET_NAME - len(suffix)].strip(" '") + suffix
    return chosen
