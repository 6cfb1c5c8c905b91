"""`callboard restore`: a backup, put back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.backup.archive import KEY, opened
from api.backup.progress import shown_progress
from api.backup.put_back import Target, put_back
from api.checking.tables import counted
from api.cli.cannot_run import CannotRun
from api.cli.databases import owner_url
from api.cli.stopping import given_up_on_signals
from api.settings import Settings
from api.storage import Storage, StorageUnavailable
from persistence.backup.errors import BackupFailed
from persistence.migrate import MigrationFailed


def command(
    file: Annotated[Path, typer.Argument(help="A file that `callboard backup` made.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Delete what the database has now; all else is refused.")
    ] = False,
    live: Annotated[
        bool,
        typer.Option("--live", help="It takes the place of what was backed up: webhooks and notices go on."),
    ] = False,
) -> None:
    """Restore a backup into an empty database, as its owner: whole, or not at all.

    Stop the service and its workers first. A backup of an older version is migrated. Without --live it is a
    copy that tells nobody outside: webhooks are disabled, and what waited to be sent is not sent.
    """
    settings = Settings()
    storage = Storage(
        None if settings.storage_url is None else settings.storage_url.get_secret_value(), settings.home
    )
    try:
        with (
            given_up_on_signals("the database is as it was, or restored whole"),
            opened(file) as archive,
            owner_url(settings, "restoring") as url,
            shown_progress() as progress,
        ):
            target = Target(url, storage, settings.home / "issuer-key.pem", replace, live)
            revision = put_back(archive, target, progress)
            rows = archive.manifest.rows
            with_key = KEY in archive.names
    except (BackupFailed, StorageUnavailable) as error:
        raise CannotRun(str(error)) from error
    except MigrationFailed as error:
        raise CannotRun(f"the backup is restored, but could not be migrated: {error}") from error
    typer.echo(
        f"Restored {sum(rows.values()):,} rows of {counted(len(rows), 'table')}, and counted them;"
        f" the database is at revision {revision}."
    )
    if not live:
        typer.echo("A copy: webhooks are disabled, and what waited to be sent is not (see --live).")
    if not with_key:
        typer.echo("The backup has no signing key: tokens and secrets of webhooks made before are void.")
    if settings.redis_url is not None:
        typer.echo("Now flush Redis: it has answers and facts from after the backup.")
