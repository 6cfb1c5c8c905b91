"""The one file that a backup is: a zip of members, the last of which says what the others are."""

from __future__ import annotations

import hashlib
import os
import secrets
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from api.backup.manifest import Manifest
from persistence.backup.errors import BackupFailed

DATABASE = "database.dump"
KEY = "issuer-key.pem"
FILES = "files/"
_MANIFEST = "manifest.json"
_CHUNK_BYTES = 1 << 20

Told = Callable[[int], None]
"""Hears how many bytes went by."""


class ArchiveWriter:
    """Takes members one after the other, and remembers what each must be when it is read again."""

    def __init__(self, archive: zipfile.ZipFile, told: Told) -> None:
        self._archive = archive
        self._told = told
        self.checksums: dict[str, str] = {}

    @contextmanager
    def member(self, name: str) -> Iterator[_Hashing]:
        """A member to be written to."""
        # The dump and most exported files are compressed already.
        info = zipfile.ZipInfo(name)
        info.external_attr = 0o600 << 16
        with self._archive.open(info, "w", force_zip64=True) as handle:
            hashing = _Hashing(handle.write, self._told)
            yield hashing
        self.checksums[name] = hashing.digest.hexdigest()

    def finish(self, manifest: Manifest) -> None:
        """Write the last member."""
        info = zipfile.ZipInfo(_MANIFEST)
        info.external_attr = 0o600 << 16
        self._archive.writestr(info, manifest.model_dump_json(by_alias=True, indent=2))


class _Hashing:
    def __init__(self, write: Callable[[bytes], int], told: Told) -> None:
        self._write = write
        self._told = told
        self.digest = hashlib.sha256()

    def write(self, content: bytes, /) -> None:
        self.digest.update(content)
        self._write(content)
        self._told(len(content))


class Archive:
    """A backup that is read. Raises BackupFailed where it is damaged."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        try:
            self.manifest = Manifest.read(archive.read(_MANIFEST))
        except KeyError as error:
            raise BackupFailed("this is no backup of Callboard: it has no manifest") from error

    @property
    def names(self) -> list[str]:
        """Its members but for the manifest."""
        return [name for name in self._archive.namelist() if name != _MANIFEST]

    def size(self, name: str) -> int:
        """How many bytes a member has."""
        return self._archive.getinfo(name).file_size

    def content(self, name: str) -> Iterator[bytes]:
        """A member's content, in parts."""
        try:
            with self._archive.open(name) as handle:
                while part := handle.read(_CHUNK_BYTES):
                    yield part
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise BackupFailed(f"the backup is damaged: {name} cannot be read") from error

    def ensure_whole(self, told: Told) -> None:
        """Compare every member with what the manifest says of it."""
        expected = dict(self.manifest.checksums)
        if set(self.names) != set(expected) or DATABASE not in expected:
            raise BackupFailed("the backup is damaged: its members are not those its manifest names")
        for name, checksum in expected.items():
            digest = hashlib.sha256()
            for part in self.content(name):
                digest.update(part)
                told(len(part))
            if digest.hexdigest() != checksum:
                raise BackupFailed(f"the backup is damaged: {name} is not what was backed up")


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """A backup to read. Raises BackupFailed, and OSError where the file cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield Archive(archive)
    except zipfile.BadZipFile as error:
        raise BackupFailed(f"{path} is no backup of Callboard, or only a part of one") from error


@contextmanager
def written(path: Path, told: Told, check: Callable[[Archive], None]) -> Iterator[ArchiveWriter]:
    """A new file for its owner's eyes alone, there when the block ends well and not before.

    check: raises what keeps the finished file from being put there. A file that is there already is left
    alone. Raises BackupFailed for one, and OSError.
    """
    ensure_new(path)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            with zipfile.ZipFile(file, "w") as archive:
                yield ArchiveWriter(archive, told)
            file.flush()
            os.fsync(file.fileno())
        with opened(draft) as finished:
            check(finished)
        _put_in_place(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def ensure_new(path: Path) -> None:
    """Raise BackupFailed where there is something already."""
    if os.path.lexists(path):
        raise BackupFailed(f"{path} is there already; name another file, or take it away first")


def _put_in_place(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)  # unlike a rename it fails when somebody else was faster
    except FileExistsError:
        ensure_new(path)
        raise
    except OSError:  # a file system without links
        ensure_new(path)
        draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
