"""Reads the bookings of a table, a row each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from api.imports.column_advice import column_advice
from api.imports.columns import Columns, columns_of, ensure_known_fields
from api.imports.day_order import DayOrder
from api.imports.import_errors import UnreadableSchedule
from api.imports.reading_options import ReadingOptions
from api.imports.schedule_file import FileBooking, RefusedRow, ScheduleFile, SkippedRow, wall_clock_in
from api.imports.sheet_reader import SheetReading
from api.imports.table import Line, Sheet
from api.imports.typed_cell import Moment
from api.imports.xml_outline import shortened
from domain.errors import FieldException

_MOST_PLACES = 3


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
    """Every row below a heading as a booking, a refused row or, where it is cancelled, a skipped one.

    Raises UnreadableSchedule where no sheet has a heading, FieldException for a mapping that does not fit.
    """
    ensure_known_fields(options.columns)
    reading = _Reading(options, list(notes))
    for number, sheet in enumerate(sheets):
        about = f'sheet "{shortened(sheet.name)}": ' if len(sheets) > 1 else ""
        reading.take(number, sheet, about)
    if not reading.named and options.columns:
        told = ", ".join(f"{field}={shortened(column)}" for field, column in options.columns.items())
        raise FieldException("map", f"no row has the columns named ({told}) and a start and title or room")
    if not reading.named:
        advice = reading.advice or "name the columns (map start=..., title=...)"
        raise UnreadableSchedule(
            f"no row looks like a heading with a start or a date, and a title or a room; {advice}"
        )
    return TableReading(reading.file(title), reading.origins)


@dataclass(slots=True)
class _Reading:
    """What was read of a table's sheets so far."""

    options: ReadingOptions
    notes: list[str]
    rows: list[FileBooking] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    skipped: list[SkippedRow] = field(default_factory=list)
    origins: dict[str, RowOrigin] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    zones: set[str] = field(default_factory=set)
    overnight: list[str] = field(default_factory=list)
    advice: str | None = None

    def take(self, number: int, sheet: Sheet, about: str) -> None:
        """Read a sheet. about: what its notes begin with."""
        columns = columns_of(sheet, self.options.columns)
        if columns is None:
            if any(not line.is_empty for line in sheet.lines):
                self.notes.append(f"{about}not read: no row in it looks like a heading")
            self.advice = self.advice or column_advice(sheet, None)
            return
        for name, heading in columns.named:
            self.named.setdefault(name, heading)
        order = DayOrder(sheet, columns, self.options)
        notes = (*order.notes, *_said_of_zones(columns), *_said_of_heads(columns))
        self.notes.extend(f"{about}{note}" for note in notes)
        reading = SheetReading(sheet, columns, order.is_day_first, self.options)
        for line, key, result in reading.results(set(self.origins)):
            if isinstance(result, RefusedRow):
                self.refused.append(result)
            elif isinstance(result, SkippedRow):
                self.skipped.append(result)
            else:
                self.rows.append(replace(result[0], key=key))
                self.origins[key] = RowOrigin(number, line, columns, result[1])
        self.zones.update(columns.zones)
        self.overnight.extend(reading.overnight)
        if not self.rows and self.refused:
            self.advice = column_advice(sheet, columns) or self.advice

    def file(self, title: str) -> ScheduleFile:
        """All of it."""
        rows = _all_aware(self.rows, self.options)
        return ScheduleFile(
            title=title,
            rows=tuple(rows),
            refused=tuple(self.refused),
            rooms=tuple(dict.fromkeys(row.room for row in rows if row.room is not None)),
            persons=tuple({person.key: person for row in rows for person in row.persons}.values()),
            time_zone=min(self.zones) if len(self.zones) == 1 else None,
            skipped=tuple(self.skipped),
            notes=(*self.notes, *_said_of_nights(self.overnight)),
            columns=tuple(self.named.items()),
            advice=None if rows else self.advice,
        )


def _said_of_zones(columns: Columns) -> Iterator[str]:
    if columns.zone is not None:
        yield f"times are in {columns.zone.key}, as a heading says"
    elif columns.zones:
        names = ", ".join(columns.zones)
        yield f"the headings name several time zones ({names}), so none of them counts"


def _said_of_heads(columns: Columns) -> Iterator[str]:
    for heading in columns.counted.values():
        yield (
            f'numbers in "{heading}" count people and claim nobody;'
            f" say people={heading} if each is somebody's number"
        )


def _said_of_nights(places: Sequence[str]) -> Iterator[str]:
    """Where an end was taken to be on the next day: the first few."""
    if not places:
        return
    shown = ", ".join(places[:_MOST_PLACES])
    more = f" and {len(places) - _MOST_PLACES} more" if len(places) > _MOST_PLACES else ""
    rows = "1 row" if len(places) == 1 else f"{len(places)} rows"
    yield f"the end of {rows} is earlier than the start, and taken to be on the next day: {shown}{more}"


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
