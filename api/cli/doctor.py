"""`callboard doctor`: what is wrong, and what to do about it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console

from api.checking.tables import printable
from api.cli.cannot_run import CannotRun
from api.cli.databases import database_urls, ensure_readable, open_database
from api.doctor.check import Examined, examine
from api.doctor.checks import CHECKS, FIRST
from api.doctor.patient import MOST_BREACHES, Patient
from api.settings import Settings
from api.storage import Storage
from persistence.unit_of_work import DatabaseBusy

_SHOWN = 10
_ILL = 1


def command(
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Check everything that must be true, on a service that may be running; changes nothing in the database.

    It reads as the worker (CALLBOARD_DATABASE_WORKER_URL), else as the owner; embedded, as the worker.
    Exits with 1 when something is wrong.
    """
    settings = Settings()
    try:
        if not (settings.database_url or settings.database_worker_url or settings.database_owner_url):
            with database_urls(settings) as urls:
                assert urls.worker is not None
                examined = asyncio.run(_examined(settings, urls.worker, "worker", json=json))
        else:
            url, login = _login(settings)
            examined = asyncio.run(_examined(settings, url, login, json=json))
    except DatabaseBusy as error:
        raise CannotRun(f"{error}; is the URL right, and the server up?") from error
    ill = [one for one in examined if one.breaches]
    if json:
        typer.echo(orjson.dumps({"checks": [_document(one) for one in examined]}, option=orjson.OPT_INDENT_2))
    else:
        typer.echo(f"{len(examined)} checks, {len(ill)} with findings.")
    if ill:
        raise typer.Exit(_ILL)


def _login(settings: Settings) -> tuple[str, str]:
    """As whom to look: somebody who sees every row."""
    for login, url in (("worker", settings.database_worker_url), ("owner", settings.database_owner_url)):
        if url is not None:
            ensure_readable(url.get_secret_value(), f"CALLBOARD_DATABASE_{login.upper()}_URL")
            return url.get_secret_value(), login
    raise CannotRun("a doctor sees every row: set CALLBOARD_DATABASE_WORKER_URL, or the owner's")


async def _examined(settings: Settings, url: str, login: str, *, json: bool) -> list[Examined]:
    storage = settings.storage_url
    database = open_database(url)
    patient = Patient(
        settings,
        Storage(None if storage is None else storage.get_secret_value(), settings.home),
        database,
        login,
    )
    try:
        found = []
        async for one in _one_after_the_other(patient, show=not json):
            found.append(one)
            if not json:
                _print(one)
        return found
    finally:
        await database.close()


async def _one_after_the_other(patient: Patient, *, show: bool) -> AsyncIterator[Examined]:
    console = Console(stderr=True)
    for check in (FIRST, *CHECKS):
        if show and sys.stderr.isatty():
            with console.status(check.promise):
                one = await examine(patient, check)
        else:
            one = await examine(patient, check)
        yield one
        if check is FIRST and one.breaches:
            return


def _print(one: Examined) -> None:
    typer.echo(f"{'✗' if one.breaches else '✓'} {one.check.promise}")
    for breach in one.breaches[:_SHOWN]:
        typer.echo(f"    {printable(breach.subject)}: {printable(breach.detail)}")
    if len(one.breaches) > _SHOWN:
        more = len(one.breaches) - _SHOWN
        typer.echo(f"    and {more} more" if len(one.breaches) < MOST_BREACHES else "    and more")
    if one.breaches:
        typer.echo(f"    → {one.check.advice}")


def _document(one: Examined) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": one.check.name,
        "promise": one.check.promise,
        "holds": not one.breaches,
    }
    if one.breaches:
        document["findings"] = [{"subject": each.subject, "detail": each.detail} for each in one.breaches]
        document["advice"] = one.check.advice
    return document
