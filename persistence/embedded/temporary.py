"""A throw-away server for tests."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from persistence.embedded.account import parent_mode
from persistence.embedded.server import EmbeddedPostgres

_MEMORY = Path("/dev/shm")  # noqa: S108 - only ever the parent of mkdtemp
_ENOUGH_BYTES = 4 << 30


@contextmanager
def temporary_postgres(*, max_connections: int = 100) -> Iterator[EmbeddedPostgres]:
    """A fast, forgetful server under a folder of its own; nothing of it is left afterwards."""
    with temporary_folder() as folder:
        server = EmbeddedPostgres(folder, durable=False, max_connections=max_connections)
        try:
            with server:
                yield server
        finally:
            server.remove()


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder the server's account can pass through; in memory where there is plenty.

    A cluster is a thousand small files: in memory a copy of a database takes a seventh of the time.
    """
    in_memory = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ENOUGH_BYTES
    folder = Path(tempfile.mkdtemp(prefix="callboard-", dir=_MEMORY if in_memory else None))
    try:
        folder.chmod(parent_mode())
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
