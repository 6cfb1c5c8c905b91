"""Brings a database to the newest schema, as its owner."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from psycopg import Error as DriverError
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from persistence import job_queue

ADVISORY_LOCK = 4_158_001
"""Held while migrating, so that two hosts that start at once do not migrate at once."""


FLOOR = (
    "SELECT substring(obj_description('alembic_version'::regclass, 'pg_class')"
    " FROM '^serves code from (.+)$')"
)
"""Asks the database for the oldest revision whose code its schema serves, as `migrate` has noted it."""


class MigrationFailed(Exception):
    """The database could not be brought to the newest schema; nothing in it was changed."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


class SchemaTooNew(MigrationFailed):
    """A newer Callboard has migrated the database, and its schema does not serve this one."""


@cache
def newest_revision() -> str:
    """The revision this code was written for."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def knows(revision: str) -> bool:
    """Whether this code knows a revision: it is its own, or an older one."""
    return any(one.revision == revision for one in _lineage())


def serves_from(lineage: Sequence[Script]) -> str:
    """The oldest revision whose code works with the newest schema.

    lineage: every revision, the newest first. One whose module says `additive = True` only adds what older
    code does not miss.
    """
    for one in lineage:
        if not getattr(one.module, "additive", False):
            return str(one.revision)
    return str(lineage[-1].revision)


@cache
def _lineage() -> tuple[Script, ...]:
    """Every revision, the newest first."""
    return tuple(ScriptDirectory.from_config(_config()).walk_revisions())


def migrate(owner_url: str) -> str:
    """Upgrade the database at the URL to the newest revision and return that revision.

    The whole upgrade is one transaction: it happens, or nothing does. A newer schema that serves this code is
    left as it is. Raises MigrationFailed, and SchemaTooNew for another newer one.
    """
    try:
        return _migrate(owner_url)
    except (SQLAlchemyError, DriverError, ModuleNotFoundError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()
        raise MigrationFailed(reason[0] if reason else type(error).__name__) from error


def _migrate(owner_url: str) -> str:
    engine = create_engine(owner_url, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
            newer = _newer_revision(connection)
            if newer is not None:
                return newer
            command.upgrade(_config(connection), "head")
            job_queue.bring_up_to_date(connection)
            revision = MigrationContext.configure(connection).get_current_revision()
            connection.exec_driver_sql("GRANT SELECT ON alembic_version TO callboard_app, callboard_worker")
            # Older code does not know newer migrations: the database tells it whether it may go on.
            floor = serves_from(_lineage())
            connection.exec_driver_sql(f"COMMENT ON TABLE alembic_version IS 'serves code from {floor}'")
        assert revision is not None
        return revision
    finally:
        engine.dispose()


def _newer_revision(connection: Connection) -> str | None:
    """The database's revision, where that is newer than this code and serves it; None where it is known."""
    found = MigrationContext.configure(connection).get_current_revision()
    if found is None or knows(found):
        return None
    floor: str | None = connection.exec_driver_sql(FLOOR).scalar_one()
    if floor is None or not knows(floor):
        raise SchemaTooNew(f"the database is at revision {found}, of a newer Callboard than this one")
    return found
