"""`callboard backup`: everything that cannot be made again, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.backup.archive import FILES
from api.backup.manifest import Manifest
from api.backup.progress import shown_progress
from api.backup.take import Wanted, take_backup
from api.checking.tables import counted
from api.cli.cannot_run import CannotRun
from api.cli.databases import owner_url
from api.cli.stopping import given_up_on_signals
from api.settings import Settings
from api.storage import Storage, StorageUnavailable
from persistence.backup.errors import BackupFailed


def command(
    file: Annotated[Path, typer.Argument(help="Where the backup goes; nothing may be there yet.")],
    without_key: Annotated[
        bool, typer.Option("--without-key", help="Leave out the key in CALLBOARD_HOME that signs tokens.")
    ] = False,
) -> None:
    """Back up the database, the exported files of a folder, and the signing key, as the database's owner.

    The service may run meanwhile: it is backed up as it was at one instant. Keep the file secret.
    """
    settings = Settings()
    key = settings.home / "issuer-key.pem"
    with given_up_on_signals("no backup was made"), owner_url(settings, "a backup") as url:
        wanted = Wanted(url, _folder_of(settings), None if without_key or not key.exists() else key)
        try:
            with shown_progress() as progress:
                manifest = take_backup(wanted, file, progress)
        except (BackupFailed, StorageUnavailable) as error:
            raise CannotRun(str(error)) from error
    typer.echo(
        _summary(file, manifest, with_key=wanted.key is not None, with_files=wanted.storage is not None)
    )


def _folder_of(settings: Settings) -> Storage | None:
    """The store of exported files where that is a folder; others are backed up by whoever runs them."""
    url = None if settings.storage_url is None else settings.storage_url.get_secret_value()
    return Storage(url, settings.home) if url is None or url.startswith("file:") else None


def _summary(file: Path, manifest: Manifest, *, with_key: bool, with_files: bool) -> str:
    files = counted(sum(name.startswith(FILES) for name in manifest.checksums), "exported file")
    rows = f"{sum(manifest.rows.values()):,} rows of {counted(len(manifest.rows), 'table')}, counted twice"
    lines = [f"{file}: {rows}; {files}; revision {manifest.revision}."]
    if manifest.missing_files:
        lines.append(f"{counted(len(manifest.missing_files), 'exported file')} had gone from the store.")
    if not with_files:
        lines.append("Exported files are in an object store, and are not in the backup.")
    lines.append(
        "It has the key that signs tokens: keep it secret."
        if with_key
        else "The key that signs tokens is not in it: without it, tokens and secrets of webhooks change."
    )
    return "\n".join(lines)
