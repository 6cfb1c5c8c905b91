"""Turns a schedule file into what is to be stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from api.imports.own_bookings import Settled
from api.imports.schedule_file import FileBooking, FilePerson, FileSeries, ScheduleFile
from domain.entities import Calendar, Claim, Event, Resource, ScheduledEvent
from domain.enums import CalendarType, OwnerType, RecurrenceType, ResourceType, ScheduleStatus
from domain.ports import IdSource
from domain.recurrence.pattern import RecurrencePattern
from domain.series import Series
from domain.time_slot import TimeSlot
from persistence.bulk_load import LoadedSchedule
from persistence.readers.import_targets import ImportTargets

_NAMESPACE = UUID("0d0f7d0a-3f0b-49a5-9a3f-6b0c5a1c7e52")


@dataclass(frozen=True, slots=True)
class ImportContext:
    """Who imports and when, the zone of what names none, and what is there already to be used.

    settled: the rows that are not loaded, and the series whose rows are loaded as single bookings.
    """

    user_id: UUID
    now: datetime
    ids: IdSource
    time_zone: str
    targets: ImportTargets
    settled: Settled


@dataclass(frozen=True, slots=True)
class ImportedCalendar:
    """Where a room's bookings go. created: whether the calendar is new."""

    name: str
    calendar_id: UUID
    created: bool


def to_load(
    file: ScheduleFile, context: ImportContext
) -> tuple[LoadedSchedule, tuple[ImportedCalendar, ...]]:
    """A file of aware bookings in rooms as what is to be stored, and the calendar of each of its rooms."""
    return _Loading(file, context).run()


def person_resource_id(person: FilePerson) -> UUID:
    """The resource id of a person read from a file: the same for the same key and name."""
    return uuid5(_NAMESPACE, f"person\0{person.key}\0{person.name}")


