"""Writes moves into pentabarf/frab schedule XML and leaves every other byte as it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import escape
from operator import attrgetter
from zoneinfo import ZoneInfo

from api.imports.import_errors import UnreadableSchedule, UnwritableMove
from api.imports.pentabarf_clock import PentabarfClock, ProgrammeDay, UnreadableTime
from api.imports.pentabarf_reader import PentabarfReading, reading_of, room_name
from api.imports.schedule_file import FileBooking, Move
from api.imports.xml_outline import Element

_CHARACTER_REFERENCES = str.maketrans({"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
_UNKNOWN_DAY = ProgrammeDay(None, None, None, None)
_NO_ZONE = ZoneInfo("UTC")


def rewrite(source: bytes, moves: Iterable[Move], zone: ZoneInfo = _NO_ZONE) -> bytes:
    """The same file with bookings moved: reading it again gives exactly the moved schedule.

    A moved event goes before the first event of its new room that starts later, under the day its
    time belongs to; a room or a day that the file lacks is made. Without moves the bytes are the same.
    zone: what an aware start is turned into for a file of naive times.
    Raises UnreadableSchedule for the source, UnwritableMove for an unknown key and for a start or a room that
    the file cannot express.
    """
    reading = reading_of(source)
    rows = {row.key: row for row in reading.file.rows}
    wanted: dict[str, FileBooking] = {}
    for move in moves:
        if move.key not in rows:
            raise UnwritableMove(move.key, "the file has no such booking")
        wanted[move.key] = _moved(rows[move.key], move, reading.file.is_naive, zone)
    changed = {key: row for key, row in wanted.items() if _whereabouts(row) != _whereabouts(rows[key])}
    if not changed:
        return source
    written = reading.text.encoded(_Rewriting(reading, changed).result())
    _verify(written, {**rows, **changed}, next(iter(changed)))
    return written


def _moved(row: FileBooking, move: Move, is_naive: bool, zone: ZoneInfo) -> FileBooking:
    start = move.start
    if is_naive and start.tzinfo is not None:
        start = start.astimezone(zone).replace(tzinfo=None)
    if not is_naive and start.tzinfo is None:
        raise UnwritableMove(move.key, "the file's times have a zone, the new start has none")
    return replace(row, start=start, end=start + row.duration, room=move.room)


def _whereabouts(row: FileBooking) -> tuple[datetime, datetime, str | None]:
    return row.start, row.end, row.room


def _verify(written: bytes, wanted: dict[str, FileBooking], key: str) -> None:
    """Refuse to hand out a file that says anything else than what was asked for."""

    def content(rows: Iterable[FileBooking]) -> Counter[tuple[object, ...]]:
        return Counter((*_whereabouts(row), row.title, row.persons) for row in rows)

    try:
        read_back = reading_of(written).file
    except UnreadableSchedule as error:
        raise UnwritableMove(key, error.reason) from error
    if content(read_back.rows) != content(wanted.values()):
        raise UnwritableMove(key, "the file's format cannot express the new time or room")


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A moved event on its way to a room element, or to one that is yet to be made."""

    row: FileBooking
    event: Element
    xml: bytes


