"""Reads the bookings of a table, a row each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from hashlib import blake2s
from typing import TypeVar

from api.imports.bounds import MOST_ROWS
from api.imports.columns import Columns, columns_of, ensure_known_fields
from api.imports.import_errors import UnreadableSchedule
from api.imports.people_cell import persons_in
from api.imports.reading_options import ReadingOptions
from api.imports.schedule_file import FileBooking, RefusedRow, ScheduleFile, wall_clock_in
from api.imports.table import Cell, Line, Sheet
from api.imports.typed_cell import Moment, moment_of
from api.imports.written_time import NotWritten, has_half_days, numeric_date, read_duration
from api.imports.xml_outline import shortened
from domain.errors import FieldException

_TIME_FIELDS = ("date", "start", "end", "endDate")
_DAY = timedelta(days=1)
_T = TypeVar("_T")


class _Refused(Exception):
    """This row is no booking; the message says why."""


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
        order = _DayOrder(sheet, columns, options)
        said.extend(f"{_about(sheet, sheets)}{note}" for note in (*order.notes, *_head_counts(columns)))
        reading = _SheetReading(sheet, columns, order.is_day_first, options)
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


class _DayOrder:
    """Whether 3/4/2026 is in April or in March, decided by all dates of the sheet."""

    def __init__(self, sheet: Sheet, columns: Columns, options: ReadingOptions) -> None:
        texts = [
            cell.value
            for line in sheet.lines[columns.heading_row + 1 :]
            for cell in (line.cell(columns[field]) for field in _TIME_FIELDS)
            if isinstance(cell.value, str)
        ]
        dates = [found for text in texts if (found := numeric_date(text)) is not None]
        self.notes: list[str] = []
        self.is_day_first = True
        if not dates:
            return
        day_first = sum(first > 12 for first, _, _ in dates)
        month_first = sum(second > 12 for _, second, _ in dates)
        told = options.columns.get("dates")
        if told is not None:
            self.is_day_first, why = told == "day-first", "as you say"
        elif day_first or month_first:
            self.is_day_first, why = day_first >= month_first, "as some of them can only be read so"
        elif any("." in text for _, _, text in dates):
            why = "as dates with dots are"
        else:
            self.is_day_first = not any(has_half_days(text) for text in texts)
            why = "but nothing in them says so; say dates=day-first or dates=month-first to be sure"
        shown = dates[0][2]
        order = "day first" if self.is_day_first else "month first"
        self.notes.append(f"dates such as {shown} are read {order}, {why}")


class _SheetReading:
    def __init__(self, sheet: Sheet, columns: Columns, is_day_first: bool, options: ReadingOptions) -> None:
        self.sheet = sheet
        self.columns = columns
        self.is_day_first = is_day_first
        self.options = options
        self.lines = [line for line in sheet.lines[columns.heading_row + 1 :] if not line.is_empty]
        heading = sheet.lines[columns.heading_row].cell(columns["duration"]).text.casefold()
        self.is_in_hours = heading.startswith(("hour", "std", "stunden")) or "(h" in heading
        self.identifiers = Counter(line.cell(columns["id"]).text for line in self.lines)

    def results(
        self, taken: set[str]
    ) -> Iterator[tuple[Line, str, tuple[FileBooking, Mapping[str, Moment]] | RefusedRow]]:
        """Each row with its key, and what became of it."""
        if len(self.lines) > MOST_ROWS:
            raise UnreadableSchedule(f"there are more than {MOST_ROWS:,} rows")
        for line in self.lines:
            key = self._key(line, taken)
            try:
                yield line, key, self._booking(line)
            except (_Refused, NotWritten) as reason:
                yield line, key, RefusedRow(line.place, str(reason))
            except OverflowError:
                yield line, key, RefusedRow(line.place, "a date of it is not on the calendar")

    def _key(self, line: Line, taken: set[str]) -> str:
        """The row's id where no other has it, else what it is about; never its time or room: they change."""
        identifier = line.cell(self.columns["id"]).text
        stem = identifier if identifier and self.identifiers[identifier] == 1 else self._made_key(line)
        key, number = stem, 1
        while key in taken:
            number += 1
            key = f"{stem}#{number}"
        taken.add(key)
        return key

    def _made_key(self, line: Line) -> str:
        kept = [line.cell(self.columns[field]).text for field in ("id", "title", "people", "duration")]
        return "row~" + blake2s("\0".join(kept).encode("utf-8", "replace"), digest_size=8).hexdigest()

    def _booking(self, line: Line) -> tuple[FileBooking, Mapping[str, Moment]]:
        moments = {field: found for field in _TIME_FIELDS if (found := self._moment(line, field)) is not None}
        start, is_whole_day = self._start(moments, line)
        end = self._end(moments, line, start, is_whole_day=is_whole_day)
        if end <= start:
            raise _Refused("it ends before it starts" if end < start else "it takes no time")
        offset = next((one.offset for one in moments.values() if one.offset is not None), None)
        if offset is not None:
            start, end = (moment.replace(tzinfo=timezone(offset)) for moment in (start, end))
        title = line.cell(self.columns["title"]).text
        room = line.cell(self.columns["room"]).text
        is_told = "people" in self.options.columns
        persons = tuple(persons_in(line.cell(self.columns["people"]), with_numbers=is_told))
        booking = FileBooking("", line.place, title or "Untitled", start, end, room or None, persons)
        return booking, moments

    def _moment(self, line: Line, field: str) -> Moment | None:
        cell = line.cell(self.columns[field])
        if not cell.text:
            return None
        try:
            return moment_of(
                cell,
                self.sheet.serial_date,
                day_first=self.is_day_first,
                dates_alone=field in ("date", "endDate"),
            )
        except NotWritten as reason:
            raise _Refused(f"its {field} {shortened(cell.text)!r} cannot be read: {reason}") from None

    def _start(self, moments: Mapping[str, Moment], line: Line) -> tuple[datetime, bool]:
        start, listed = moments.get("start"), moments.get("date")
        day = _first(one.day for one in (start, listed) if one is not None)
        clock = _first(one.clock for one in (start, listed) if one is not None)
        if day is None:
            raise _Refused("there is no date")
        end = moments.get("end")
        ends = (end is not None and end.clock is not None) or line.cell(self.columns["duration"]).text
        if clock is not None and (clock != time() or ends):
            return datetime.combine(day, clock), False
        if ends:
            raise _Refused("there is no time at which it starts")
        return datetime.combine(day, time()), True

    def _end(
        self, moments: Mapping[str, Moment], line: Line, start: datetime, *, is_whole_day: bool
    ) -> datetime:
        end, listed = moments.get("end"), moments.get("endDate")
        day = _first(one.day for one in (end, listed) if one is not None)
        clock = _first(one.clock for one in (end, listed) if one is not None)
        if is_whole_day:
            return datetime.combine(day or start.date(), time()) + _DAY
        if clock is not None:
            found = datetime.combine(day or start.date(), clock)
            return found + _DAY if day is None and found < start else found
        duration = line.cell(self.columns["duration"])
        if not duration.text:
            raise _Refused("there is no end and no duration")
        return start + self._length(duration)

    def _length(self, cell: Cell) -> timedelta:
        if isinstance(cell.value, timedelta):
            return cell.value
        if isinstance(cell.value, time):
            return datetime.combine(date.min, cell.value) - datetime.combine(date.min, time())
        try:
            return read_duration(cell.text, in_hours=self.is_in_hours)
        except NotWritten as reason:
            raise _Refused(f"its duration {shortened(cell.text)!r} cannot be read: {reason}") from None


def _first(values: Iterable[_T | None]) -> _T | None:
    return next((value for value in values if value is not None), None)


def in_utc(moment: datetime) -> datetime:
    """A naive time of a file that names no zone, which counts as UTC where zones do not matter."""
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
