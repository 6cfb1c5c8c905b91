"""`callboard worker`: background work, on a database that is there already."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from logging.config import dictConfig
from typing import Annotated

import typer

from api.cli.cannot_run import CannotRun
from api.cli.databases import ensure_readable
from api.settings import Settings
from api.telemetry.logs import log_config
from api.worker import Worker
from persistence.database import SchemaOutOfDate
from persistence.unit_of_work import DatabaseBusy

_VARIABLE = "CALLBOARD_DATABASE_WORKER_URL"


def command(
    attached: Annotated[
        bool, typer.Option("--attached", help="End with standard input: with what started this.")
    ] = False,
) -> None:
    """Publish facts, deliver them and do the jobs, until stopped. `callboard serve` starts one of its own."""
    settings = Settings()
    if settings.database_worker_url is None:
        raise CannotRun(f"background work needs the worker's login: set {_VARIABLE}")
    url = settings.database_worker_url.get_secret_value()
    ensure_readable(url, _VARIABLE)
    if settings.log_format == "json":
        dictConfig(log_config("info"))
    else:
        logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(_work(settings, url, attached=attached))
    except SchemaOutOfDate as error:
        raise CannotRun(str(error)) from error
    except DatabaseBusy as error:
        raise CannotRun(f"{error}; is {_VARIABLE} right, and the server up?") from error


async def _work(settings: Settings, url: str, *, attached: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stop.set)
    if attached:
        loop.add_reader(sys.stdin.fileno(), _end_with, sys.stdin.fileno(), stop)
    if not attached:
        typer.echo("Callboard works in the background.")
    await Worker(settings, url).run(stop)


def _end_with(descriptor: int, stop: asyncio.Event) -> None:
    """Nothing is ever written there: what can be read is the end."""
    asyncio.get_running_loop().remove_reader(descriptor)
    stop.set()
