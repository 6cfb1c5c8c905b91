"""Turns a schedule file into the domain's snapshot, and its fixes back into moves of the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import MappingProxyType
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from api.imports.schedule_file import FileBooking, Move, ScheduleFile, localized
from domain.entities import Calendar, Claim, Closure, Resource
from domain.enums import CalendarType, OwnerType, ResourceType, ScheduleStatus
from domain.schedule import ScheduleSnapshot, SnapshotBooking
from domain.suggestion import Change
from domain.time_slot import TimeSlot

_NAMESPACE = UUID("b36f1fd5-4d6e-4d57-8f0b-6f6b3a8b3c0e")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UTC = ZoneInfo("UTC")
_ROOMS = "rooms"
# The shortest time without any booking that counts as the night between two days
_NIGHT = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class FileSnapshot:
    """A snapshot of a file, and what its ids stand for in the file.

    booking_keys: by scheduled event id; room_names: by calendar id, None for bookings without a room.
    resource_names: of rooms and of persons by resource id; file_rows: by scheduled event id.
    """

    snapshot: ScheduleSnapshot
    booking_keys: Mapping[UUID, str]
    room_names: Mapping[UUID, str | None]
    resource_names: Mapping[UUID, str]
    file_rows: Mapping[UUID, FileBooking]

    def moves(self, changes: Iterable[Change]) -> tuple[Move, ...]:
        """What to write into the file to carry the changes out."""
        return tuple(
            Move(
                key=self.booking_keys[change.scheduled_event_id],
                start=change.after.slot.start_date_time,
                room=self.room_names[change.after.calendar_id],
            )
            for change in changes
            if change.scheduled_event_id is not None
        )


def booking_id(key: str) -> UUID:
    """The id of a file's booking: the same whenever the file is read."""
    return uuid5(_NAMESPACE, f"booking\0{key}")


def room_id(name: str) -> UUID:
    """The resource id of a room."""
    return uuid5(_NAMESPACE, f"room\0{name}")


def person_id(key: str) -> UUID:
    """The resource id of a person."""
    return uuid5(_NAMESPACE, f"person\0{key}")


def calendar_id(room: str | None) -> UUID:
    """The id of a room's calendar, or of the one for bookings without a room."""
    return uuid5(_NAMESPACE, "roomless" if room is None else f"calendar\0{room}")


def to_snapshot(file: ScheduleFile, zone: ZoneInfo = _UTC) -> FileSnapshot:
    """A file as a snapshot: rooms are venues of quantity 1, persons are staff claimed as Primary.

    zone: what the times of a file without a zone are read in.
    Bookings count as created in the order of the file. Every booking may move, whenever it was: the snapshot
    is taken a day before the first. Rooms are closed through the nights, when nothing is booked anywhere.
    """
    aware = localized(file, zone)
    time_zone = aware.time_zone or "UTC"
    slots = [TimeSlot(row.start, row.end) for row in aware.rows]
    windows = open_windows(slots)
    whole = TimeSlot(windows[0].start_date_time, windows[-1].end_date_time) if windows else None
    horizon = whole or TimeSlot(_EPOCH, _EPOCH + timedelta(days=1))
    snapshot = ScheduleSnapshot(
        now=horizon.start_date_time - timedelta(days=1),
        horizon=horizon,
        resources=(*_rooms(aware, time_zone), *_persons(aware, time_zone)),
        calendars=_calendars(aware, time_zone),
        bookings=tuple(
            _booking(row, slot, position, time_zone)
            for position, (row, slot) in enumerate(zip(aware.rows, slots, strict=True))
        ),
        closures=tuple(closure for room in aware.rooms for closure in _nights(room, windows)),
    )
    names = {room_id(room): room for room in aware.rooms}
    names.update({person_id(person.key): person.name for person in aware.persons})
    return FileSnapshot(
        snapshot=snapshot,
        booking_keys=MappingProxyType({booking_id(row.key): row.key for row in aware.rows}),
        room_names=MappingProxyType({calendar_id(room): room for room in (*aware.rooms, None)}),
        resource_names=MappingProxyType(names),
        file_rows=MappingProxyType({booking_id(row.key): row for row in file.rows}),
    )


def open_windows(slots: Iterable[TimeSlot]) -> list[TimeSlot]:
    """The days of a programme: its bookings joined wherever less than a night lies between them."""
    windows: list[TimeSlot] = []
    for slot in sorted(slots):
        if windows and slot.start_date_time - windows[-1].end_date_time < _NIGHT:
            end = max(windows[-1].end_date_time, slot.end_date_time)
            windows[-1] = TimeSlot(windows[-1].start_date_time, end)
        else:
            windows.append(slot)
    return windows


def _rooms(file: ScheduleFile, time_zone: str) -> Iterable[Resource]:
    for room in file.rooms:
        yield Resource(room_id(room), room, ResourceType.Venue, interchange_group=_ROOMS, time_zone=time_zone)


def _persons(file: ScheduleFile, time_zone: str) -> Iterable[Resource]:
    for person in file.persons:
        yield Resource(person_id(person.key), person.name, ResourceType.Staff, time_zone=time_zone)


def _calendars(file: ScheduleFile, time_zone: str) -> tuple[Calendar, ...]:
    calendars = [
        Calendar(
            calendar_id=calendar_id(room),
            name=room,
            calendar_type=CalendarType.Venue,
            owner_id=room_id(room),
            owner_type=OwnerType.Venue,
            time_zone=time_zone,
            created_at=_EPOCH,
        )
        for room in file.rooms
    ]
    roomless = sum(row.room is None for row in file.rows)
    if roomless:
        calendars.append(
            Calendar(
                calendar_id=calendar_id(None),
                name="Without a room",
                calendar_type=CalendarType.Master,
                owner_id=calendar_id(None),
                owner_type=OwnerType.Organization,
                time_zone=time_zone,
                created_at=_EPOCH,
                max_concurrent_events=roomless,
            )
        )
    return tuple(calendars)


def _booking(row: FileBooking, slot: TimeSlot, position: int, time_zone: str) -> SnapshotBooking:
    venue = () if row.room is None else (Claim(room_id(row.room)),)
    return SnapshotBooking(
        scheduled_event_id=booking_id(row.key),
        calendar_id=calendar_id(row.room),
        slot=slot,
        status=ScheduleStatus.Scheduled,
        claims=(*venue, *(Claim(person_id(person.key)) for person in row.persons)),
        created_at=_EPOCH + timedelta(seconds=position),
        title=row.title,
        time_zone=time_zone,
        is_occurrence=row.series_key is not None,
    )


def _nights(room: str, windows: list[TimeSlot]) -> Iterable[Closure]:
    for before, after in pairwise(windows):
        night = TimeSlot(before.end_date_time, after.start_date_time)
        identifier = uuid5(room_id(room), night.start_date_time.isoformat())
        yield Closure(identifier, room_id(room), night, "outside the programme")
