"""Writes moves into an iCalendar file and leaves every other byte as it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from api.imports.ical_event import IcalEvent, IcalTime
from api.imports.ical_lines import Component, ContentLine
from api.imports.ical_reader import Origin, reading_of
from api.imports.import_errors import UnreadableSchedule, UnwritableMove
from api.imports.reading_options import DEFAULT_OPTIONS, ReadingOptions
from api.imports.schedule_file import FileBooking, Move

_OF_THE_SERIES = frozenset({"RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID"})
_LONGEST_LINE = 75
_Edit = tuple[int, int, bytes]


def rewrite(source: bytes, moves: Iterable[Move], options: ReadingOptions = DEFAULT_OPTIONS) -> bytes:
    """The same file with bookings moved: reading it again gives exactly the moved schedule.

    A moved event has other DTSTART, DTEND and LOCATION lines; a moved occurrence of a series gets an event of
    its own behind the series' (RECURRENCE-ID). Without moves the bytes are the same.
    Raises UnreadableSchedule for the source, UnwritableMove for an unknown key and what the file cannot say.
    """
    reading = reading_of(source, options)
    rows = {row.key: row for row in reading.file.rows}
    edits: list[_Edit] = []
    wanted: dict[str, FileBooking] = {}
    for move in moves:
        if move.key not in rows:
            raise UnwritableMove(move.key, "the file has no such booking")
        row = rows[move.key]
        moved = replace(row, start=move.start, end=move.start + row.duration, room=move.room)
        if (moved.start, moved.room) != (row.start, row.room):
            wanted[move.key] = moved
            edits.extend(_edits(_Moving(source, reading.origins[move.key], row, moved)))
    if not edits:
        return source
    written = _edited(source, edits)
    _verify(written, rows | wanted, options, next(iter(wanted)))
    return written


@dataclass(frozen=True, slots=True)
class _Moving:
    """A booking of the file on its way from one place to another."""

    source: bytes
    origin: Origin
    before: FileBooking
    after: FileBooking

    @property
    def event(self) -> IcalEvent:
        return self.origin.event

    @property
    def line_break(self) -> bytes:
        component = self.event.component
        return b"\r\n" if b"\r\n" in self.source[component.start : component.end] else b"\n"


def _edits(moving: _Moving) -> list[_Edit]:
    event, original = moving.event, moving.origin.original
    component = event.component
    if original is None or (event.recurrence_id is not None and not event.is_for_all_that_follow):
        return _line_edits(moving)
    if not event.uid:
        raise UnwritableMove(moving.before.key, "its series has no UID that one occurrence could name")
    own = _edited(moving.source, _line_edits(moving), component.start, component.body_end)
    line_break = moving.line_break
    closing = moving.source[component.body_end : component.end].rstrip(b"\r\n") + line_break
    recurrence_id = _folded(_recurrence_id(moving, original), line_break)
    begin = component.lines[0].start - component.start if component.lines else 0
    ends_with_break = moving.source[component.body_end : component.end].endswith((b"\n", b"\r"))
    lead = b"" if ends_with_break else line_break
    return [(component.end, component.end, lead + own[:begin] + recurrence_id + own[begin:] + closing)]


def _line_edits(moving: _Moving) -> list[_Edit]:
    """The event's own lines brought up to date, and those of its series left out of an occurrence's."""
    component = moving.event.component
    is_copy = moving.event.recurrence_id is None or moving.event.is_for_all_that_follow
    edits = [
        (line.start, line.end, b"")
        for line in component.lines
        if is_copy and moving.origin.original is not None and line.name in _OF_THE_SERIES
    ]
    start, end = component.first("DTSTART"), component.first("DTEND")
    assert start is not None
    clock = _new_clock(moving)
    edits.append(_line_edit(moving, start, _time_line(start, clock, moving.after.start)))
    if end is not None:
        edits.append(_line_edit(moving, end, _time_line(end, _end_clock(clock, moving), moving.after.end)))
    elif moving.event.start.is_date and not clock.is_date:
        added = _folded(f"DTEND:{moving.after.end.astimezone(UTC):%Y%m%dT%H%M%SZ}", moving.line_break)
        edits.append((start.end, start.end, added))
    edits.extend((line.start, line.end, b"") for line in _stale_durations(component, moving, clock))
    edits.extend(_room_edits(moving, start))
    return edits


def _new_clock(moving: _Moving) -> IcalTime:
    """The new start on the event's own clock; a day that no longer begins at midnight becomes a time."""
    zone = moving.event.start.zone
    shown = moving.after.start.astimezone(zone).replace(tzinfo=None, fold=0)
    is_date = moving.event.start.is_date and shown == datetime.combine(shown.date(), datetime.min.time())
    return IcalTime(shown, zone, is_date)


