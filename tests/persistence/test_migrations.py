"""The migrated database is the one that persistence.tables describes."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from persistence.database import Database, SchemaOutOfDate
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds, SystemClock
from persistence.migrate import migrate, newest_revision
from persistence.tables import metadata


def _tables_and_columns(_thing, name, kind, _reflected, _compare_to):
    """Indexes and constraints are SQL's alone: tables.py only says what statements are made of.

    The job queue's tables are its library's.
    """
    return kind in {"table", "column"} and not name.startswith("procrastinate_")


def test_metadata_equals_the_migrated_database(urls: EmbeddedUrls) -> None:
    engine = create_engine(urls.owner, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            options = {"compare_type": True, "include_object": _tables_and_columns}
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, metadata) == []
    finally:
        engine.dispose()


def test_the_comparison_notices_a_difference(urls: EmbeddedUrls) -> None:
    engine = create_engine(urls.owner, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            connection.execute(
                text("ALTER TABLE events ADD COLUMN surprise text, ALTER priority TYPE bigint")
            )
        with engine.connect() as connection:
            options = {"compare_type": True, "include_object": _tables_and_columns}
            context = MigrationContext.configure(connection, opts=options)
            assert len(compare_metadata(context, metadata)) == 2
    finally:
        engine.dispose()


def test_migrating_again_changes_nothing(urls: EmbeddedUrls) -> None:
    assert migrate(urls.owner) == newest_revision()


async def test_a_current_database_is_served(database: Database) -> None:
    await database.ensure_current()


async def test_an_old_database_is_not_served(urls: EmbeddedUrls) -> None:
    engine = create_engine(urls.owner, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    engine.dispose()
    database = Database(urls.application, SystemClock(), RandomIds())
    try:
        with pytest.raises(SchemaOutOfDate):
            await database.ensure_current()
    finally:
        await database.close()
