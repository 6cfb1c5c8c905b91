"""Brings a database to the newest schema, as its owner."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import Error as DriverError
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from persistence import job_queue

ADVISORY_LOCK = 4_158_001
"""Held while migrating, so that two hosts that start at once do not migrate at once."""


class MigrationFailed(Exception):
    """The database could not be brought to the newest schema; nothing in it was changed."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@cache
def newest_revision() -> str:
    """The revision this code was written for."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def knows(revision: str) -> bool:
    """Whether this code knows a revision: it is its own, or an older one."""
    return revision in _lineage()


@cache
def _lineage() -> tuple[str, ...]:
    """Every revision, the newest first."""
    return tuple(one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions())


def migrate(owner_url: str) -> str:
    """Upgrade the database at the URL to the newest revision and return that revision.

    The whole upgrade is one transaction: it happens, or nothing does. Raises MigrationFailed.
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
            command.upgrade(_config(connection), "head")
            job_queue.bring_up_to_date(connection)
            revision = MigrationContext.configure(connection).get_current_revision()
            connection.exec_driver_sql("GRANT SELECT ON alembic_version TO callboard_app, callboard_worker")
        assert revision is not None
        return revision
    finally:
        engine.dispose()