class _Rewriting:
    """The edits that carry out some moves; each replaces a range of bytes, an empty one to insert."""

    def __init__(self, reading: PentabarfReading, moved: dict[str, FileBooking]) -> None:
        self.reading = reading
        self.outline = reading.outline
        self.moved = moved
        self.staying = {
            reading.events[row.key]: row.start for row in reading.file.rows if row.key not in moved
        }
        self.edits: list[tuple[int, int, bytes]] = []

    def result(self) -> bytes:
        """The whole file, edited."""
        by_room: dict[Element, list[_Arrival]] = {}
        by_new_room: dict[tuple[Element, str], list[_Arrival]] = {}
        by_new_day: dict[ProgrammeDay, list[_Arrival]] = {}
        for row in sorted(self.moved.values(), key=attrgetter("start")):
            event = self.reading.events[row.key]
            self.edits.append((event.start - len(self.outline.lead(event)), event.end, b""))
            element, day = self._day_for(row, event)
            arrival = _Arrival(row, event, self._event_xml(event, row, day))
            room = None if element is None else self._room_in(element, row.room or "", event)
            if room is not None:
                by_room.setdefault(room, []).append(arrival)
            elif element is not None:
                by_new_room.setdefault((element, row.room or ""), []).append(arrival)
            else:
                by_new_day.setdefault(day, []).append(arrival)
        for room, arrivals in by_room.items():
            self._fill(room, arrivals)
        for (listed, name), arrivals in by_new_room.items():
            self._append(listed, self._new_room(name, arrivals))
        self._add_days(by_new_day)
        return self._applied()

    def _day_for(self, row: FileBooking, event: Element) -> tuple[Element | None, ProgrammeDay]:
        """The day whose listed time of day is the new start; a new one when there is none."""
        clock = self.reading.clock
        own_day = None if event.parent is None else event.parent.parent
        assert own_day is not None
        for day in (own_day, *self.reading.days):
            programme_day = self.reading.days[day]
            if programme_day.date is None and day is not own_day:
                continue
            shown = clock.wall_clock(row.start, programme_day)
            if programme_day.date is None or _is_listed(clock, programme_day, shown, row.start):
                return day, programme_day
        shown = clock.wall_clock(row.start, _UNKNOWN_DAY)
        date = shown.date()
        if clock.day_change is not None and shown.time() < clock.day_change:
            date -= timedelta(days=1)
        return None, replace(_UNKNOWN_DAY, date=date)

    def _room_in(self, day: Element, name: str, event: Element) -> Element | None:
        own = event.parent
        if own is not None and own.parent is day and room_name(own, event) == name:
            return own
        return next((room for room in day.all("room") if room_name(room) == name), None)

    def _event_xml(self, event: Element, row: FileBooking, day: ProgrammeDay) -> bytes:
        """The event's own bytes with its start, date and room brought up to date."""
        shown = self.reading.clock.wall_clock_of(event, row.start, day)
        start, date, room = (event.first(tag) for tag in ("start", "date", "room"))
        contents = []
        if start is not None:
            contents.append((start, _start_text(shown, start.text)))
        if date is not None:
            contents.append((date, _date_text(shown, date.text)))
        if room is not None:
            contents.append((room, row.room or ""))
        edits = [
            _content_edit(element, content, self.outline.source)
            for element, content in contents
            if content != element.text
        ]
        return _edited(self.outline.source, edits, event.start, event.end)

    def _fill(self, room: Element, arrivals: list[_Arrival]) -> None:
        """Insert each arrival before the first event that stays and starts later, else after the last one."""
        events = list(room.all("event"))
        if room.is_self_closing:
            start_tag = self.outline.source[room.start : room.end][:-2].rstrip() + b">"
            self.edits.append((room.start, room.end, self._room_xml(start_tag, arrivals)))
            return
        for arrival in arrivals:
            later = (one for one in events if one in self.staying and self.staying[one] > arrival.row.start)
            before = next(later, None)
            if before is not None:
                position = before.start - len(self.outline.lead(before))
            else:
                position = events[-1].end if events else room.inner_start
            self.edits.append((position, position, self.outline.lead(arrival.event) + arrival.xml))
        if room.inner_start == room.inner_end:
            self.edits.append((room.inner_start, room.inner_start, self.outline.lead(room)))

    def _new_room(self, name: str, arrivals: list[_Arrival]) -> bytes:
        """A room element like the one of that name on another day, else a plain one."""
        alike = next(
            (room for day in self.reading.days for room in day.all("room") if room_name(room) == name), None
        )
        if alike is None:
            start_tag = b'<room name="' + _escaped(name) + b'">'
        else:
            start_tag = self.outline.source[alike.start : alike.inner_start]
            if alike.is_self_closing:
                start_tag = start_tag[:-2].rstrip() + b">"
        room = arrivals[0].event.parent
        assert room is not None
        return self.outline.lead(room) + self._room_xml(start_tag, arrivals)

    def _room_xml(self, start_tag: bytes, arrivals: list[_Arrival]) -> bytes:
        room = arrivals[0].event.parent
        assert room is not None
        events = b"".join(self.outline.lead(arrival.event) + arrival.xml for arrival in arrivals)
        return start_tag + events + self.outline.lead(room) + b"</room>"

    def _append(self, day: Element, rooms: bytes) -> None:
        if day.is_self_closing:
            start_tag = self.outline.source[day.start : day.end][:-2].rstrip() + b">"
            self.edits.append((day.start, day.end, start_tag + rooms + self.outline.lead(day) + b"</day>"))
            return
        last = max((child.end for child in day.children), default=day.inner_start)
        self.edits.append((last, last, rooms))

    def _add_days(self, by_new_day: dict[ProgrammeDay, list[_Arrival]]) -> None:
        """Make the days the file lacks, each before the first day that is later."""
        index = max((int(day.attribute("index")) for day in self.reading.days if _is_number(day)), default=0)
        for programme_day in sorted(by_new_day, key=lambda day: str(day.date)):
            index += 1
            rooms: dict[str, list[_Arrival]] = {}
            for arrival in by_new_day[programme_day]:
                rooms.setdefault(arrival.row.room or "", []).append(arrival)
            inside = b"".join(self._new_room(name, arrivals) for name, arrivals in rooms.items())
            days = self.reading.days
            anchor = next(
                (day for day, known in days.items() if str(known.date or "") > str(programme_day.date)), None
            )
            some_day = anchor or list(days)[-1]
            lead = self.outline.lead(some_day)
            start_tag = f'<day index="{index}" date="{programme_day.date}">'.encode()
            position = some_day.end if anchor is None else anchor.start - len(lead)
            self.edits.append((position, position, lead + start_tag + inside + lead + b"</day>"))

    def _applied(self) -> bytes:
        return _edited(self.outline.source, self.edits, 0, len(self.outline.source))


