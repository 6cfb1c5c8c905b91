"""Files in an object store: a folder, S3, Azure or Google Cloud, by one URL."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, LocalStore, ObjectStore, S3Store, from_url

SCHEMES = frozenset({"file", "s3", "s3a", "gs", "az", "azure", "adl", "abfs", "abfss"})
_KEY = re.compile(r"[a-z]+/[A-Za-z0-9_-]{43}\.[a-z]+")


class StorageUnavailable(Exception):
    """The object store does not do what it is asked to."""


class BadStorageUrl(ValueError):
    """A storage URL that names no store."""


def check_storage_url(url: str) -> str:
    """The URL. Raises BadStorageUrl unless it names a kind of store that is known."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise BadStorageUrl(f"it must start with one of {', '.join(sorted(SCHEMES))} and ://")
    if parts.scheme == "file" and (parts.netloc or not parts.path.startswith("/")):
        raise BadStorageUrl("it must be an absolute path, e.g. file:///var/lib/callboard/files")
    return url


def new_key(folder: str, extension: str) -> str:
    """A key that nobody guesses: 256 random bits."""
    return f"{folder}/{secrets.token_urlsafe(32)}.{extension}"


class Storage:
    """Keeps files under keys made by `new_key`. Credentials come from the provider's own variables.

    Each call raises StorageUnavailable when the store fails, and ValueError for a key of another form.
    """

    def __init__(self, url: str | None, home: Path) -> None:
        self._url = url
        self._folder = home / "files"

    async def put(self, key: str, content: bytes, media_type: str, file_name: str) -> None:
        """Store a file."""
        store = self._opened()
        attributes = None
        if isinstance(store, S3Store | GCSStore | AzureStore):
            attributes = {"Content-Type": media_type, "Content-Disposition": disposition(file_name)}
        try:
            await obstore.put_async(store, _checked(key), content, attributes=attributes)
        except (BaseError, OSError) as error:
            raise StorageUnavailable(str(error)) from error

    async def get(self, key: str) -> bytes | None:
        """The file's content; None when it is not there any more."""
        store = self._opened()
        try:
            answer = await obstore.get_async(store, _checked(key))
            return bytes(await answer.bytes_async())
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise StorageUnavailable(str(error)) from error

    async def delete(self, key: str) -> None:
        """Remove a file; one that is gone already is no error."""
        store = self._opened()
        try:
            await obstore.delete_async(store, _checked(key))
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise StorageUnavailable(str(error)) from error

    async def keys(self, folder: str) -> set[str]:
        """The keys of all files in a folder."""
        store = self._opened()
        found: set[str] = set()
        try:
            async for batch in obstore.list(store, prefix=folder):
                found.update(one["path"] for one in batch)
        except (BaseError, OSError) as error:
            raise StorageUnavailable(str(error)) from error
        return found

    async def signed_url(self, key: str, lifetime: timedelta) -> str | None:
        """A URL that gives the file to anybody for that long; None where the store has no such thing."""
        store = self._opened()
        if not isinstance(store, S3Store | GCSStore | AzureStore):
            return None
        try:
            return await obstore.sign_async(store, "GET", _checked(key), lifetime)
        except (BaseError, OSError) as error:
            raise StorageUnavailable(str(error)) from error

    def _opened(self) -> ObjectStore:
        """The store: a folder is made when it is first needed, which may fail as any call does."""
        try:
            return self._store
        except (BaseError, OSError) as error:
            raise StorageUnavailable(str(error)) from error

    @cached_property
    def _store(self) -> ObjectStore:
        if self._url is None:
            return self._local(self._folder)
        if self._url.startswith("file:"):
            return self._local(Path(urlsplit(self._url).path))
        return from_url(self._url)

    @staticmethod
    def _local(folder: Path) -> LocalStore:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return LocalStore(folder.absolute())


def disposition(file_name: str) -> str:
    """The header under whose name a browser saves a file; the name is ASCII."""
    return f'attachment; filename="{file_name}"'


def _checked(key: str) -> str:
    if _KEY.fullmatch(key) is None:
        raise ValueError("not a key of this store")
    return key
