"""A real PostgreSQL for every test, and the service on it."""

from __future__ import annotations

import gc
import itertools
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from persistence.database import Database
from persistence.embedded import EmbeddedPostgres, EmbeddedUrls, temporary_postgres
from persistence.embedded.databases import connect, create_database, drop_database
from persistence.ids import RandomIds, SystemClock
from persistence.migrate import migrate
from tests.redis_server import RedisServer

settings.register_profile(
    "suite", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")

TEMPLATE = "migrated"
_numbers = itertools.count()


def pytest_collection_finish() -> None:
    """Take what was imported out of the garbage collector's sight: it would walk all of it time and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A server for this run alone, with a migrated database to copy."""
    with temporary_postgres(max_connections=200) as server:
        migrate(server.create_database(TEMPLATE).owner)
        yield server


@pytest.fixture(scope="session")
def caretaker(postgres: EmbeddedPostgres) -> Iterator[psycopg.Connection]:
    """Makes databases and drops them; a new connection each time would take longer than that."""
    with connect(postgres.superuser_url) as connection:
        yield connection


def _copy(server: EmbeddedPostgres, caretaker: psycopg.Connection) -> Iterator[EmbeddedUrls]:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    create_database(caretaker, name, TEMPLATE, durable=False)
    yield server.urls_of(name)
    drop_database(caretaker, name)


@pytest.fixture(scope="module")
def module_urls(postgres: EmbeddedPostgres, caretaker: psycopg.Connection) -> Iterator[EmbeddedUrls]:
    """An empty, migrated database for a module's tests, which then keep out of each other's way."""
    yield from _copy(postgres, caretaker)


@pytest.fixture
def urls(postgres: EmbeddedPostgres, caretaker: psycopg.Connection) -> Iterator[EmbeddedUrls]:
    """An empty, migrated database for one test."""
    yield from _copy(postgres, caretaker)


@pytest.fixture
async def database(urls: EmbeddedUrls) -> AsyncIterator[Database]:
    """Connections of the application role to a database of the test's own."""
    database = Database(urls.application, SystemClock(), RandomIds(), pool_size=10)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis for this run alone."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def redis_url(request: pytest.FixtureRequest) -> str:
    """A Redis: the one that CALLBOARD_TEST_REDIS_URL names, or one of our own."""
    url = os.environ.get("CALLBOARD_TEST_REDIS_URL")
    if url is not None:
        return url
    server: RedisServer = request.getfixturevalue("redis_server")
    return server.url


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real files that are not part of the project; tests that want them skip without them."""
    folder = Path(__file__).parent.parent.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no test data at {folder}")
    return folder
