"""Keep a whole schedule that was read from a file, clashes and all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from api.imports.importable import importable
from api.imports.own_bookings import own_ids, settle
from api.imports.schedule_file import RefusedRow, ScheduleFile, SkippedRow
from api.imports.to_load import ImportContext, ImportedCalendar, person_resource_id, to_load
from api.message import Message
from domain.enums import ConflictType, Role
from domain.policy import Policy
from persistence.bulk_load import load
from persistence.elevation import with_rights_of
from persistence.readers.import_targets import find_import_targets
from persistence.readers.known_bookings import find_known_bookings
from persistence.unit_of_work import UnitOfWork

_NO_SERIES = "{}: {}, so its occurrences are single bookings"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of a schedule: each row read was imported, refused or skipped.

    skipped: those that are there already, and those that claim nothing (`skips`).
    notes: what whoever imports should know, such as how dates were read. columns: what was read from which.
    conflicts: how many the imported bookings take part in, by type.
    calendars: of all rooms of the schedule.
    """

    read: int
    imported: int
    skipped: int
    refused: tuple[RefusedRow, ...]
    skips: tuple[SkippedRow, ...]
    notes: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    conflicts: Mapping[ConflictType, int]
    calendars: tuple[ImportedCalendar, ...]


@dataclass(frozen=True, slots=True)
class ImportSchedule(Message[ImportReport]):
    """time_zone: what naive times are read in. starting: the day on which the first booking shall be."""

    schedule: ScheduleFile
    time_zone: str
    starting: date | None = None


async def handle(command: ImportSchedule, uow: UnitOfWork, policy: Policy) -> ImportReport:
    """Store what can be stored and say what became of the rest; bookings that are there stay as they are."""
    zone = ZoneInfo(command.time_zone)
    file = importable(command.schedule, zone, policy, command.starting)
    targets = await find_import_targets(
        uow,
        file.rooms,
        [person_resource_id(person) for person in file.persons],
        [person.name for person in file.persons],
    )
    settled = settle(file, await find_known_bookings(uow, own_ids(file)))
    context = ImportContext(uow.viewer.user_id, uow.now, uow.ids, command.time_zone, targets, settled)
    schedule, calendars = to_load(file, context)
    # A Manager imports rooms with their calendars, which one by one are an Admin's to make.
    async with with_rights_of(uow, Role.Admin):
        report = await load(uow, schedule)
    imported = len(report.bookings)
    uow.audit("ScheduleImported", None, after={"title": file.title, "bookings": imported})
    return ImportReport(
        read=file.row_count,
        imported=imported,
        skipped=len(file.rows) - imported + len(file.skipped),
        refused=file.refused,
        skips=(*file.skipped, *settled.skipped),
        notes=(*_notes(file), *settled.notes),
        columns=file.columns,
        conflicts=Counter(clash.conflict_type for clash in report.conflicts),
        calendars=calendars,
    )


def _notes(file: ScheduleFile) -> tuple[str, ...]:
    advice = () if file.advice is None else (file.advice,)
    return (*file.notes, *advice, *(_NO_SERIES.format(*one) for one in file.singly))
