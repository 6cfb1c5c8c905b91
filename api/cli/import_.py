"""`callboard import`: load a schedule file into the database."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import typer

from api.bus import Bus
from api.checking.tables import counted, printable
from api.cli.cannot_run import CannotRun
from api.cli.databases import bring_up_to_date, database_urls, ensure_servable, open_database
from api.cli.schedule_source import MAP_HELP, read_source
from api.dto.import_report import ImportReportDto
from api.features.import_schedule import ImportReport, ImportSchedule
from api.http.wire import FIRST_YEAR, LAST_YEAR
from api.imports.mapping import columns_told
from api.imports.reading_options import ReadingOptions
from api.imports.schedule_file import ScheduleFile
from api.routes import ROUTES
from api.settings import Settings
from domain.enums import Role
from domain.errors import FieldException
from domain.local_time import is_time_zone
from domain.viewer import Viewer
from persistence.unit_of_work import DatabaseBusy

OPERATOR = Viewer(UUID("c0ffee5e-7a3d-4f0b-9d52-6b1e84a7d310"), Role.Admin)
"""Who an import from the command line is by."""

UNREADABLE = NOTHING_IMPORTED = 2


def command(
    file: Annotated[
        Path, typer.Argument(help="A schedule: iCalendar, CSV, Excel or pentabarf/frab XML; - for stdin.")
    ],
    time_zone: Annotated[
        str | None, typer.Option(help="What times without an offset are read in; else the setting.")
    ] = None,
    starting: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Shift the schedule so that it begins on this day."),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=COLUMN", help=MAP_HELP),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; keep nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Load a schedule file: rooms, people and bookings, with clashes recorded as conflicts.

    Bookings that an earlier import of the file made are skipped, and stay as they are by now.
    Exits with 2 when the file cannot be read, and when every row was refused.
    """
    settings = Settings()
    zone = settings.time_zone if time_zone is None else time_zone
    if not is_time_zone(zone):
        raise typer.BadParameter(f"{printable(zone)} is not a time zone such as Europe/Brussels")
    if starting is not None and not FIRST_YEAR < starting.year < LAST_YEAR:
        raise typer.BadParameter(f"--starting must lie between the years {FIRST_YEAR} and {LAST_YEAR}")
    schedule = _read(file, columns or (), ZoneInfo(zone), settings.maximum_occurrences)
    request = ImportSchedule(schedule, zone, None if starting is None else starting.date())
    with database_urls(settings) as urls:
        if urls.owner is not None:
            bring_up_to_date(urls.owner)
        ensure_servable(urls.application)
        report = asyncio.run(_import(urls.application, settings, request, dry_run=dry_run))
    if json:
        typer.echo(ImportReportDto.of(report).model_dump_json(by_alias=True, indent=2))
    else:
        for line in _details(report):
            typer.echo(printable(line))
        typer.echo(_summary(schedule, report, dry_run=dry_run))
    if report.refused and not (report.imported or report.skipped):
        raise typer.Exit(NOTHING_IMPORTED)


def _details(report: ImportReport) -> Iterator[str]:
    """What was read from where, then every row that was not imported."""
    if report.columns:
        yield "Columns: " + ", ".join(f"{field} from {column}" for field, column in report.columns)
    for note in report.notes:
        yield f"Note: {note}"
    for refused in report.refused:
        yield f"Not imported: {refused.place}: {refused.reason}"
    for skipped in report.skips:
        yield f"Skipped: {skipped.place}: {skipped.reason}"


def _read(file: Path, columns: Sequence[str], zone: ZoneInfo, most: int) -> ScheduleFile:
    try:
        return read_source(file, ReadingOptions(zone, columns_told(columns), most)).schedule
    except FieldException as error:
        reason = error.detail
    except OSError as error:
        reason = error.strerror or str(error)
    typer.echo(f"{printable(str(file))}: {printable(reason)}", err=True)
    raise typer.Exit(UNREADABLE)


async def _import(url: str, settings: Settings, request: ImportSchedule, *, dry_run: bool) -> ImportReport:
    database = open_database(url)
    try:
        bus = Bus(database.unit_of_work, ROUTES, settings.policy)
        return await bus.send(request, OPERATOR, dry_run=dry_run)
    except DatabaseBusy as error:
        raise CannotRun(f"the database is busy ({error}); nothing was imported, try again") from error
    finally:
        await database.close()


def _summary(schedule: ScheduleFile, report: ImportReport, *, dry_run: bool) -> str:
    """Everything that came of it, in one line."""
    title = printable(schedule.title)
    done = "would be imported" if dry_run else "imported"
    there = report.skipped - len(report.skips)
    skipped = f", {there:,} there already" if there else ""
    skipped += f", {len(report.skips):,} skipped" if report.skips else ""
    refused = f", {len(report.refused):,} refused" if report.refused else ""
    created = sum(one.created for one in report.calendars)
    by_type = ", ".join(f"{report.conflicts[kind]:,} {kind.name}" for kind in sorted(report.conflicts))
    clashes = (
        f"; {counted(sum(report.conflicts.values()), 'conflict')} recorded: {by_type}" if by_type else ""
    )
    return (
        f"{title}: " * bool(title)
        + f"{report.imported:,} of {counted(report.read, 'row')} {done}{skipped}{refused}"
        + f"; {counted(created, 'new calendar')} for {counted(len(report.calendars), 'room')}{clashes}."
    )
