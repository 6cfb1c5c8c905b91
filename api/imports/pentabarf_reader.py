"""Reads pentabarf/frab schedule XML, as pretalx, frab and wafer export it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2s

from api.imports.pentabarf_clock import (
    PentabarfClock,
    ProgrammeDay,
    UnreadableTime,
    clock_of,
    day_of,
    end_of,
)
from api.imports.schedule_file import FileBooking, FilePerson, RefusedRow, ScheduleFile
from api.imports.xml_outline import Element, XmlOutline, outline, shortened
from api.imports.xml_text import XmlText, decoded

TAGS = frozenset(
    {
        "conference", "day", "day_change", "date", "duration", "event", "generator", "person", "persons",
        "room", "slug", "start", "time_zone_name", "title",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PentabarfReading:
    """A file that was read, with the element behind each booking for whoever rewrites it."""

    text: XmlText
    outline: XmlOutline
    clock: PentabarfClock
    days: dict[Element, ProgrammeDay]
    events: dict[str, Element]
    file: ScheduleFile


class _Refused(Exception):
    """This event is no booking; the message says why."""


def read(source: bytes) -> ScheduleFile:
    """Read a schedule: every `<event>` becomes a booking or a refused row.

    Raises UnreadableSchedule when the file as a whole is none.
    """
    return reading_of(source).file


def reading_of(source: bytes) -> PentabarfReading:
    """Read a schedule and keep what rewriting it needs."""
    text = decoded(source)
    found = outline(text.utf8, "schedule", TAGS)
    clock = clock_of(found)
    days = {day: day_of(day) for day in found.root.all("day")}
    events = [element for element in found.elements if element.tag == "event"]
    keys = _keys(events)
    rows: list[FileBooking] = []
    refused: list[RefusedRow] = []
    for event in events:
        place = _place(event, found.root)
        try:
            rows.append(_booking(event, keys[event], place, clock, days))
        except (_Refused, UnreadableTime) as reason:
            refused.append(RefusedRow(place, str(reason)))
    file = ScheduleFile(
        title=_title(found.root),
        rows=tuple(rows),
        refused=tuple(refused),
        rooms=_rooms(found.root, rows),
        persons=_persons(person for row in rows for person in row.persons),
        time_zone=None if clock.zone is None else clock.zone.key,
    )
    return PentabarfReading(text, found, clock, days, {key: event for event, key in keys.items()}, file)


def room_name(room: Element, event: Element | None = None) -> str:
    """What a `<room>` of a day is called; if it does not say, what an event inside it says."""
    return room.attribute("name") or ("" if event is None else event.text_of("room"))


def _booking(
    event: Element, key: str, place: str, clock: PentabarfClock, days: dict[Element, ProgrammeDay]
) -> FileBooking:
    room = event.parent
    if room is None or room.tag != "room" or room.parent not in days:
        raise _Refused("the event is not inside a <room> of a <day>")
    name = room_name(room, event)
    if not name:
        raise _Refused("the room has no name")
    start = clock.start_of(event, days[room.parent])
    end = end_of(start, clock.duration_of(event))
    identifier = event.attribute("id") or event.attribute("guid")
    unnamed = f"Event {identifier}" if identifier else "Untitled"
    title = event.text_of("title") or event.text_of("slug") or unnamed
    listed = event.first("persons")
    persons = _persons(_person(one) for one in (() if listed is None else listed.all("person")))
    return FileBooking(key, place, title, start, end, name, persons)


def _person(element: Element) -> FilePerson:
    name = " ".join(element.text.split())
    key = element.attribute("id") or element.attribute("guid") or name
    return FilePerson(key, name or key)


def _persons(listed: Iterable[FilePerson]) -> tuple[FilePerson, ...]:
    by_key: dict[str, FilePerson] = {}
    for person in listed:
        if person.key:
            by_key.setdefault(person.key, person)
    return tuple(by_key.values())


def _rooms(root: Element, rows: list[FileBooking]) -> tuple[str, ...]:
    named = [room_name(room) for day in root.all("day") for room in day.all("room")]
    booked = [row.room for row in rows]
    return tuple(dict.fromkeys(name for name in (*named, *booked) if name))


def _title(root: Element) -> str:
    conference = root.first("conference")
    return "" if conference is None else conference.text_of("title")


def _place(event: Element, root: Element) -> str:
    parts: list[str] = []
    room = event.parent
    day = None if room is None else room.parent
    if day is not None and day.tag == "day" and day.parent is root:
        parts.append(f"day {shortened(day.attribute('index') or day.attribute('date') or '?')}")
    if room is not None and room.tag == "room":
        parts.append(f'room "{shortened(room_name(room))}"')
    name = event.attribute("id") or event.attribute("guid")
    parts.append(f"event {shortened(name)}" if name else f'event "{shortened(event.text_of("title"))}"')
    return f"line {event.line}: " + ", ".join(parts)


def _keys(events: list[Element]) -> dict[Element, str]:
    """A key for each event: its id where no other has it, else its guid, else what it is about."""
    for_id = Counter(event.attribute("id") for event in events)
    for_guid = Counter(event.attribute("guid") for event in events)
    keys: dict[Element, str] = {}
    for event in events:
        identifier, guid = event.attribute("id"), event.attribute("guid")
        if identifier and for_id[identifier] == 1:
            keys[event] = identifier
        elif guid and for_guid[guid] == 1 and guid not in for_id:
            keys[event] = guid
    taken = set(keys.values())
    repeats: Counter[str] = Counter()
    for event in events:
        if event not in keys:
            keys[event] = _made_key(event, taken, repeats)
    return {event: keys[event] for event in events}


def _made_key(event: Element, taken: set[str], repeats: Counter[str]) -> str:
    """A key from what no move changes; events alike in all that are told apart by their order."""
    name = event.attribute("id") or event.attribute("guid") or "event"
    persons = event.first("persons")
    about = [
        *(event.attribute(attribute) for attribute in ("id", "guid")),
        *(event.text_of(tag) for tag in ("slug", "title", "duration")),
        *(f"{one.attributes} {one.text}" for one in (() if persons is None else persons.all("person"))),
    ]
    digest = blake2s("\0".join(about).encode("utf-8"), digest_size=4).hexdigest()
    stem = f"{name}~{digest}"
    while True:
        repeats[stem] += 1
        key = stem if repeats[stem] == 1 else f"{stem}#{repeats[stem]}"
        if key not in taken:
            taken.add(key)
            return key
