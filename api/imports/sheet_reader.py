"""Reads the bookings of one sheet, a row each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta, timezone
from hashlib import blake2s
from typing import TypeVar
from zoneinfo import ZoneInfo

from api.imports.bounds import MOST_ROWS
from api.imports.columns import TIME_FIELDS, Columns
from api.imports.import_errors import UnreadableSchedule
from api.imports.people_cell import persons_in
from api.imports.reading_options import ReadingOptions
from api.imports.schedule_file import FileBooking, RefusedRow, SkippedRow, wall_clock_in
from api.imports.table import Cell, Line, Sheet
from api.imports.typed_cell import Moment, moment_of
from api.imports.written_time import NotWritten, read_duration
from api.imports.xml_outline import shortened

_CANCELLED = frozenset({"cancelled", "canceled", "abgesagt", "storniert", "annulé", "annulée", "cancelado"})
_DAY = timedelta(days=1)
_LONGEST_NIGHT = timedelta(hours=12)
_T = TypeVar("_T")

ReadRow = tuple[FileBooking, Mapping[str, Moment]]
"""A booking, and by field what the cells of its times say."""


class _Refused(Exception):
    """This row is no booking; the message says why."""


class SheetReading:
    """What the rows below a heading say.

    overnight: the places of those read so far whose end was taken to be on the next day.
    """

    def __init__(self, sheet: Sheet, columns: Columns, is_day_first: bool, options: ReadingOptions) -> None:
        self.sheet = sheet
        self.columns = columns
        self.is_day_first = is_day_first
        self.options = options
        self.lines = [line for line in sheet.lines[columns.heading_row + 1 :] if not line.is_empty]
        heading = sheet.lines[columns.heading_row].cell(columns["duration"]).text.casefold()
        self.is_in_hours = heading.startswith(("hour", "std", "stunden")) or "(h" in heading
        self.overnight: list[str] = []
        self.identifiers = Counter(line.cell(columns["id"]).text for line in self.lines)

    def results(self, taken: set[str]) -> Iterator[tuple[Line, str, ReadRow | RefusedRow | SkippedRow]]:
        """Each row with its key, and what became of it."""
        if len(self.lines) > MOST_ROWS:
            raise UnreadableSchedule(f"there are more than {MOST_ROWS:,} rows")
        for line in self.lines:
            key = self._key(line, taken)
            if line.cell(self.columns["status"]).text.casefold() in _CANCELLED:
                yield line, key, SkippedRow(line.place, "it is cancelled")
                continue
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

    def _booking(self, line: Line) -> ReadRow:
        moments = {field: found for field in TIME_FIELDS if (found := self._moment(line, field)) is not None}
        start, is_whole_day = self._start(moments, line)
        end = self._end(moments, line, start, is_whole_day=is_whole_day)
        offset = next((one.offset for one in moments.values() if one.offset is not None), None)
        if offset is not None:
            start, end = (moment.replace(tzinfo=timezone(offset)) for moment in (start, end))
        elif self.columns.zone is not None:
            is_exact = not is_whole_day and _end_clock(moments) is None
            start, end = _in_zone(start, end, self.columns.zone, is_exact=is_exact)
        if end <= start:
            raise _Refused("it ends before it starts" if end < start else "it takes no time")
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
        clock = _end_clock(moments)
        if is_whole_day:
            return datetime.combine(day or start.date(), time()) + _DAY
        if clock is not None:
            found = datetime.combine(day or start.date(), clock)
            if day is None and found < start and found + _DAY - start <= _LONGEST_NIGHT:
                self.overnight.append(line.place)
                return found + _DAY
            return found
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


def _end_clock(moments: Mapping[str, Moment]) -> time | None:
    """The time of day at which a row says that it ends."""
    ends = (moments.get("end"), moments.get("endDate"))
    return _first(one.clock for one in ends if one is not None)


def _in_zone(start: datetime, end: datetime, zone: ZoneInfo, *, is_exact: bool) -> tuple[datetime, datetime]:
    """The times in the zone. is_exact: whether the length counts where clocks change, and not the end."""
    aware = wall_clock_in(start, zone)
    return aware, aware + (end - start) if is_exact else wall_clock_in(end, zone)


def _first(values: Iterable[_T | None]) -> _T | None:
    return next((value for value in values if value is not None), None)
