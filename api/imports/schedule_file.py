"""The neutral value that every schedule format is read into."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from domain.local_time import to_utc


@dataclass(frozen=True, slots=True)
class FilePerson:
    """Somebody a booking claims; persons with equal keys are one person."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class FileBooking:
    """One booking of a file.

    key: identifies it within the file, and still does after the file was rewritten.
    place: where a reader of the file finds it.
    start, end: half-open; both aware, or both naive wall-clock times.
    room: None when the file names none; then no venue is claimed.
    persons: each at most once.
    series_key: the series it is an occurrence of, if it is; of some the file has a FileSeries.
    original_start: where the rules of the series put it, as the series' wall clock shows it.
    """

    key: str
    place: str
    title: str
    start: datetime
    end: datetime
    room: str | None
    persons: tuple[FilePerson, ...] = ()
    series_key: str | None = None
    original_start: datetime | None = None

    @property
    def duration(self) -> timedelta:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class FileSeries:
    """A rule that gives the original start of every booking with its key.

    title, room, persons: what an occurrence is that nothing else describes.
    first_start: what the clock in the time zone, an IANA one, shows at the first (naive).
    duration: of each occurrence, exact across a change of clocks.
    rrule: an RFC 5545 recurrence rule without DTSTART.
    """

    key: str
    place: str
    title: str
    room: str
    persons: tuple[FilePerson, ...]
    first_start: datetime
    duration: timedelta
    time_zone: str
    rrule: str


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not read, with its place and the reason."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that was read and claims nothing, with its place and the reason."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Move:
    """A booking's new start and room; it keeps its duration and its persons."""

    key: str
    start: datetime
    room: str | None


@dataclass(frozen=True, slots=True)
class ScheduleFile:
    """A whole file: its bookings are either all aware or all naive.

    Each entry (an event, a line) is in `rows`, once for each occurrence, or in `refused` or `skipped`.
    rooms: all names in order of appearance, those without a booking included.
    persons: everybody a booking claims, in order of appearance.
    time_zone: the IANA zone the file names, if it does.
    notes: what its reader should know, such as how dates were read.
    columns: of a table: what was read from which column.
    has_global_keys: whether a key means the same booking in every file, as an iCalendar UID does.
    series: those that one rule gives; occurrences of others are nothing but bookings.
    singly: of those others: the place and why there is no such rule.
    advice: of a table of which no row could be read: how to name its columns.
    """

    title: str
    rows: tuple[FileBooking, ...]
    refused: tuple[RefusedRow, ...]
    rooms: tuple[str, ...]
    persons: tuple[FilePerson, ...]
    time_zone: str | None = None
    skipped: tuple[SkippedRow, ...] = ()
    notes: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    has_global_keys: bool = False
    series: tuple[FileSeries, ...] = ()
    singly: tuple[tuple[str, str], ...] = ()
    advice: str | None = None

    @property
    def row_count(self) -> int:
        """How many rows there are, kept or not."""
        return len(self.rows) + len(self.refused) + len(self.skipped)

    @property
    def is_unread(self) -> bool:
        """Whether there are rows, and all of them are refused."""
        return 0 < len(self.refused) == self.row_count

    @property
    def is_naive(self) -> bool:
        """Whether the file leaves open which zone its times are in."""
        return any(row.start.tzinfo is None for row in self.rows)


def localized(file: ScheduleFile, zone: ZoneInfo) -> ScheduleFile:
    """The file with its naive times read in the zone; each booking keeps its exact duration."""
    if not file.is_naive:
        return file
    rows = tuple(_localized_row(row, zone) for row in file.rows)
    return replace(file, rows=rows, time_zone=file.time_zone or zone.key)


def wall_clock_in(wall_clock: datetime, zone: tzinfo) -> datetime:
    """The naive time in the zone, with a fixed offset so that differences are exact across a DST change."""
    local = to_utc(wall_clock, zone).astimezone(zone)
    offset = local.utcoffset()
    assert offset is not None
    return local.replace(tzinfo=timezone(offset), fold=0)


def _localized_row(row: FileBooking, zone: ZoneInfo) -> FileBooking:
    start = wall_clock_in(row.start, zone)
    return replace(row, start=start, end=start + row.duration)
