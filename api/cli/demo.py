"""`callboard demo`: the service with the demo venue, and what to try first."""

from __future__ import annotations

import asyncio
from uuid import UUID

import typer

from api.cli.address import bound_socket, url_of
from api.cli.databases import bring_up_to_date, database_urls, ensure_servable, open_database
from api.cli.serve import Host, Port
from api.cli.stopping import stopped_by_signals
from api.cli.tour import tour
from api.cli.web_server import run_server
from api.cli.worker_process import worker_beside
from api.demo.load import load_demo, worst_conflict
from api.settings import Settings


def command(port: Port = 8000, host: Host = "127.0.0.1") -> None:
    """Serve the demo venue, with its data in CALLBOARD_HOME. Ctrl-C stops everything this starts."""
    settings = Settings()
    with (
        stopped_by_signals(),
        bound_socket(host, port) as listener,
        database_urls(settings) as urls,
    ):
        if urls.owner is not None:
            bring_up_to_date(urls.owner)
        ensure_servable(urls.application)
        conflict_id = asyncio.run(_prepare(urls.application))
        text = tour(settings, url_of(listener), conflict_id)
        with worker_beside(urls.worker, **_mail(settings, url_of(listener))):
            run_server(listener, urls.application, lambda: typer.echo(text), workers=1, quiet=True)


def _mail(settings: Settings, url: str) -> dict[str, str]:
    """Letters become files that one can open, soon after what they tell of."""
    folder = settings.home.absolute() / "mail"
    return {
        "CALLBOARD_MAIL_URL": folder.as_uri(),
        "CALLBOARD_MAIL_FROM": "Callboard demo <callboard@demo.invalid>",
        "CALLBOARD_MAIL_BATCH_SECONDS": "5",
        "CALLBOARD_PUBLIC_URL": url,
    }


async def _prepare(url: str) -> UUID | None:
    """Load the venue if it is not there yet; a conflict worth looking at comes back."""
    database = open_database(url)
    try:
        if await load_demo(database):
            typer.echo("Loaded the demo venue.")
        return await worst_conflict(database)
    finally:
        await database.close()
