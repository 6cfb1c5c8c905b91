"""`callboard migrate`: the database's schema, brought to this version's."""

from __future__ import annotations

import typer

from api.cli.cannot_run import CannotRun
from api.cli.databases import bring_up_to_date, database_urls, ensure_readable
from api.cli.stopping import stopped_by_signals
from api.settings import Settings


def command() -> None:
    """Bring the database to this version's schema, as its owner (CALLBOARD_DATABASE_OWNER_URL)."""
    settings = Settings()
    if settings.database_owner_url is not None:
        owner_url = settings.database_owner_url.get_secret_value()
        ensure_readable(owner_url, "CALLBOARD_DATABASE_OWNER_URL")
        typer.echo(_done(bring_up_to_date(owner_url)))
        return
    if settings.database_url is not None:
        raise CannotRun("migrating needs the owner's login: set CALLBOARD_DATABASE_OWNER_URL")
    with stopped_by_signals(), database_urls(settings) as urls:
        assert urls.owner is not None
        typer.echo(_done(bring_up_to_date(urls.owner)))


def _done(revision: str) -> str:
    return f"The database is at revision {revision}."
