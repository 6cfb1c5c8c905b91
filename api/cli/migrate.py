"""`callboard migrate`: the database's schema, brought to this version's."""

from __future__ import annotations

import typer

from api.cli.databases import bring_up_to_date, owner_url
from api.cli.stopping import stopped_by_signals
from api.settings import Settings


def command() -> None:
    """Bring the database to this version's schema, as its owner (CALLBOARD_DATABASE_OWNER_URL)."""
    with stopped_by_signals(), owner_url(Settings(), "migrating") as url:
        typer.echo(f"The database is at revision {bring_up_to_date(url)}.")
