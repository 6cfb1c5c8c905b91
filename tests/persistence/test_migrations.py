"""The migrated database is the one that persistence.tables describes."""

from types import SimpleNamespace
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from persistence.database import Database, SchemaOutOfDate
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds, SystemClock
from persistence.migrate import FLOOR, SchemaTooNew, knows, migrate, newest_revision, serves_from
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


OLDER = "run `callboard migrate` first"
NEWER = "this is an older Callboard: run the one that migrated it"


@pytest.mark.parametrize(
    ("revision", "comment", "advice"),
    [
        ("0008", f"serves code from {newest_revision()}", OLDER),
        ("9999", None, NEWER),
        ("9999", "serves code from 9998", NEWER),
        ("9999", "serves code from nobody", NEWER),
        ("9999", f"serves code from {newest_revision()}", None),
        ("9999", "serves code from 0008", None),
    ],
)
async def test_only_a_schema_that_serves_this_code_is_served(
    urls: EmbeddedUrls, revision: str, comment: str | None, advice: str | None
) -> None:
    engine = create_engine(urls.owner, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
        told = "NULL" if comment is None else f"'{comment}'"
        connection.execute(text(f"COMMENT ON TABLE alembic_version IS {told}"))
    engine.dispose()
    database = Database(urls.application, SystemClock(), RandomIds(), pool_size=1)
    try:
        if advice is None:
            await database.ensure_current()
            assert migrate(urls.owner) == revision  # it stays as it is
            return
        with pytest.raises(SchemaOutOfDate) as error:
            await database.ensure_current()
        wanted = newest_revision()
        assert (
            str(error.value) == f"the database is at revision {revision}, this code needs {wanted}; {advice}"
        )
        if advice is NEWER:
            with pytest.raises(SchemaTooNew, match="at revision 9999, of a newer Callboard"):
                migrate(urls.owner)
    finally:
        await database.close()


def _revision(name: str, **declared: bool) -> Any:
    return SimpleNamespace(revision=name, module=SimpleNamespace(**declared))


@pytest.mark.parametrize(
    ("lineage", "floor"),
    [
        ([_revision("3"), _revision("2", additive=True), _revision("1")], "3"),
        ([_revision("3", additive=True), _revision("2", additive=False), _revision("1")], "2"),
        ([_revision("3", additive=True), _revision("2", additive=True), _revision("1")], "1"),
        ([_revision("1", additive=True)], "1"),
    ],
)
def test_additive_migrations_say_which_code_they_serve(lineage: list[Any], floor: str) -> None:
    assert serves_from(lineage) == floor


def test_migrating_leaves_word_of_whom_it_serves(urls: EmbeddedUrls) -> None:
    engine = create_engine(urls.owner, poolclass=NullPool)
    with engine.connect() as connection:
        assert knows(connection.execute(text(FLOOR)).scalar_one())
    engine.dispose()