class _Loading:
    def __init__(self, file: ScheduleFile, context: ImportContext) -> None:
        self.file = file
        self.context = context
        self.time_zone = file.time_zone or context.time_zone
        self.new_resources: list[Resource] = []
        self.new_calendars: list[Calendar] = []
        settled = context.settled
        self.rows = [row for row in file.rows if row.key not in settled.there]
        wanted = {row.series_key for row in self.rows} - settled.series
        self.file_series = {one.key: one for one in file.series if one.key in wanted}
        # A conference of the same name on other dates is another one.
        first_day = min((row.start for row in file.rows), default=context.now).date()
        self.edition = f"{file.title}\0{first_day.isoformat()}"

    def run(self) -> tuple[LoadedSchedule, tuple[ImportedCalendar, ...]]:
        """Rooms and persons first, then what claims them."""
        calendars = {room: self._calendar_of(room) for room in self._rooms()}
        persons = self._person_resources()
        events: dict[UUID, str] = {}
        bookings: list[ScheduledEvent] = []
        series = {
            one.key: self._series(one, calendars[one.room].calendar_id) for one in self.file_series.values()
        }
        for position, row in enumerate(self.rows):
            assert row.room is not None
            claims = tuple(Claim(persons[person.key]) for person in row.persons)
            booking = self._booking(row, position, calendars[row.room].calendar_id, claims)
            if row.series_key is not None and row.series_key in series:
                booking = self._occurrence(booking, row, series[row.series_key])
            events[booking.event_id] = row.title
            bookings.append(booking)
        for one in self.file_series.values():
            events[series[one.key].event_id] = one.title
        load = LoadedSchedule(
            tuple(self.new_resources),
            tuple(self.new_calendars),
            tuple(Event(key, title, self.context.user_id) for key, title in events.items()),
            tuple(bookings),
            tuple(series.values()),
        )
        return load, tuple(calendars.values())

    def _rooms(self) -> Iterator[str]:
        """Those to have a calendar; none is made for one whose bookings are all there already."""
        loaded = {row.room for row in self.rows} | {one.room for one in self.file_series.values()}
        left_out = {row.room for row in self.file.rows} - loaded
        for room in self.file.rooms:
            venue = self.context.targets.venues.get(room)
            if room not in left_out or (venue is not None and venue.calendar_id is not None):
                yield room

    def _series(self, series: FileSeries, calendar_id: UUID) -> Series:
        """The series with the same ids whenever it is read."""
        context = self.context
        return Series(
            series_id=uuid5(_NAMESPACE, f"series\0{series.key}"),
            event_id=uuid5(_NAMESPACE, f"event of series\0{series.key}"),
            calendar_id=calendar_id,
            owner_id=context.user_id,
            first_start=series.first_start,
            duration=series.duration,
            time_zone=series.time_zone,
            pattern=RecurrencePattern(RecurrenceType.Custom, rrule=series.rrule),
            created_at=context.now,
            created_by=context.user_id,
        )

    def _occurrence(self, booking: ScheduledEvent, row: FileBooking, series: Series) -> ScheduledEvent:
        """The booking as an occurrence: detached where it is not what the rule alone would make of it."""
        assert row.series_key is not None
        assert row.original_start is not None
        whole = self.file_series[row.series_key]
        is_regular = (row.title, row.room, row.persons) == (whole.title, whole.room, whole.persons)
        return replace(
            booking,
            event_id=series.event_id if row.title == whole.title else booking.event_id,
            time_zone=series.time_zone,
            series_id=series.series_id,
            original_start=row.original_start,
            is_detached=not is_regular or booking.slot != series.slot_of(row.original_start),
        )

    def _id(self, what: str, row: FileBooking) -> UUID:
        """The same whenever the file is read, also when the talk has moved in it meanwhile."""
        if self.file.has_global_keys:
            return uuid5(_NAMESPACE, f"{what}\0{row.key}")
        return uuid5(_NAMESPACE, f"{what}\0{self.edition}\0{row.key}\0{row.title}")

    def _calendar_of(self, room: str) -> ImportedCalendar:
        venue = self.context.targets.venues.get(room)
        if venue is not None and venue.calendar_id is not None:
            return ImportedCalendar(room, venue.calendar_id, created=False)
        ids = self.context.ids
        owner_id = ids.scattered() if venue is None else venue.resource_id
        if venue is None:
            # Rooms of one schedule stand in for each other, as they do when the file is checked.
            group = self.file.title or None
            self.new_resources.append(
                Resource(
                    owner_id, room, ResourceType.Venue, interchange_group=group, time_zone=self.time_zone
                )
            )
        calendar = Calendar(
            calendar_id=ids.scattered(),
            name=room,
            calendar_type=CalendarType.Venue,
            owner_id=owner_id,
            owner_type=OwnerType.Venue,
            time_zone=self.time_zone,
            created_at=self.context.now,
            max_concurrent_events=1 if venue is None else venue.quantity,
        )
        self.new_calendars.append(calendar)
        return ImportedCalendar(room, calendar.calendar_id, created=True)

    def _person_resources(self) -> dict[str, UUID]:
        """By key: the resource made for that person before, else the only one of the name, else a new one."""
        targets = self.context.targets
        persons = {person.key: person for row in self.rows for person in row.persons}.values()
        own = {person.key: person_resource_id(person) for person in persons}
        made_from_files = frozenset(own.values())
        namesakes = Counter(person.name for person in self.file.persons)
        for person in persons:
            if own[person.key] in targets.person_ids:
                continue
            alike = targets.staff_by_name.get(person.name, frozenset()) - made_from_files
            if namesakes[person.name] == 1 and len(alike) == 1:
                (own[person.key],) = alike
            else:
                self.new_resources.append(
                    Resource(own[person.key], person.name, ResourceType.Staff, time_zone=self.time_zone)
                )
        return own

    def _booking(
        self, row: FileBooking, position: int, calendar_id: UUID, claims: tuple[Claim, ...]
    ) -> ScheduledEvent:
        context = self.context
        # Of two that clash the later in the file counts as made later.
        age = timedelta(microseconds=len(self.rows) - position)
        return ScheduledEvent(
            scheduled_event_id=self._id("booking", row),
            event_id=self._id("event", row),
            calendar_id=calendar_id,
            owner_id=context.user_id,
            slot=TimeSlot(row.start, row.end),
            time_zone=self.time_zone,
            status=ScheduleStatus.Scheduled,
            created_at=context.now - age,
            created_by=context.user_id,
            claims=claims,
            is_imported=True,
        )
