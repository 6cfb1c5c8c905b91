"""Which database a command works on: your own, or the embedded one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import typer
from pydantic import SecretStr

from api.cli.cannot_run import CannotRun
from api.settings import Settings
from persistence.database import BadDatabaseUrl, Database, SchemaOutOfDate
from persistence.embedded import EmbeddedPostgres, EmbeddedPostgresFailed, EmbeddedUrls
from persistence.ids import RandomIds, SystemClock
from persistence.migrate import MigrationFailed, SchemaTooNew, migrate
from persistence.unit_of_work import DatabaseBusy


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """How to reach it as the application, and as the owner and the worker where that is known."""

    application: str
    owner: str | None
    worker: str | None


@contextmanager
def database_urls(settings: Settings, *, connections: int = 100) -> Iterator[DatabaseUrls]:
    """Your own database when CALLBOARD_DATABASE_URL names one, else the embedded one, running for the block.

    connections: how many the embedded one must take.
    """
    owner = settings.database_owner_url
    if settings.database_url is not None:
        application = settings.database_url.get_secret_value()
        ensure_readable(application, "CALLBOARD_DATABASE_URL")
        worker = _spoken(settings.database_worker_url)
        if worker is not None:
            ensure_readable(worker, "CALLBOARD_DATABASE_WORKER_URL")
        yield DatabaseUrls(application, _spoken(owner), worker)
        return
    for name, url in (("OWNER", owner), ("WORKER", settings.database_worker_url)):
        if url is not None:
            raise CannotRun(f"CALLBOARD_DATABASE_{name}_URL is set; set CALLBOARD_DATABASE_URL beside it")
    typer.echo(f"Opening the database in {settings.home} ...", err=True)
    server = EmbeddedPostgres(settings.home, max_connections=max(100, connections))
    try:
        urls = _started(server, settings)
        yield DatabaseUrls(urls.application, urls.owner, urls.worker)
    except EmbeddedPostgresFailed as error:
        raise CannotRun(str(error)) from error
    finally:
        server.stop()


@contextmanager
def owner_url(settings: Settings, purpose: str) -> Iterator[str]:
    """The database as its owner: yours by CALLBOARD_DATABASE_OWNER_URL, else the embedded one for the block.

    purpose: what needs the login, as a sentence begins.
    """
    if settings.database_owner_url is not None:
        url = settings.database_owner_url.get_secret_value()
        ensure_readable(url, "CALLBOARD_DATABASE_OWNER_URL")
        yield url
        return
    if settings.database_url is not None:
        raise CannotRun(f"{purpose} needs the owner's login: set CALLBOARD_DATABASE_OWNER_URL")
    with database_urls(settings) as urls:
        assert urls.owner is not None
        yield urls.owner


def _spoken(url: SecretStr | None) -> str | None:
    return None if url is None else url.get_secret_value()


def _started(server: EmbeddedPostgres, settings: Settings) -> EmbeddedUrls:
    try:
        return server.start()
    except OSError as error:
        # What making a folder says where a file is in the way.
        reason = "Not a directory" if isinstance(error, FileExistsError) else error.strerror or str(error)
        raise CannotRun(
            f"the database in {settings.home} cannot be opened: {reason}; choose another CALLBOARD_HOME"
        ) from error


def ensure_readable(url: str, variable: str) -> None:
    """Give up on a URL that is none of a PostgreSQL; it may hold a password and is not repeated."""
    readable = url.startswith(("postgresql://", "postgresql+"))
    try:
        if readable:
            Database(url, SystemClock(), RandomIds())
    except (BadDatabaseUrl, ValueError):
        readable = False
    if not readable:
        raise CannotRun(
            f"{variable} cannot be read: it should look like postgresql://user:password@host/database"
        )


def bring_up_to_date(owner_url: str) -> str:
    """Migrate as the owner and answer the revision."""
    try:
        return migrate(owner_url)
    except SchemaTooNew as error:
        raise CannotRun(f"{error}\n  Run the Callboard that migrated it, or a later one.") from error
    except MigrationFailed as error:
        raise CannotRun(
            f"the database could not be migrated: {error}\n"
            "  Check CALLBOARD_DATABASE_OWNER_URL and that its login owns the database."
        ) from error


def open_database(url: str, *, pool_size: int = 1) -> Database:
    """Connections for a command's own work."""
    return Database(url, SystemClock(), RandomIds(), pool_size=pool_size)


def ensure_servable(url: str) -> None:
    """Give up unless the database answers and has this version's schema."""

    async def check() -> None:
        database = open_database(url)
        try:
            await database.ensure_current()
        finally:
            await database.close()

    try:
        asyncio.run(check())
    except SchemaOutOfDate as error:
        raise CannotRun(str(error)) from error
    except DatabaseBusy as error:
        raise CannotRun(f"{error}; is CALLBOARD_DATABASE_URL right, and the server up?") from error
