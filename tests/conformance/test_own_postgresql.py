"""The SQL that README gives operators makes a database that migrates and serves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
import pytest

from persistence.database import Database
from persistence.embedded import EmbeddedPostgres, temporary_postgres
from persistence.embedded.urls import libpq_url
from persistence.ids import RandomIds, SystemClock
from persistence.migrate import migrate, newest_revision

ROOT = Path(__file__).parent.parent.parent
_SQL_BLOCK = re.compile(r"```sql\n(.*?)```", re.DOTALL)
_LOGIN = re.compile(r"CREATE ROLE (\w+) .* PASSWORD '([^']+)';")


def _sql_of(page: str) -> str:
    found = _SQL_BLOCK.search((ROOT / page).read_text())
    assert found is not None, page
    return found[1]


def _url(server: EmbeddedPostgres, login: str, password: str) -> str:
    """As the application spells it, over the socket of the server."""
    parts = urlsplit(server.superuser_url)
    return urlunsplit(
        (parts.scheme, f"{login}:{quote(password)}@", "/callboard", parts.query, parts.fragment)
    )


@pytest.fixture(scope="module")
def bare_server() -> Iterator[EmbeddedPostgres]:
    """A server on which nothing of Callboard has been made yet."""
    with temporary_postgres(max_connections=20) as server:
        with psycopg.connect(libpq_url(server.superuser_url), autocommit=True) as connection:
            connection.execute("DROP DATABASE callboard WITH (FORCE)")
            for role in ("callboard_owner", "callboard_app", "callboard_worker"):
                connection.execute(f"DROP ROLE {role}")
        yield server


def test_operations_gives_the_same_sql_as_readme() -> None:
    assert _sql_of("docs/operations.md") == _sql_of("README.md")


async def test_readme_sql_makes_a_database_that_serves(bare_server: EmbeddedPostgres) -> None:
    sql = _sql_of("README.md")
    logins = dict(_LOGIN.findall(sql))
    assert set(logins) == {"callboard_owner", "callboard_app", "callboard_worker"}
    with psycopg.connect(libpq_url(bare_server.superuser_url), autocommit=True) as connection:
        for statement in filter(None, map(str.strip, sql.split(";"))):
            connection.execute(statement)

    assert migrate(_url(bare_server, "callboard_owner", logins["callboard_owner"])) == newest_revision()

    for login in ("callboard_app", "callboard_worker"):
        database = Database(_url(bare_server, login, logins[login]), SystemClock(), RandomIds(), pool_size=1)
        try:
            await database.ensure_current()
        finally:
            await database.close()
