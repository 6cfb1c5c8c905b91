"""Puts a backup back."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.backup.archive import DATABASE, FILES, KEY, Archive
from api.backup.progress import Progress
from api.exports.formats import EXTENSIONS, MEDIA_TYPES
from api.storage import Storage
from persistence.backup.errors import BackupFailed
from persistence.backup.load import ensure_free, load
from persistence.backup.programs import ClientPrograms
from persistence.migrate import knows, migrate

_MEDIA_TYPES = {EXTENSIONS[one]: media_type for one, media_type in MEDIA_TYPES.items()}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a backup goes.

    key: the file the signing key belongs in. replace: what is there may be deleted.
    live: it takes the place of what was backed up; otherwise webhooks and notices are silenced.
    """

    owner_url: str
    storage: Storage
    key: Path
    replace: bool
    live: bool


def put_back(archive: Archive, target: Target, progress: Progress) -> str:
    """Restore a backup and bring it to this version's schema, whose revision comes back.

    Files first, which are in nobody's way, then the database in one transaction, then the key: whenever it is
    cut short, the database is what it was or what it is to be, and doing it again completes it. Raises
    BackupFailed, OSError, StorageUnavailable, and MigrationFailed with the backup restored as it was made.
    """
    manifest = archive.manifest
    if not knows(manifest.revision):
        raise BackupFailed(
            f"this backup is of revision {manifest.revision}, made by Callboard"
            f" {manifest.application_version}, which is newer\n  Restore it with that version or a later one."
        )
    progress.stage("Checking the backup", sum(archive.size(name) for name in archive.names))
    archive.ensure_whole(progress.advance)
    major = ensure_free(target.owner_url, replace=target.replace)
    programs = ClientPrograms.fitting(max(major, manifest.server_major))
    with _key_prepared(archive, target):
        _put_files(archive, target.storage, progress)
        progress.stage("Restoring the database", archive.size(DATABASE))
        load(
            target.owner_url,
            _told(archive, progress),
            manifest.rows,
            programs,
            server_major=major,
            replace=target.replace,
            live=target.live,
        )
    progress.stage("Migrating")
    return migrate(target.owner_url)


def _told(archive: Archive, progress: Progress) -> Iterator[bytes]:
    for part in archive.content(DATABASE):
        yield part
        progress.advance(len(part))


@contextmanager
def _key_prepared(archive: Archive, target: Target) -> Iterator[None]:
    """The key beside where it belongs, for the block, and in its place when that ends well."""
    if KEY not in archive.names:
        yield
        return
    content = b"".join(archive.content(KEY))
    present = target.key.read_bytes() if target.key.exists() else None
    if present == content:
        yield
        return
    if present is not None and not target.replace:
        raise BackupFailed(
            f"{target.key} is another key than the backup's\n"
            "  Take it away first, or say --replace: tokens signed with it are then void."
        )
    target.key.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.key.with_name(f".{target.key.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        yield
        fresh.replace(target.key)
    finally:
        fresh.unlink(missing_ok=True)


def _put_files(archive: Archive, storage: Storage, progress: Progress) -> None:
    names = [name for name in archive.names if name.startswith(FILES)]
    progress.stage("Restoring exported files")
    for name in names:
        content = b"".join(archive.content(name))
        key = name.removeprefix(FILES)
        media_type = _MEDIA_TYPES.get(key.rpartition(".")[2], "application/octet-stream")
        try:
            asyncio.run(storage.put(key, content, media_type, key.rpartition("/")[2]))
        except ValueError as error:
            raise BackupFailed(f"the backup is damaged: {name} is no exported file") from error
