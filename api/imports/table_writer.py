"""Moves of a table's bookings as other values of its cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from api.imports.import_errors import UnwritableMove
from api.imports.schedule_file import FileBooking, Move, ScheduleFile
from api.imports.table import Cell, Value
from api.imports.table_reader import RowOrigin, TableReading, in_utc


@dataclass(frozen=True, slots=True)
class TableChanges:
    """The cells to change, and the bookings as they then are. moved: the keys of those that move."""

    cells: tuple[CellChange, ...]
    wanted: Mapping[str, FileBooking]
    moved: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell's new value. key: of the booking that it is changed for. field: what the cell is."""

    key: str
    sheet: int
    field: str
    cell: Cell
    value: Value


def changes_for(reading: TableReading, moves: Iterable[Move]) -> TableChanges:
    """What moves mean for a table's cells; raises UnwritableMove for an unknown key."""
    rows = {row.key: row for row in reading.file.rows}
    changes: list[CellChange] = []
    keys: list[str] = []
    for move in moves:
        if move.key not in rows:
            raise UnwritableMove(move.key, "the file has no such booking")
        row = rows[move.key]
        start = _as_in_the_file(move.start, row)
        moved = replace(row, start=start, end=start + row.duration, room=move.room)
        if (moved.start, moved.room) != (row.start, row.room):
            rows[move.key] = moved
            keys.append(move.key)
            changes.extend(_changes(reading.origins[move.key], row, moved))
    return TableChanges(tuple(changes), rows, tuple(keys))


def ensure_told(written: ScheduleFile, changes: TableChanges) -> None:
    """Raise UnwritableMove for a file that says anything else than what was asked for."""
    found = {row.key: _told(row) for row in written.rows}
    for key, row in changes.wanted.items():
        if found.get(key) != _told(row):
            raise UnwritableMove(key, "the cells of its row cannot express the new time or room")
    if len(found) != len(changes.wanted):
        raise UnwritableMove(changes.moved[0], "the file would have other rows")


def _told(row: FileBooking) -> tuple[object, ...]:
    return row.start, row.end, row.room, row.title, row.persons


def _as_in_the_file(start: datetime, row: FileBooking) -> datetime:
    if row.start.tzinfo is None:
        return in_utc(start)
    if start.tzinfo is None:
        raise UnwritableMove(row.key, "the file's times have a zone, the new start has none")
    return start.astimezone(row.start.tzinfo)


def _as_a_heading_says(moment: datetime, origin: RowOrigin) -> datetime:
    """The moment on the clock of the headings' zone, but for a row that says an offset itself."""
    zone = origin.columns.zone
    if zone is None or any(one.offset is not None for one in origin.moments.values()):
        return moment
    return moment.astimezone(zone)


def _differs(new: Value, old: Value) -> bool:
    if isinstance(new, datetime) or not isinstance(new, date) or not isinstance(old, datetime):
        return new != old
    return new != old.date()


def _changes(origin: RowOrigin, before: FileBooking, after: FileBooking) -> Iterable[CellChange]:
    start, end = (_as_a_heading_says(moment, origin) for moment in (after.start, after.end))
    moments = {"date": start, "start": start, "end": end, "endDate": end}
    if before.start != after.start:
        for field, moment in origin.moments.items():
            value = moment.value_for(moments[field])
            if _differs(value, moment.cell.value):
                yield CellChange(before.key, origin.sheet, field, moment.cell, value)
    if before.room != after.room:
        cell = origin.line.cell(origin.columns["room"])
        yield CellChange(before.key, origin.sheet, "room", cell, after.room)
