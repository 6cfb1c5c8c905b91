"""The application's database: a pool of connections that opens units of work."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

import orjson
from sqlalchemy import text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import QueuePool

from domain.ports import Clock, IdSource
from domain.viewer import Viewer
from persistence.migrate import FLOOR, knows, newest_revision
from persistence.notifications import Notifications
from persistence.unit_of_work import DatabaseBusy, UnitOfWork, unit_of_work

_REVISION = text(f"SELECT version_num, ({FLOOR}) AS floor FROM alembic_version")  # noqa: S608


class SchemaOutOfDate(Exception):
    """This code and the database's schema do not go together; the message says what to do."""


class BadDatabaseUrl(Exception):
    """A database URL that cannot be read."""


class Database:
    """Connections of one role. Sessions speak UTC and re-use generic plans.

    url: `postgresql+psycopg://...`.
    pool_size: connections at most; a unit of work waits up to `pool_timeout_seconds` for one.
    Raises BadDatabaseUrl.
    """

    def __init__(
        self, url: str, clock: Clock, ids: IdSource, *, pool_size: int = 10, pool_timeout_seconds: float = 5
    ) -> None:
        self.clock = clock
        self.ids = ids
        try:
            self.engine = create_async_engine(
                url,
                pool_size=pool_size,
                max_overflow=0,
                pool_timeout=pool_timeout_seconds,
                hide_parameters=True,  # what people wrote is for no log
                json_serializer=lambda value: orjson.dumps(value).decode(),
                json_deserializer=orjson.loads,
                connect_args={
                    "options": "-c timezone=UTC -c plan_cache_mode=force_generic_plan",
                    "prepare_threshold": 1,
                },
            )
        except (ArgumentError, ModuleNotFoundError) as error:
            # The URL holds a password: it is not repeated.
            raise BadDatabaseUrl("it should look like postgresql://user:password@host/database") from error

    def unit_of_work(
        self, viewer: Viewer, *, dry_run: bool = False
    ) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a transaction on the viewer's behalf."""
        return unit_of_work(self.engine, viewer, self.clock, self.ids, dry_run=dry_run)

    def notifications(self, channel: str) -> Notifications:
        """What is notified on a channel, heard on a connection of its own."""
        return Notifications(self.libpq_url, channel)

    @property
    def libpq_url(self) -> str:
        """The same database as libpq spells it, for connections that are none of the pool's."""
        url = self.engine.url.set(drivername="postgresql")
        return url.render_as_string(hide_password=False)

    @property
    def connections_in_use(self) -> int:
        """How many of the pool's connections are at work."""
        pool = self.engine.pool
        return pool.checkedout() if isinstance(pool, QueuePool) else 0

    async def ensure_current(self) -> None:
        """Raise SchemaOutOfDate unless this code works with the database's schema.

        It does with its own revision, and with a newer one that says it serves this code.
        Raises DatabaseBusy when it does not answer.
        """
        wanted, found, floor = newest_revision(), None, None
        try:
            async with self.engine.connect() as connection:
                known = await connection.execute(text("SELECT to_regclass('alembic_version') IS NOT NULL"))
                if known.scalar_one():
                    row = (await connection.execute(_REVISION)).one_or_none()
                    found, floor = (None, None) if row is None else (row.version_num, row.floor)
        except (DBAPIError, PoolTimeout) as error:
            raise DatabaseBusy("the database does not answer") from error
        if found == wanted:
            return
        told = f"the database is at revision {found}, this code needs {wanted}"
        if found is None or knows(found):
            raise SchemaOutOfDate(f"{told}; run `callboard migrate` first")
        if floor is None or not knows(floor):
            raise SchemaOutOfDate(f"{told}; this is an older Callboard: run the one that migrated it")

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
