"""One instant of the database, seen whole, for as long as a backup takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.rows import TupleRow

from persistence.backup.errors import BackupFailed
from persistence.embedded import libpq_url

_TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
"""

# Row-level security binds the owner too, and hides rows from a count as it does from pg_dump: the two would
# agree. So it is the policies that have to say that the owner sees every row.
_NOT_SEEN_WHOLE = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND row_security_active(c.oid)
  AND (
      NOT EXISTS (
          SELECT FROM pg_policy p
          WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd IN ('*', 'r')
            AND pg_get_expr(p.polqual, p.polrelid) = 'true'
            AND EXISTS (SELECT FROM unnest(p.polroles) AS r
                        WHERE CASE r WHEN 0 THEN true ELSE pg_has_role(current_user, r, 'USAGE') END)
      )
      OR EXISTS (
          SELECT FROM pg_policy p
          WHERE p.polrelid = c.oid AND NOT p.polpermissive AND p.polcmd IN ('*', 'r')
            AND EXISTS (SELECT FROM unnest(p.polroles) AS r
                        WHERE CASE r WHEN 0 THEN true ELSE pg_has_role(current_user, r, 'USAGE') END)
      )
  )
ORDER BY c.relname
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the database was at the instant: which rows, told by their number, and which schema.

    snapshot_id: by which pg_dump sees the same instant, while the snapshot is held.
    rows: of each table. storage_keys: the exported files it knows of.
    """

    snapshot_id: str
    server_major: int
    revision: str
    rows: dict[str, int]
    storage_keys: tuple[str, ...]


@contextmanager
def snapshot_held(owner_url: str) -> Iterator[Snapshot]:
    """Hold an instant of the database open. Raises BackupFailed when it is not ours or not seen whole."""
    try:
        with psycopg.connect(libpq_url(owner_url)) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            connection.execute("SET LOCAL statement_timeout = 0")
            yield _taken(connection)
    except psycopg.Error as error:
        raise BackupFailed(f"the database cannot be read: {_first_line(error)}") from error


def row_counts(connection: Connection[TupleRow]) -> dict[str, int]:
    """How many rows each table has, in the connection's own snapshot."""
    tables = [name for (name,) in connection.execute(_TABLES)]
    return {
        name: _value(connection, sql.SQL("SELECT count(*) FROM {}").format(_public(name))) for name in tables
    }


def _taken(connection: Connection[TupleRow]) -> Snapshot:
    hidden = [name for (name,) in connection.execute(_NOT_SEEN_WHOLE)]
    if hidden:
        raise BackupFailed(
            f"this login does not see every row of {', '.join(hidden)}: a backup would not be complete\n"
            "  Back up as callboard_owner; its policy on each table must be USING (true), none restrictive."
        )
    if not _value(connection, "SELECT to_regclass('public.alembic_version') IS NOT NULL"):
        raise BackupFailed("this database has no Callboard in it; is CALLBOARD_DATABASE_OWNER_URL right?")
    keys = connection.execute("SELECT storage_key FROM exports ORDER BY storage_key").fetchall()
    return Snapshot(
        snapshot_id=_value(connection, "SELECT pg_export_snapshot()"),
        server_major=connection.info.server_version // 10_000,
        revision=_value(connection, "SELECT version_num FROM alembic_version"),
        rows=row_counts(connection),
        storage_keys=tuple(key for (key,) in keys),
    )


def _value(connection: Connection[TupleRow], statement: str | sql.Composed) -> Any:  # noqa: ANN401
    row = connection.execute(statement).fetchone()
    assert row is not None
    return row[0]


def _public(table: str) -> sql.Identifier:
    return sql.Identifier("public", table)


def _first_line(error: psycopg.Error) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