def _is_listed(clock: PentabarfClock, day: ProgrammeDay, shown: datetime, start: datetime) -> bool:
    """Whether that time of day, listed on the day, means the start."""
    try:
        return clock.instant(day, shown.time()) == start
    except UnreadableTime:
        return False


def _edited(source: bytes, edits: list[tuple[int, int, bytes]], start: int, end: int) -> bytes:
    """A stretch of the source with edits made; of those at one position the first made comes first."""
    pieces = []
    position = start
    for edit_start, edit_end, content in sorted(edits, key=lambda edit: edit[:2]):
        pieces += [source[position:edit_start], content]
        position = edit_end
    return b"".join([*pieces, source[position:end]])


def _content_edit(element: Element, content: str, source: bytes) -> tuple[int, int, bytes]:
    if not element.is_self_closing:
        return element.inner_start, element.inner_end, _escaped(content)
    name = source[element.start + 1 : element.end - 2].split()[0]
    start_tag = source[element.start : element.end - 2].rstrip() + b">"
    return element.start, element.end, start_tag + _escaped(content) + b"</" + name + b">"


def _start_text(shown: datetime, old: str) -> str:
    has_seconds = old.count(":") == 2 or shown.second
    return shown.strftime("%H:%M:%S" if has_seconds else "%H:%M")


def _date_text(shown: datetime, old: str) -> str:
    if "T" not in old and ":" not in old:
        return shown.date().isoformat() if old else ""
    has_offset = datetime.fromisoformat(old).tzinfo is not None
    moment = shown if has_offset else shown.replace(tzinfo=None)
    if old.endswith("Z"):
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return moment.isoformat()


def _escaped(text: str) -> bytes:
    return escape(text).translate(_CHARACTER_REFERENCES).encode("utf-8")


def _is_number(day: Element) -> bool:
    index = day.attribute("index")
    return index.isascii() and index.isdigit() and len(index) < 10
