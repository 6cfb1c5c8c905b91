"""`callboard export`: days of a calendar, as a file."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from api.bus import Bus
from api.checking.tables import printable
from api.cli.cannot_run import CannotRun
from api.cli.databases import database_urls, ensure_servable, open_database
from api.cli.import_ import OPERATOR
from api.cli.schedule_source import ensure_writable, write_whole
from api.exports.formats import EXTENSIONS, rendered
from api.features.get_calendars import GetCalendars
from api.features.get_exported_schedule import GetExportedSchedule
from api.http.wire import FIRST_YEAR, LAST_YEAR
from api.routes import ROUTES
from api.settings import Settings
from domain.enums import ExportFormat, ExportPeriod
from domain.errors import NotFoundException
from persistence.repositories.calendars import CalendarFilter
from persistence.sorting import Sort
from persistence.unit_of_work import DatabaseBusy

_FORMATS = {f".{extension}": one for one, extension in EXTENSIONS.items()}
_MOST_DAYS = 366
_MOST_CALENDARS = 1_000


def command(
    file: Annotated[Path, typer.Argument(help="What to write: its name ends in .pdf, .xlsx or .ics.")],
    calendar: Annotated[str, typer.Option(help="The calendar's name or id.")],
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="That day.")] = None,
    week: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The week of that day, from Monday.")
    ] = None,
    month: Annotated[datetime | None, typer.Option(formats=["%Y-%m"], help="That month.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="From that day on ...")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="... to that day, both included; no PDF.")
    ] = None,
) -> None:
    """Write a calendar's bookings of a day, a week, a month or a range to a file, as an Admin sees them."""
    file_format = _FORMATS.get(file.suffix.lower())
    if file_format is None:
        raise typer.BadParameter("the file's name must end in .pdf, .xlsx or .ics")
    period, first_day, day_after = _days(day, week, month, since, until)
    if period is None and file_format is ExportFormat.Pdf:
        raise typer.BadParameter("a PDF is of a --day, a --week or a --month")
    ensure_writable(file)
    settings = Settings()
    with database_urls(settings) as urls:
        ensure_servable(urls.application)
        query = _Wanted(calendar, first_day, day_after, period or ExportPeriod.Weekly, file_format)
        content = asyncio.run(query.content(urls.application, settings))
    write_whole(file, content)
    last_day = day_after - timedelta(days=1)
    typer.echo(f"{file}: {printable(calendar)}, {first_day} to {last_day}, {len(content):,} bytes.")


def _days(
    day: datetime | None,
    week: datetime | None,
    month: datetime | None,
    since: datetime | None,
    until: datetime | None,
) -> tuple[ExportPeriod | None, date, date]:
    """The period, its first day and the day after it; no period for a range."""
    chosen = [one for one in (day, week, month, since) if one is not None]
    if len(chosen) != 1 or (since is None) != (until is None):
        raise typer.BadParameter("say one of --day, --week, --month, or --from with --until")
    if not FIRST_YEAR < chosen[0].year < LAST_YEAR:
        raise typer.BadParameter(f"days must lie between the years {FIRST_YEAR} and {LAST_YEAR}")
    first = chosen[0].date()
    if day is not None:
        return ExportPeriod.Daily, first, first + timedelta(days=1)
    if week is not None:
        monday = first - timedelta(days=first.weekday())
        return ExportPeriod.Weekly, monday, monday + timedelta(days=7)
    if month is not None:
        return ExportPeriod.Monthly, first, (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    assert until is not None
    if not first <= until.date() < first + timedelta(days=_MOST_DAYS):
        raise typer.BadParameter(f"--until must follow --from, by {_MOST_DAYS} days at most")
    return None, first, until.date() + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Wanted:
    calendar: str
    first_day: date
    day_after: date
    period: ExportPeriod
    file_format: ExportFormat

    async def content(self, url: str, settings: Settings) -> bytes:
        database = open_database(url)
        try:
            bus = Bus(database.unit_of_work, ROUTES, settings.policy)
            calendar_id = await self._calendar_id(bus)
            query = GetExportedSchedule(calendar_id, self.first_day, self.day_after)
            schedule = await bus.send(query, OPERATOR)
        except NotFoundException as error:
            raise CannotRun(f"there is no calendar with the id {self.calendar}") from error
        except DatabaseBusy as error:
            raise CannotRun(f"the database is busy ({error}); try again") from error
        finally:
            await database.close()
        return rendered(schedule, self.period, self.first_day, self.file_format)

    async def _calendar_id(self, bus: Bus) -> UUID:
        """The calendar that is meant. Raises CannotRun where none is, or several are."""
        try:
            return UUID(self.calendar)
        except ValueError:
            pass
        found = await bus.send(
            GetCalendars(CalendarFilter(text=self.calendar), Sort("name"), _MOST_CALENDARS), OPERATOR
        )
        named = [one for one in found if one.name.casefold() == self.calendar.casefold()]
        if len(named) == 1:
            return named[0].calendar_id
        reason = "several calendars have" if named else "no calendar has"
        raise CannotRun(f"{reason} the name {printable(self.calendar)}; say its id")
