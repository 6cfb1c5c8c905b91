"""A dump, put into a database: all of it, checked, or nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping

import psycopg
from psycopg import sql

from persistence.backup.dump import Complaint, as_script
from persistence.backup.errors import BackupFailed
from persistence.backup.programs import ClientPrograms
from persistence.backup.silence import SILENCE
from persistence.embedded import libpq_url
from persistence.migrate import ADVISORY_LOCK

_THINGS = """
SELECT count(*) FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""
_SESSIONS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND usename IN ('callboard_app', 'callboard_worker')
"""
_BEGIN = f"""
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '10s';
SELECT pg_advisory_xact_lock({ADVISORY_LOCK});
"""
_CLEAR = """
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
COMMENT ON SCHEMA public IS 'standard public schema';
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""
_EXTENSION = "CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public;\n"
# PostgreSQL before 17 does not know it.
_TOO_NEW = b"SET transaction_timeout = 0;\n"


def ensure_free(owner_url: str, *, replace: bool) -> int:
    """The server's major version. Raises BackupFailed when the database is in use, or is not empty.

    replace: what is in it may go.
    """
    try:
        with psycopg.connect(libpq_url(owner_url), autocommit=True) as connection:
            sessions, things = (
                row[0] for statement in (_SESSIONS, _THINGS) for row in connection.execute(statement)
            )
            major = connection.info.server_version // 10_000
    except psycopg.Error as error:
        raise BackupFailed(f"the database cannot be reached: {str(error).strip().splitlines()[0]}") from error
    if sessions:
        raise BackupFailed(
            "the database is in use by a service or a worker\n  Stop them first, and start them afterwards."
        )
    if things and not replace:
        raise BackupFailed(
            "the database is not empty\n"
            "  Restore into an empty one, or say --replace: all that is in it is then deleted."
        )
    return major


def load(
    owner_url: str,
    content: Iterable[bytes],
    rows: Mapping[str, int],
    programs: ClientPrograms,
    *,
    server_major: int,
    replace: bool,
    live: bool,
) -> None:
    """Put a dump into the database, in one transaction that ends by counting. Raises BackupFailed.

    rows: how many each table must have. replace: delete first what is there. live: it goes on
    as what was backed up, and tells the world outside what it has to tell.
    """
    process = programs.popen(
        "psql",
        "--no-psqlrc",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--file=-",
        url=owner_url,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    pipe = process.stdin
    complaint = Complaint(process)

    def pass_on(line: bytes) -> None:
        if server_major >= 17 or line != _TOO_NEW:
            pipe.write(line)

    try:
        # No --single-transaction: it would commit what it has when we are killed and its input ends.
        pipe.write((_BEGIN + (_CLEAR if replace else "") + _EXTENSION).encode())
        as_script(content, programs, pass_on)
        pipe.write((_checked(rows) + ("" if live else SILENCE)).encode())
        pipe.write(b"COMMIT;\n")
        pipe.close()
    except BrokenPipeError:
        pass  # psql has given up, and says why
    except BaseException:
        process.kill()
        raise
    finally:
        code = process.wait()
    if code != 0:
        raise BackupFailed(f"the database was left as it was: {complaint.text()}")
    _refresh_statistics(owner_url)


def _checked(rows: Mapping[str, int]) -> str:
    """SQL that fails unless the tables are those, with so many rows each."""
    counted = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {}, {}, count(*) FROM {}").format(
            sql.Literal(name), sql.Literal(expected), sql.Identifier("public", name)
        )
        for name, expected in sorted(rows.items())
    )
    body = sql.SQL(
        "DECLARE v_wrong text; BEGIN"
        " SELECT string_agg(format('%s has %s rows instead of %s', name, actual, expected), ', ')"
        " INTO v_wrong"
        " FROM ({}) AS counted (name, expected, actual) WHERE actual <> expected;"
        " IF v_wrong IS NOT NULL THEN RAISE EXCEPTION '%', v_wrong; END IF; END"
    ).format(counted)
    return sql.SQL("DO {};\n").format(sql.Literal(body.as_string())).as_string()


def _refresh_statistics(owner_url: str) -> None:
    """A dump has none, and plans made without are poor."""
    with psycopg.connect(libpq_url(owner_url), autocommit=True) as connection:
        connection.execute("ANALYZE")