def _end_clock(clock: IcalTime, moving: _Moving) -> IcalTime:
    days = moving.event.days
    if clock.is_date and days is not None:
        return replace(clock, wall_clock=clock.wall_clock + timedelta(days=days))
    zone = clock.zone if moving.event.end is None else moving.event.end.zone
    return IcalTime(moving.after.end.astimezone(zone).replace(tzinfo=None, fold=0), zone, is_date=False)


def _stale_durations(component: Component, moving: _Moving, clock: IcalTime) -> Iterable[ContentLine]:
    """DURATION goes where DTEND has to come."""
    if moving.event.start.is_date and not clock.is_date and component.first("DTEND") is None:
        yield from component.all("DURATION")


def _time_line(line: ContentLine, clock: IcalTime, instant: datetime) -> str:
    """The line with another time, as it was written: in its zone, in UTC, of no zone or as a date."""
    head, _, value = line.text.strip().rpartition(":")
    if clock.is_date:
        return f"{head}:{clock.wall_clock:%Y%m%d}"
    if len(value) == 8:
        return f"{line.name}:{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    if value.endswith(("Z", "z")):
        return f"{head}:{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"{head}:{clock.wall_clock:%Y%m%dT%H%M%S}"


def _recurrence_id(moving: _Moving, original: datetime) -> str:
    """The line that says which occurrence it is, written as the series' start is."""
    line = moving.origin.series.component.first("DTSTART")
    assert line is not None
    head, _, value = line.text.strip().rpartition(":")
    parameters = head[len("DTSTART") :]
    if len(value) == 8:
        return f"RECURRENCE-ID{parameters}:{original:%Y%m%d}"
    suffix = "Z" if value.upper().endswith("Z") else ""
    return f"RECURRENCE-ID{parameters}:{original:%Y%m%dT%H%M%S}{suffix}"


def _room_edits(moving: _Moving, start: ContentLine) -> list[_Edit]:
    if moving.after.room == moving.before.room:
        return []
    lines = list(moving.event.component.all("LOCATION"))
    room = moving.after.room
    text = b"" if room is None else _folded(f"LOCATION:{_escaped(room)}", moving.line_break)
    if not lines:
        return [(start.end, start.end, text)]
    return [(lines[0].start, lines[0].end, text)]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _line_edit(moving: _Moving, line: ContentLine, text: str) -> _Edit:
    return line.start, line.end, _folded(text, moving.line_break)


def _folded(text: str, line_break: bytes) -> bytes:
    """A content line of at most 75 octets a line, broken between characters."""
    pieces, length = [b""], 0
    for one in text:
        octets = one.encode("utf-8")
        if length + len(octets) > _LONGEST_LINE:
            pieces.append(b" ")
            length = 1
        pieces[-1] += octets
        length += len(octets)
    return line_break.join(pieces) + line_break


def _edited(source: bytes, edits: list[_Edit], start: int = 0, end: int | None = None) -> bytes:
    """A stretch of the source with edits made; of those at one position the first made comes first."""
    pieces: list[bytes] = []
    position = start
    for edit_start, edit_end, content in sorted(edits, key=lambda edit: edit[:2]):
        pieces += [source[position:edit_start], content]
        position = edit_end
    return b"".join([*pieces, source[position : len(source) if end is None else end]])


def _verify(written: bytes, wanted: dict[str, FileBooking], options: ReadingOptions, some_key: str) -> None:
    """Refuse to hand out a file that says anything else than what was asked for."""
    try:
        found = {row.key: _told(row) for row in reading_of(written, options).file.rows}
    except UnreadableSchedule as error:
        raise UnwritableMove(some_key, error.reason) from error
    for key, row in wanted.items():
        if found.get(key) != _told(row):
            raise UnwritableMove(key, "the file's format cannot express the new time or place")
    if len(found) != len(wanted):
        raise UnwritableMove(some_key, "the file's format cannot express the new time or place")


def _told(row: FileBooking) -> tuple[object, ...]:
    return row.start, row.end, row.room, row.title, row.persons
