"""Reads the bookings of a table, a row each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from api.imports.columns import Columns, columns_of, ensure_known_fields
from api.imports.day_order import DayOrder
from api.imports.import_errors import UnreadableSchedule
from api.imports.reading_options import ReadingOptions
from api.imports.schedule_file import FileBooking, RefusedRow, ScheduleFile, wall_clock_in
from api.imports.sheet_reader import SheetReading
from api.imports.table import Line, Sheet
from api.imports.typed_cell import Moment
from api.imports.xml_outline import shortened
from domain.errors import FieldException


@dataclass(frozen=True, slots=True)
class RowOrigin:
    """The cells behind a booking. moments: those of its times, by field."""

    sheet: int
    line: Line
    columns: Columns
    moments: Mapping[str, Moment]


@dataclass(frozen=True, slots=True)
class TableReading:
    """A table that was read, with the cells behind each booking for whoever rewrites it."""

    file: ScheduleFile
    origins: Mapping[str, RowOrigin]


def read_table(
    sheets: Sequence[Sheet], title: str, options: ReadingOptions, notes: Iterable[str] = ()
) -> TableReading:
    """Every row below a heading as a booking or a refused row.

    Raises UnreadableSchedule where no sheet has a heading, FieldException for a mapping that does not fit.
    """
    ensure_known_fields(options.columns)
    rows: list[FileBooking] = []
    refused: list[RefusedRow] = []
    origins: dict[str, RowOrigin] = {}
    said = list(notes)
    named: dict[str, str] = {}
    for number, sheet in enumerate(sheets):
        columns = columns_of(sheet, options.columns)
        if columns is None:
            if any(not line.is_empty for line in sheet.lines):
                said.append(f"{_about(sheet, sheets)}not read: no row in it looks like a heading")
            continue
        for field, heading in columns.named:
            named.setdefault(field, heading)
        order = DayOrder(sheet, columns, options)
        said.extend(f"{_about(sheet, sheets)}{note}" for note in (*order.notes, *_head_counts(columns)))
        reading = SheetReading(sheet, columns, order.is_day_first, options)
        for line, key, result in reading.results(set(origins)):
            if isinstance(result, RefusedRow):
                refused.append(result)
            else:
                rows.append(replace(result[0], key=key))
                origins[key] = RowOrigin(number, line, columns, result[1])
    if not named and options.columns:
        told = ", ".join(f"{field}={shortened(column)}" for field, column in options.columns.items())
        raise FieldException("map", f"no row has the columns named ({told}) and a start and title or room")
    if not named:
        raise UnreadableSchedule(
            "no row looks like a heading with a start or a date, and a title or a room;"
            " name the columns (map start=..., title=...)"
        )
    return TableReading(_file(title, _all_aware(rows, options), refused, said, named), origins)


def _about(sheet: Sheet, sheets: Sequence[Sheet]) -> str:
    return f'sheet "{shortened(sheet.name)}": ' if len(sheets) > 1 else ""


def _head_counts(columns: Columns) -> Iterator[str]:
    for heading in columns.counted:
        yield (
            f'numbers in "{heading}" count people and claim nobody;'
            f" say people={heading} if each is somebody's number"
        )


def _file(
    title: str, rows: list[FileBooking], refused: list[RefusedRow], notes: list[str], named: dict[str, str]
) -> ScheduleFile:
    return ScheduleFile(
        title=title,
        rows=tuple(rows),
        refused=tuple(refused),
        rooms=tuple(dict.fromkeys(row.room for row in rows if row.room is not None)),
        persons=tuple({person.key: person for row in rows for person in row.persons}.values()),
        notes=tuple(notes),
        columns=tuple(named.items()),
    )


def _all_aware(rows: list[FileBooking], options: ReadingOptions) -> list[FileBooking]:
    """Times are all aware or all naive: next to times with an offset, the others are in the zone given."""
    if all(row.start.tzinfo is None for row in rows):
        return rows
    aware = []
    for row in rows:
        start = row.start if row.start.tzinfo is not None else wall_clock_in(row.start, options.zone)
        aware.append(replace(row, start=start, end=start + row.duration))
    return aware


def in_utc(moment: datetime) -> datetime:
    """A naive time of a file that names no zone, which counts as UTC where zones do not matter."""
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
