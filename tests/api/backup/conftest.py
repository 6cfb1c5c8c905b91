"""The demo venue in a database, a backup of it, and places to put that."""

from __future__ import annotations

import itertools
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from api.backup.archive import opened
from api.backup.progress import shown_progress
from api.backup.put_back import Target, put_back
from api.backup.take import Wanted, take_backup
from api.demo.load import load_demo
from api.storage import Storage
from persistence.backup import programs
from persistence.database import Database
from persistence.embedded import EmbeddedPostgres, EmbeddedUrls, libpq_url
from persistence.embedded.programs import installed_programs
from persistence.ids import RandomIds, SystemClock

_numbers = itertools.count()
_EXPORT = """
INSERT INTO exports VALUES (gen_random_uuid(), gen_random_uuid(), 2, gen_random_uuid(), 'Daily',
    '2030-01-01', 'Pdf',
    'a.pdf', '{}', 8, now(), now())
"""
KEY = "exports/" + "a" * 43 + ".pdf"
GONE = "exports/" + "b" * 43 + ".ics"


@pytest.fixture(scope="module")
async def venue(module_urls: EmbeddedUrls, tmp_path_factory: pytest.TempPathFactory) -> Wanted:
    """The demo venue, two exports of which one has lost its file, and a key. Not to be written to."""
    database = Database(module_urls.application, SystemClock(), RandomIds(), pool_size=1)
    await load_demo(database)
    await database.close()
    home = tmp_path_factory.mktemp("venue")
    storage = Storage(None, home)
    await storage.put(KEY, b"%PDF-1.7", "application/pdf", "a.pdf")
    for key in (KEY, GONE):
        execute(module_urls.owner, _EXPORT.format(key))
    (home / "issuer-key.pem").write_text("a key")
    return Wanted(module_urls.owner, storage, home / "issuer-key.pem")


@pytest.fixture(scope="module")
def backup(venue: Wanted, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the venue."""
    path = tmp_path_factory.mktemp("backups") / "venue.backup"
    with shown_progress() as progress:
        take_backup(venue, path, progress)
    return path


@pytest.fixture
def bare(postgres: EmbeddedPostgres) -> Iterator[EmbeddedUrls]:
    """A database with nothing in it."""
    name = f"restored_{os.getpid()}_{next(_numbers)}"
    yield postgres.create_database(name)
    postgres.drop_database(name)


Restore = Callable[..., str]


@pytest.fixture
def restore(tmp_path: Path) -> Restore:
    """Restore a backup: `restore(path, urls, replace=True)` gives the revision."""

    def call(path: Path, urls: EmbeddedUrls, *, replace: bool = False, live: bool = True) -> str:
        target = Target(urls.owner, Storage(None, tmp_path), tmp_path / "issuer-key.pem", replace, live)
        with opened(path) as archive, shown_progress() as progress:
            return put_back(archive, target, progress)

    return call


Instead = Callable[[str, str], None]


@pytest.fixture
def instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Instead:
    """Another program in the place of one of PostgreSQL's: `instead("pg_dump", 'exec "$REAL" --x "$@"')`."""

    def put(name: str, script: str) -> None:
        folder = tmp_path / "programs"
        folder.mkdir(exist_ok=True)
        for one in ("pg_dump", "pg_restore", "psql"):
            (folder / one).unlink(missing_ok=True)
            (folder / one).symlink_to(installed_programs() / one)
        (folder / name).unlink()
        real = installed_programs() / name
        version = '[ "$1" = --version ] && exec "$REAL" "$@"'
        (folder / name).write_text(f'#!/bin/sh\nREAL="{real}"\n{version}\n{script}\n')
        (folder / name).chmod(stat.S_IRWXU)
        monkeypatch.setattr(programs, "installed_programs", lambda: folder)

    return put


def execute(url: str, statement: str) -> list[tuple[object, ...]]:
    """Run a statement; its rows come back."""
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []
