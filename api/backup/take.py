"""Makes a backup."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from api.backup.archive import DATABASE, FILES, KEY, Archive, ArchiveWriter, ensure_new, written
from api.backup.manifest import FORMAT, Manifest, application_version
from api.backup.progress import Progress
from api.storage import Storage
from persistence.backup.dump import dump, rows_in
from persistence.backup.errors import BackupFailed
from persistence.backup.programs import ClientPrograms
from persistence.backup.snapshot import Snapshot, snapshot_held
from persistence.migrate import knows


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to back up.

    storage: where exported files are; None leaves them to whoever keeps the store. key: the file with the key
    that signs; None leaves it out.
    """

    owner_url: str
    storage: Storage | None
    key: Path | None


def take_backup(wanted: Wanted, path: Path, progress: Progress) -> Manifest:
    """Write a backup, after which it is read again and its rows are counted.

    Raises BackupFailed, OSError and StorageUnavailable; no file is left then.
    """
    ensure_new(path)
    with snapshot_held(wanted.owner_url) as snapshot:
        if not knows(snapshot.revision):
            raise BackupFailed(
                f"the database is at revision {snapshot.revision}, which this Callboard does not know\n"
                "  Back it up with the version that migrated it."
            )
        programs = ClientPrograms.fitting(snapshot.server_major)

        def check(archive: Archive) -> None:
            progress.stage("Reading it again", archive.size(DATABASE))
            archive.ensure_whole(progress.advance)
            ensure_same(snapshot.rows, rows_in(archive.content(DATABASE), programs))

        with written(path, progress.advance, check) as writer:
            progress.stage("Dumping the database")
            with writer.member(DATABASE) as member:
                dump(wanted.owner_url, snapshot, programs, member)
            missing = _add_files(wanted.storage, snapshot.storage_keys, writer, progress)
            if wanted.key is not None:
                with writer.member(KEY) as member:
                    member.write(wanted.key.read_bytes())
            manifest = _manifest(snapshot, writer, missing)
            writer.finish(manifest)
    return manifest


def ensure_same(expected: Mapping[str, int], found: Mapping[str, int]) -> None:
    """Raise BackupFailed unless the dump has the rows that the database had."""
    wrong = [
        f"{table} has {found.get(table, 0)} rows instead of {count}"
        for table, count in sorted(expected.items())
        if found.get(table, 0) != count
    ]
    wrong += [f"{table} is not of the database" for table in sorted(set(found) - set(expected))]
    if wrong:
        raise BackupFailed(f"the dump is not what the database has: {', '.join(wrong)}")


def _add_files(
    storage: Storage | None, keys: Sequence[str], writer: ArchiveWriter, progress: Progress
) -> tuple[str, ...]:
    """Put the exported files in; those that the store does not have come back."""
    if storage is None:
        return ()
    progress.stage("Adding exported files")
    missing = []
    for key in keys:
        content = asyncio.run(storage.get(key))
        if content is None:
            missing.append(key)
            continue
        with writer.member(FILES + key) as member:
            member.write(content)
    return tuple(missing)


def _manifest(snapshot: Snapshot, writer: ArchiveWriter, missing: tuple[str, ...]) -> Manifest:
    return Manifest(
        format=FORMAT,
        application_version=application_version(),
        revision=snapshot.revision,
        server_major=snapshot.server_major,
        made_at=datetime.now(UTC),
        rows=snapshot.rows,
        checksums=writer.checksums,
        missing_files=missing,
    )
