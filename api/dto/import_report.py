"""What came of an import, in JSON."""

from __future__ import annotations

from uuid import UUID

from api.features.import_schedule import ImportReport
from api.http.wire import Wire


class ImportRowsDto(Wire):
    """How many rows there were, and what became of them; the last three add up to the first."""

    read: int
    imported: int
    refused: int
    skipped: int


class RefusalDto(Wire):
    """A row that was not imported."""

    place: str
    reason: str


class SkipDto(Wire):
    """A row that claims nothing."""

    place: str
    reason: str


class ImportConflictsDto(Wire):
    """How many conflicts the imported bookings take part in."""

    detected: int
    by_type: dict[str, int]


class ImportedCalendarDto(Wire):
    """The calendar of a room; one that was there already is not created."""

    name: str
    calendar_id: UUID
    created: bool


class ImportReportDto(Wire):
    """The report on a whole file."""

    rows: ImportRowsDto
    refusals: list[RefusalDto]
    skips: list[SkipDto]
    notes: list[str]
    columns: dict[str, str]
    conflicts: ImportConflictsDto
    calendars: list[ImportedCalendarDto]

    @classmethod
    def of(cls, report: ImportReport) -> ImportReportDto:
        """The report in JSON."""
        by_type = {kind.name: report.conflicts[kind] for kind in sorted(report.conflicts)}
        return cls(
            rows=ImportRowsDto(
                read=report.read,
                imported=report.imported,
                refused=len(report.refused),
                skipped=report.skipped,
            ),
            refusals=[RefusalDto(place=one.place, reason=one.reason) for one in report.refused],
            skips=[SkipDto(place=one.place, reason=one.reason) for one in report.skips],
            notes=list(report.notes),
            columns=dict(report.columns),
            conflicts=ImportConflictsDto(detected=sum(by_type.values()), by_type=by_type),
            calendars=[
                ImportedCalendarDto(name=one.name, calendar_id=one.calendar_id, created=one.created)
                for one in report.calendars
            ],
        )
