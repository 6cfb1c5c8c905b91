"""`callboard check`: find and mend the clashes of a schedule file."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import orjson
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.checking.advice import FixedSchedule, advise, fix
from api.checking.check_schedule import CheckedSchedule, FoundClash, check_schedule
from api.checking.documents import CheckDocuments, rows_document
from api.checking.tables import CheckTables, counted, printable
from api.cli.schedule_source import MAP_HELP, ScheduleSource, ensure_writable, read_source, write_whole
from api.imports.mapping import columns_told
from api.imports.reading_options import ReadingOptions
from api.settings import Settings
from domain.errors import FieldException
from domain.suggestion import Suggestion
from solver.progress import Progress as SolverProgress

Advised = Sequence[tuple[FoundClash, Sequence[Suggestion]]]

CLASHES_REMAIN = 1
UNREADABLE = 2
_WIDTH_WITHOUT_TERMINAL = 140


def _number(value: float) -> float:
    """NaN passes every comparison of an option's range."""
    if math.isnan(value):
        raise typer.BadParameter("is not a number")
    return value


def command(
    file: Annotated[
        Path, typer.Argument(help="A schedule: iCalendar, CSV, Excel or pentabarf/frab XML; - for stdin.")
    ],
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    fix_to: Annotated[
        Path | None, typer.Option("--fix", metavar="OUT", help="Write the schedule without clashes here.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=COLUMN", help=MAP_HELP),
    ] = None,
    limit_seconds: Annotated[
        float,
        typer.Option(
            min=0.1,
            max=86_400,
            callback=_number,
            help="How long to look for fixes, and for the best repair.",
        ),
    ] = 20.0,
) -> None:
    """Print the clashes of a schedule file, each with its best fix; needs no server and no database.

    Exits with 1 when clashes remain, and with 2 when the file or none of its rows can be read.
    """
    try:
        settings = Settings()
        told = columns_told(columns or ())
        options = ReadingOptions(ZoneInfo(settings.time_zone), told, settings.maximum_occurrences)
        source = read_source(file, options)
        if fix_to is not None:
            source.ensure_other(fix_to)
            ensure_writable(fix_to)
        checked = check_schedule(source.schedule)
        if source.schedule.is_unread:
            raise _nothing_read(checked, file, json=json)
        advised = _advised(checked, limit_seconds)
        fixed = None if fix_to is None else _fixed(checked, source, limit_seconds)
        after = checked
        if fixed is not None and fix_to is not None:
            write_whole(fix_to, fixed.content)
            after = check_schedule(read_source(fix_to, options).schedule)
    except FieldException as error:
        raise _unreadable(file, error.detail) from error
    except OSError as error:
        raise _unreadable(Path(error.filename or file), error.strerror or str(error)) from error
    if json:
        _print_json(checked, advised, fixed, fix_to, len(after.clashes))
    else:
        _print_tables(checked, advised, fixed, fix_to, len(after.clashes))
    if after.clashes:
        raise typer.Exit(CLASHES_REMAIN)


def _unreadable(file: Path, reason: str) -> typer.Exit:
    typer.echo(f"{printable(str(file))}: {printable(reason)}", err=True)
    return typer.Exit(UNREADABLE)


def _nothing_read(checked: CheckedSchedule, file: Path, *, json: bool) -> typer.Exit:
    """Every row with the reason, then what to do about it."""
    _print_json(checked, (), None, None, 0) if json else _print_tables(checked, (), None, None, 0)
    schedule = checked.file
    advice = "" if schedule.advice is None else f"; {schedule.advice}"
    rows = counted(len(schedule.refused), "row")
    return _unreadable(file, f"none of {rows} could be read: {schedule.refused[0].reason}{advice}")


def _advised(checked: CheckedSchedule, limit_seconds: float) -> Advised:
    with _progress() as progress:
        task = progress.add_task("Looking for fixes", total=len(checked.clashes))
        found = []
        for one in advise(checked, limit_seconds):
            found.append(one)
            progress.advance(task)
        return found


def _fixed(checked: CheckedSchedule, source: ScheduleSource, limit_seconds: float) -> FixedSchedule:
    with _progress() as progress:
        task = progress.add_task("Ending all clashes together", total=None)

        def show(news: SolverProgress) -> None:
            progress.update(task, description=f"{news.tier}: {news.incumbent}, at least {news.bound}")

        return fix(checked, source.content, source.schedule_format, limit_seconds, source.options, show)


@contextmanager
def _progress() -> Iterator[Progress]:
    """Shown on a terminal only, and gone when done."""
    columns = (SpinnerColumn(), *Progress.get_default_columns()[:2], TimeElapsedColumn(), TextColumn(""))
    shown = sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not shown) as progress:
        yield progress


def _print_json(
    checked: CheckedSchedule,
    advised: Advised,
    fixed: FixedSchedule | None,
    fix_to: Path | None,
    left: int,
) -> None:
    documents = CheckDocuments(checked)
    document = {
        "conflicts": [documents.clash(found, suggestions) for found, suggestions in advised],
        "rows": rows_document(checked.file),
    }
    if fixed is not None:
        document["fix"] = documents.repair(fixed.repair, str(fix_to), left)
    typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2))


def _print_tables(
    checked: CheckedSchedule,
    advised: Advised,
    fixed: FixedSchedule | None,
    fix_to: Path | None,
    left: int,
) -> None:
    console = Console(highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDTH_WITHOUT_TERMINAL)
    tables = CheckTables(checked)
    if checked.clashes:
        console.print(tables.clashes(advised))
    for line in (*tables.remarks(), *tables.refusals()):
        console.print(line, markup=False, soft_wrap=True)
    title = printable(checked.file.title)
    console.print(f"{title}: {tables.summary()}" if title else tables.summary(), markup=False, soft_wrap=True)
    if fixed is None:
        return
    if fixed.repair.changes:
        console.print(tables.moves(fixed.repair))
    console.print(tables.outcome(fixed.repair, left, str(fix_to)), markup=False, soft_wrap=True)
