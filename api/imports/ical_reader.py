"""Reads iCalendar files (RFC 5545): every VEVENT becomes bookings, or is refused or skipped."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2s
from zoneinfo import ZoneInfo

from api.imports.bounds import MOST_ROWS
from api.imports.ical_event import IcalEvent, IcalTime, RefusedEvent, event_of, place_of
from api.imports.ical_lines import Component, components_of
from api.imports.ical_overrides import Described, Overrides
from api.imports.ical_series import Occurrences, occurrences_of, regular_length, time_zone_of
from api.imports.ical_zones import IcalZones
from api.imports.import_errors import UnreadableSchedule
from api.imports.reading_options import DEFAULT_OPTIONS, ReadingOptions
from api.imports.schedule_file import (
    FileBooking,
    FileSeries,
    RefusedRow,
    ScheduleFile,
    SkippedRow,
    wall_clock_in,
)
from domain.local_time import is_time_zone
from domain.recurrence.effort import Effort

MOST_STEPS = 1_000_000
"""What the rules of all events of a file may cost together, and those of all its time zones: seconds each."""
MOST_STEPS_OF_AN_EVENT = 200_000
"""What the rules of one event may cost, so that one does not use up what is there for all."""
TOO_LONG = "its recurrence rules take too long to work out"
NOT_ON_THE_CALENDAR = "a date of it is not on the calendar"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a booking was read from.

    series: the event whose rules it comes from; original: where they put it, as its own clock shows it.
    """

    event: IcalEvent
    series: IcalEvent
    original: datetime | None


@dataclass(slots=True)
class IcalReading:
    """A file that was read, with what is behind each booking for whoever rewrites it."""

    file: ScheduleFile
    origins: dict[str, Origin]


def read(source: bytes, options: ReadingOptions = DEFAULT_OPTIONS) -> ScheduleFile:
    """Read a file; raises UnreadableSchedule when it is no iCalendar file, or beyond all bounds."""
    return reading_of(source, options).file


def reading_of(source: bytes, options: ReadingOptions = DEFAULT_OPTIONS) -> IcalReading:
    """Read a file and keep what rewriting it needs."""
    components = components_of(source)
    events = [component for component in components if component.name == "VEVENT"]
    if len(events) > MOST_ROWS:
        raise UnreadableSchedule(f"there are more than {MOST_ROWS:,} events")
    named = _named_zone(components)
    zones = IcalZones(components, options.zone if named is None else ZoneInfo(named), Effort(MOST_STEPS))
    reading = _Reading(options.maximum_occurrences, Effort(MOST_STEPS))
    for event in events:
        reading.take(event, zones)
    reading.run()
    title = next((line.value for one in components for line in one.all("X-WR-CALNAME")), "")
    rows = tuple(reading.rows)
    file = ScheduleFile(
        title=" ".join(title.split()),
        rows=rows,
        refused=tuple(reading.refused),
        rooms=tuple(dict.fromkeys(row.room for row in rows if row.room is not None)),
        persons=tuple({person.key: person for row in rows for person in row.persons}.values()),
        time_zone=named or reading.usual_zone(),
        skipped=tuple(reading.skipped),
        notes=tuple(reading.notes),
        has_global_keys=True,
        series=tuple(reading.series.values()),
        singly=tuple(reading.singly),
    )
    return IcalReading(file, reading.origins)


def _named_zone(components: list[Component]) -> str | None:
    """The zone that the calendar itself is in, where it says so."""
    for component in components:
        line = component.first("X-WR-TIMEZONE")
        if line is not None and is_time_zone(line.value):
            return line.value
    return None


