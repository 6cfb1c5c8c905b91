"""An iCalendar file imported, exported calendar by calendar, and imported from there again."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Calendar
from icalendar.error import GloballyUniqueTZIDGuessed
from sqlalchemy import text

from api.cli.import_ import OPERATOR
from api.exports.icalendar_file import icalendar_file
from api.features.import_schedule import ImportReport, ImportSchedule, handle
from api.imports.formats import read_schedule
from api.imports.importable import importable
from api.imports.schedule_file import ScheduleFile
from domain.exported_schedule import ExportedSchedule
from domain.policy import Policy
from domain.time_slot import TimeSlot
from persistence.database import Database
from persistence.readers.exported_bookings import exported_calendar
from persistence.repositories import calendars
from persistence.repositories.series import ensure_once_a_start
from persistence.unit_of_work import UnitOfWork

_POLICY = Policy()
_OCCURRENCES = text(
    "SELECT lower(b.during), upper(b.during), e.title, k.name FROM scheduled_events b"
    " JOIN events e USING (event_id) JOIN calendars k USING (calendar_id)"
)
_SERIES = text("SELECT count(*) FROM series")


class Occurrence(NamedTuple):
    """What of a booking is to survive."""

    start: datetime
    end: datetime
    title: str
    room: str


class _RolledBack(Exception):
    """Leaves a database as it was."""


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """What became of a file.

    events: its VEVENTs, each imported, refused or skipped. series: those kept as series.
    exported: a file for each calendar. lost, gained: what differs at the end.
    """

    events: int
    imported: int
    refused: int
    skipped: int
    series: int
    occurrences: int
    exported: tuple[bytes, ...]
    lost: Counter[Occurrence]
    gained: Counter[Occurrence]
    notes: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        return not (self.lost or self.gained)


def with_places(content: bytes) -> bytes:
    """The file with a place and taken time for each event that has none, so that all of them are imported."""
    found = content.replace(b"TRANSP:TRANSPARENT", b"TRANSP:OPAQUE")
    parts = re.split(rb"(BEGIN:VEVENT\r?\n.*?END:VEVENT)", found, flags=re.DOTALL)
    for at in range(1, len(parts), 2):
        if not re.search(rb"^LOCATION[;:]", parts[at], re.MULTILINE):
            parts[at] = re.sub(rb"^BEGIN:VEVENT(\r?\n)", rb"BEGIN:VEVENT\1LOCATION:Hall\1", parts[at])
    return b"".join(parts)


def event_count(content: bytes) -> int | None:
    """How many VEVENTs the icalendar library finds; None in what it cannot read."""
    with warnings.catch_warnings():
        # That it guesses a zone from a longer name, as we do.
        warnings.simplefilter("ignore", GloballyUniqueTZIDGuessed)
        try:
            found = Calendar.from_ical(content, multiple=True)
        except (ValueError, IndexError):
            return None
    return sum(len(one.walk("VEVENT")) for one in found)


async def round_trip(database: Database, name: str, content: bytes) -> RoundTrip:
    """Take a file through an empty database twice; nothing stays there."""
    file = read_schedule(name, content)
    outcomes = _outcomes(file)
    before, series, exported, notes = await _exported(database, file)
    after = await _imported_again(database, exported)
    return RoundTrip(
        *(len(file_events) for file_events in outcomes),
        series=series,
        occurrences=before.total(),
        exported=exported,
        lost=before - after,
        gained=after - before,
        notes=notes,
    )


def _outcomes(file: ScheduleFile) -> tuple[set[str], set[str], set[str], set[str]]:
    """The places of all events, and of those imported, refused, and skipped."""
    kept = importable(file, ZoneInfo("UTC"), _POLICY)
    imported = {one.place for one in kept.rows}
    refused = {one.place for one in kept.refused} - imported
    skipped = {one.place for one in kept.skipped} - imported - refused
    return imported | refused | skipped, imported, refused, skipped


async def _exported(
    database: Database, file: ScheduleFile
) -> tuple[Counter[Occurrence], int, tuple[bytes, ...], tuple[str, ...]]:
    try:
        async with database.unit_of_work(OPERATOR) as uow:
            report = await _import(uow, file)
            before = await _occurrences(uow)
            series = (await uow.connection.execute(_SERIES)).scalar_one()
            files = await _files(uow, report, before)
            raise _RolledBack
    except _RolledBack:
        return before, series, files, report.notes


async def _files(uow: UnitOfWork, report: ImportReport, found: Iterable[Occurrence]) -> tuple[bytes, ...]:
    """A file for each calendar that the import made, of its whole time."""
    some = list(found)
    if not some:
        return ()
    day = timedelta(days=1)
    window = TimeSlot(min(one.start for one in some) - day, max(one.end for one in some) + day)
    files = []
    for made in report.calendars:
        calendar = await calendars.get(uow, made.calendar_id)
        exported = await exported_calendar(uow, calendar, window)
        schedule = ExportedSchedule(calendar.name, calendar.time_zone, window, (exported,), uow.now)
        files.append(icalendar_file(schedule))
    return tuple(files)


async def _imported_again(database: Database, files: Iterable[bytes]) -> Counter[Occurrence]:
    try:
        async with database.unit_of_work(OPERATOR) as uow:
            for content in files:
                await _import(uow, read_schedule("exported.ics", content))
            after = await _occurrences(uow)
            raise _RolledBack
    except _RolledBack:
        return after


async def _import(uow: UnitOfWork, file: ScheduleFile) -> ImportReport:
    report = await handle(ImportSchedule(file, "UTC"), uow, _POLICY)
    await ensure_once_a_start(uow)
    return report


async def _occurrences(uow: UnitOfWork) -> Counter[Occurrence]:
    return Counter(Occurrence(*row) for row in await uow.connection.execute(_OCCURRENCES))
