"""`callboard serve`: the service on a database that is there already."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.address import bound_socket, url_of
from api.cli.databases import bring_up_to_date, database_urls, ensure_servable
from api.cli.stopping import stopped_by_signals
from api.cli.web_server import run_server
from api.cli.worker_process import worker_beside
from api.settings import Settings

_CONNECTIONS_TO_SPARE = 40

Port = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")]
Host = Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all of this machine's.")]


def command(
    port: Port = 8000,
    host: Host = "127.0.0.1",
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many processes serve.")] = 1,
    without_worker: Annotated[
        bool, typer.Option("--without-worker", help="Start no worker: facts and jobs wait.")
    ] = False,
) -> None:
    """Serve the API. The embedded database is migrated first; your own must be: `callboard migrate`.

    A worker runs beside it: always on the embedded database, on your own with CALLBOARD_DATABASE_WORKER_URL;
    never with --without-worker.
    """
    settings = Settings()
    connections = workers * settings.database_pool_size + _CONNECTIONS_TO_SPARE
    with (
        stopped_by_signals(),
        bound_socket(host, port) as listener,
        database_urls(settings, connections=connections) as urls,
    ):
        if settings.database_url is None and urls.owner is not None:
            bring_up_to_date(urls.owner)
        ensure_servable(urls.application)
        url = url_of(listener)

        def announce() -> None:
            typer.echo(f"Callboard serves at {url} (interactive documentation at {url}/docs).")

        with worker_beside(None if without_worker else urls.worker):
            run_server(
                listener,
                urls.application,
                announce,
                workers=workers,
                quiet=False,
                json_logs=settings.log_format == "json",
            )
