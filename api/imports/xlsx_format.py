"""Excel workbooks: every sheet with a heading; rewriting touches the cells of moved rows alone."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from html import escape
from io import BytesIO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.datetime import from_excel, to_excel
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from api.imports.bounds import MOST_ROWS
from api.imports.import_errors import UnreadableSchedule, UnwritableMove
from api.imports.reading_options import DEFAULT_OPTIONS, ReadingOptions
from api.imports.schedule_file import Move, ScheduleFile
from api.imports.table import EMPTY, Cell, Line, Sheet, Value
from api.imports.table_reader import TableReading, read_table
from api.imports.table_writer import CellChange, changes_for, ensure_told
from api.imports.xml_outline import outline, shortened

MOST_UNPACKED_BYTES = 40_000_000
MOST_PARTS = 5_000
MOST_SHEETS = 100
MOST_COLUMNS = 200
MOST_LINES = 2 * MOST_ROWS
MOST_CELLS = 200_000
LONGEST_CELL = 32_767
_ZIP = b"PK\x03\x04"
_BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    DefusedXmlException,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    OverflowError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    zipfile.zlib.error,  # type: ignore[attr-defined]
)
"""What openpyxl raises for files that are no workbooks."""


def recognises(head: bytes) -> bool:
    """Whether it is a ZIP file, as workbooks are."""
    return head.startswith(_ZIP)


def read(source: bytes, options: ReadingOptions = DEFAULT_OPTIONS) -> ScheduleFile:
    """Read a workbook; raises UnreadableSchedule for what is none, FieldException for a wrong mapping."""
    return _reading_of(source, options).file


def rewrite(source: bytes, moves: Iterable[Move], options: ReadingOptions = DEFAULT_OPTIONS) -> bytes:
    """The same workbook with bookings moved; every other cell, sheet and part stays.

    Raises UnwritableMove for an unknown key and for what the cells cannot say.
    """
    reading = _reading_of(source, options)
    changes = changes_for(reading, moves)
    if not changes.moved:
        return source
    by_part: dict[str, list[CellChange]] = {}
    with zipfile.ZipFile(BytesIO(source)) as package:
        parts = list(_sheet_parts(package))
        epoch = _epoch(source)
        for change in changes.cells:
            by_part.setdefault(parts[change.sheet], []).append(change)
        written = BytesIO()
        with zipfile.ZipFile(written, "w") as copy:
            for info in package.infolist():
                content = package.read(info)
                for change in by_part.get(info.filename, ()):
                    content = _with_cell(content, change, epoch)
                copy.writestr(info, content)
    ensure_told(read(written.getvalue(), options), changes)
    return written.getvalue()


def _reading_of(source: bytes, options: ReadingOptions) -> TableReading:
    _ensure_bounded(source)
    try:
        sheets, title = _sheets(source)
    except UnreadableSchedule:
        raise
    except _BROKEN as error:
        raise UnreadableSchedule("this is not an Excel workbook that can be read") from error
    return read_table(sheets, title, options)


def _ensure_bounded(source: bytes) -> None:
    try:
        with zipfile.ZipFile(BytesIO(source)) as package:
            parts = package.infolist()
    except _BROKEN as error:
        raise UnreadableSchedule("this is not an Excel workbook: the ZIP file is broken") from error
    if sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES or len(parts) > MOST_PARTS:
        raise UnreadableSchedule(f"unpacked, the workbook is over {MOST_UNPACKED_BYTES:,} bytes")
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableSchedule("the workbook is encrypted")


def _sheets(source: bytes) -> tuple[list[Sheet], str]:
    with warnings.catch_warnings(action="ignore"):
        # Formulas are not worked out: what counts is the value that was saved with them.
        workbook = load_workbook(BytesIO(source), read_only=True, data_only=True, keep_links=False)
        try:
            if len(workbook.sheetnames) > MOST_SHEETS:
                raise UnreadableSchedule(f"there are more than {MOST_SHEETS} sheets")
            epoch = workbook.epoch
            room = _Room(MOST_CELLS)
            sheets = [
                Sheet(one.title, tuple(_lines(one, room)), lambda number: _serial(number, epoch))
                for one in workbook.worksheets
            ]
            return sheets, " ".join(str(workbook.properties.title or "").split())
        finally:
            workbook.close()


def _serial(number: float, epoch: datetime) -> datetime:
    found = from_excel(number, epoch)
    if not isinstance(found, datetime):
        raise ValueError(number)
    return found


@dataclass(slots=True)
class _Room:
    """How many cells more there may be in all sheets together."""

    cells: int


def _lines(sheet: Worksheet, room: _Room) -> Iterator[Line]:
    """The rows that are not empty; what a sheet says of its own size may be made up."""
    sheet.reset_dimensions()  # type: ignore[attr-defined]
    kept = 0
    # Row by row up to the last one: a row may say that it is the millionth.
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, max_row=MOST_LINES + 1), start=1):
        cells = tuple(
            EMPTY if cell.value is None else Cell(_value(cell.value), str(cell.coordinate)) for cell in row
        )
        line = Line(f'sheet "{shortened(sheet.title)}", row {number}', cells)
        if not line.is_empty:
            kept += 1
            yield line
        room.cells -= sum(cell is not EMPTY for cell in cells)
        if kept > MOST_ROWS + 50 or number > MOST_LINES or room.cells < 0:
            raise UnreadableSchedule(f"there are more than {MOST_ROWS:,} rows or {MOST_CELLS:,} cells")


def _value(value: object) -> Value:
    if isinstance(value, datetime):
        return (value.replace(tzinfo=None) + timedelta(microseconds=500_000)).replace(microsecond=0)
    if isinstance(value, str):
        return value[:LONGEST_CELL]
    if value is None or isinstance(value, bool | int | float | date | time | timedelta):
        return value
    return str(value)[:LONGEST_CELL]


def _epoch(source: bytes) -> datetime:
    workbook = load_workbook(BytesIO(source), read_only=True)
    try:
        epoch: datetime = workbook.epoch
        return epoch
    finally:
        workbook.close()


def _sheet_parts(package: zipfile.ZipFile) -> Iterator[str]:
    """The part of each worksheet in the order of the workbook."""
    links = outline(package.read("xl/_rels/workbook.xml.rels"), "Relationships", frozenset({"Relationship"}))
    targets = {
        link.attribute("Id"): link.attribute("Target")
        for link in links.elements
        if link.attribute("Type").endswith("/worksheet")
    }
    workbook = outline(package.read("xl/workbook.xml"), "workbook", frozenset({"sheets", "sheet"}))
    for sheet in workbook.elements:
        relation = next((value for name, value in sheet.attributes.items() if name.endswith("}id")), "")
        if sheet.tag == "sheet" and relation in targets:
            target = targets[relation]
            yield target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _with_cell(part: bytes, change: CellChange, epoch: datetime) -> bytes:
    """A sheet's XML with one cell changed; its style stays."""
    address = re.escape(change.cell.address.encode())
    found = re.search(
        rb"<((?:\w+:)?c)(\s[^<>]*?\br=\"" + address + rb"\"[^<>]*?)(?:/>|>(.*?)</\1>)", part, re.DOTALL
    )
    if not change.cell.address or found is None:
        raise UnwritableMove(change.key, f"its row has no cell for its {change.field}")
    name, attributes, inside = found[1], found[2], found[3] or b""
    prefix = name[:-1]
    formula = re.search(rb"<(?:\w+:)?f\b.*?(?:/>|</(?:\w+:)?f>)", inside, re.DOTALL)
    if formula is not None and change.field != "end":
        raise UnwritableMove(change.key, f"its {change.field} is a formula")
    attributes = re.sub(rb'\s+t="[^"]*"', b"", attributes)
    kept = b"" if formula is None else formula[0]
    if isinstance(change.value, str) or change.value is None:
        text = escape("" if change.value is None else change.value, quote=False).encode()
        tag = prefix + b"is"
        content = b'<%s><%st xml:space="preserve">%s</%st></%s>' % (tag, prefix, text, prefix, tag)
        attributes += b' t="inlineStr"'
    else:
        content = b"%s<%sv>%s</%sv>" % (kept, prefix, _number(change.value, epoch).encode(), prefix)
    cell = b"<" + name + attributes + b">" + content + b"</" + name + b">"
    return part[: found.start()] + cell + part[found.end() :]


def _number(value: Value, epoch: datetime) -> str:
    if isinstance(value, timedelta):
        return repr(value / timedelta(days=1))
    assert isinstance(value, datetime | date | time)
    return repr(float(to_excel(value, epoch)))  # type: ignore[no-untyped-call]