@dataclass(slots=True)
class _Reading:
    """Takes the events of a file one by one, then says what became of each."""

    limit: int
    effort: Effort
    events: list[IcalEvent] = field(default_factory=list)
    rows: list[FileBooking] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    skipped: list[SkippedRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    origins: dict[str, Origin] = field(default_factory=dict)
    settled: set[Component] = field(default_factory=set)
    series: dict[str, FileSeries] = field(default_factory=dict)
    series_keys: set[str] = field(default_factory=set)
    singly: list[tuple[str, str]] = field(default_factory=list)

    def take(self, component: Component, zones: IcalZones) -> None:
        """Read a VEVENT, or refuse it."""
        try:
            self.events.append(event_of(component, zones))
        except RefusedEvent as reason:
            self.refused.append(RefusedRow(place_of(component), str(reason)))

    def run(self) -> None:
        """Expand what repeats, with its overrides in their places; each event is settled once."""
        overrides: defaultdict[str, list[IcalEvent]] = defaultdict(list)
        for event in self.events:
            if event.recurrence_id is not None:
                overrides[event.uid].append(event)
        for event in self._newest():
            self._expand(event, overrides.pop(event.uid, []) if event.uid else [])
        for event in self.events:
            if event.component not in self.settled:
                self._alone(event)

    def usual_zone(self) -> str | None:
        """The zone that most events name."""
        zones = Counter(
            zone.key
            for zone in (event.start.zone for event in self.events)
            if isinstance(zone, ZoneInfo) and zone.key != "UTC"
        )
        return min(zones, key=lambda name: (-zones[name], name)) if zones else None

    def _newest(self) -> Iterator[IcalEvent]:
        """The events that are no overrides; of several revisions of one, the newest."""
        alone = [event for event in self.events if event.recurrence_id is None]
        newest: dict[str, int] = {}
        for event in alone:
            newest[event.uid] = max(newest.get(event.uid, 0), event.sequence)
        seen: set[tuple[object, ...]] = set()
        for event in alone:
            identity = (event.uid, event.start, event.title, event.length, event.room, event.rules)
            if event.uid and event.sequence < newest[event.uid]:
                self._skip(event, "a newer revision of it is in the file")
            elif event.uid and identity in seen:
                self._skip(event, "it is in the file twice")
            else:
                seen.add(identity)
                yield event

    def _skip(self, event: IcalEvent, reason: str) -> None:
        self.settled.add(event.component)
        self.skipped.append(SkippedRow(event.place, reason))

    def _refuse(self, event: IcalEvent, reason: str) -> None:
        self.settled.add(event.component)
        self.refused.append(RefusedRow(event.place, reason))

    def _alone(self, event: IcalEvent) -> None:
        """An override whose series does not have its date, or is not in the file: a booking of its own."""
        if event.free_because is not None:
            self._skip(event, event.free_because)
            return
        assert event.recurrence_id is not None
        self._add(event, event, event.start, event.recurrence_id.wall_clock, series_key=None)

    def _expand(self, event: IcalEvent, overrides: list[IcalEvent]) -> None:
        if event.free_because is not None:
            self._skip(event, event.free_because)
            for override in overrides if event.is_cancelled else ():
                self._skip(override, "its series is cancelled")
            return
        effort = self.effort.share(MOST_STEPS_OF_AN_EVENT)
        try:
            found = occurrences_of(event, self.limit, effort)
            plan = Overrides(event, overrides)
            described = {original: plan.describing(original) for original in found.starts}
        except RefusedEvent as reason:
            self._refuse(event, TOO_LONG if effort.is_spent else str(reason))
            return
        except OverflowError:
            self._refuse(event, NOT_ON_THE_CALENDAR)
            return
        if found.note is not None:
            self.notes.append(f"{event.place}: {found.note}")
        self._add_all(event, found, described)

    def _add_all(self, event: IcalEvent, found: Occurrences, described: dict[datetime, Described]) -> None:
        series_key = self._series_key(event, found) if event.is_series and described else None
        for original, one in described.items():
            length = None if one.is_own else found.starts[original]
            if one.event.free_because is None:
                occurrence = original if event.is_series else None
                self._add(one.event, event, one.start, occurrence, length, series_key=series_key)
            elif one.event.component not in self.settled:
                self._skip(one.event, one.event.free_because)
        if event.component not in self.settled:
            self._skip(event, "no occurrence of it is left")

    def _series_key(self, event: IcalEvent, found: Occurrences) -> str:
        """The key of a series; its rule is noted if it has one, else that it has none."""
        stem = event.uid or _made_key(event)
        key, number = stem, 1
        while key in self.series_keys:
            number += 1
            key = f"{stem}#{number}"
        self.series_keys.add(key)
        zone = time_zone_of(event)
        if event.room is None:
            return key
        if found.rule is None or zone is None:
            self.singly.append((event.place, found.because or ""))
            return key
        first, length = event.start.wall_clock, regular_length(event)
        self.series[key] = FileSeries(
            key, event.place, event.title, event.room, event.persons, first, length, zone, found.rule
        )
        return key

    def _add(
        self,
        event: IcalEvent,
        series: IcalEvent,
        start: IcalTime,
        original: datetime | None,
        length: timedelta | None = None,
        *,
        series_key: str | None,
    ) -> None:
        if len(self.rows) >= MOST_ROWS:
            raise UnreadableSchedule(
                f"there are more than {MOST_ROWS:,} bookings, every occurrence of a series counted"
            )
        try:
            begin = wall_clock_in(start.wall_clock, start.zone)
            end = event.end_of(start.wall_clock) if length is None else begin + length
        except OverflowError:
            if event.component not in self.settled:
                self._refuse(event, NOT_ON_THE_CALENDAR)
            return
        self.settled.add(event.component)
        key = self._key(event, original)
        self.origins[key] = Origin(event, series, original)
        self.rows.append(
            FileBooking(
                key,
                event.place,
                event.title,
                begin,
                end.astimezone(begin.tzinfo),
                event.room,
                event.persons,
                series_key,
                None if series_key is None else original,
            )
        )

    def _key(self, event: IcalEvent, original: datetime | None) -> str:
        stem = event.uid or _made_key(event)
        if original is not None:
            stem += f"/{original:%Y%m%dT%H%M%S}"
        key, number = stem, 1
        while key in self.origins:
            number += 1
            key = f"{stem}#{number}"
        return key


def _made_key(event: IcalEvent) -> str:
    """A key from what no move changes; events alike in all that are told apart by their order."""
    about = [event.title, str(event.length), *(person.key for person in event.persons)]
    return "event~" + blake2s("\0".join(about).encode("utf-8"), digest_size=8).hexdigest()
