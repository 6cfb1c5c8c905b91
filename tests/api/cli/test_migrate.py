"""A migration that is cut short, and two at once."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from persistence import job_queue
from persistence.embedded import EmbeddedPostgres, EmbeddedUrls, libpq_url
from persistence.migrate import _config, newest_revision
from tests.api.cli.processes import Process, wait_until

_numbers = itertools.count()
_TABLES = """
SELECT array_agg(relname ORDER BY relname) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
"""
_WAITING = """
SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE NOT l.granted AND l.locktype = '{}' AND d.datname = current_database()
"""
_SESSIONS = "SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = current_database()"


@pytest.fixture
def old(postgres: EmbeddedPostgres) -> Iterator[EmbeddedUrls]:
    """A database that an older Callboard serves."""
    name = f"old_{os.getpid()}_{next(_numbers)}"
    urls = postgres.create_database(name)
    engine = create_engine(urls.owner, poolclass=NullPool)
    with engine.begin() as connection:
        command.upgrade(_config(connection), "0008")
        job_queue.bring_up_to_date(connection)
    engine.dispose()
    yield urls
    postgres.drop_database(name)


def told(url: str, statement: str) -> Any:
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]


def migration(urls: EmbeddedUrls, output: Path) -> Process:
    return Process(output, {"CALLBOARD_DATABASE_OWNER_URL": urls.owner}, "migrate")


def test_killed_in_the_middle_it_leaves_the_old_schema(old: EmbeddedUrls, tmp_path: Path) -> None:
    before = told(old.owner, _TABLES)
    with psycopg.connect(libpq_url(old.owner)) as holder:
        # The first migration to come makes a table, and then functions that read this one.
        holder.execute("LOCK TABLE scheduled_events")
        process = migration(old, tmp_path / "first.txt")
        try:
            wait_until(lambda: told(old.owner, _WAITING.format("relation")) == 1)
            process.process.send_signal(signal.SIGKILL)
            process.process.wait()
        finally:
            process.kill()
    wait_until(lambda: told(old.owner, _SESSIONS) == 0)
    assert told(old.owner, "SELECT version_num FROM alembic_version") == "0008"
    assert told(old.owner, _TABLES) == before
    assert told(old.application, "SELECT count(*) FROM scheduled_events") == 0  # what serves it goes on
    again = migration(old, tmp_path / "second.txt")
    assert again.process.wait(60) == 0
    assert again.text == f"The database is at revision {newest_revision()}.\n"


def test_of_two_at_once_one_waits_and_finds_it_done(old: EmbeddedUrls, tmp_path: Path) -> None:
    with psycopg.connect(libpq_url(old.owner)) as holder:
        holder.execute("LOCK TABLE scheduled_events")
        processes = [migration(old, tmp_path / f"{number}.txt") for number in range(2)]
        wait_until(lambda: told(old.owner, _WAITING.format("relation")) == 1)
        wait_until(lambda: told(old.owner, _WAITING.format("advisory")) == 1)
    for process in processes:
        assert process.process.wait(60) == 0
        assert process.text == f"The database is at revision {newest_revision()}.\n"
