"""The application's database: a pool of connections that opens units of work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager

import orjson
from opentelemetry.trace import Tracer
from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import QueuePool

from domain.ports import Clock, IdSource
from domain.viewer import Viewer
from persistence.migrate import FLOOR, knows, newest_revision
from persistence.notifications import Notifications
from persistence.statement_spans import trace_statements
from persistence.unit_of_work import DatabaseBusy, UnitOfWork, unit_of_work

# Of a host that vanished nothing is heard, not even that: without these its locks outlive it by hours, and
# whoever waits for its answer waits as long. Each side asks the other after 20 quiet seconds, and gives up
# after 30 more.
_SERVER_LOOKS = " ".join(
    (
        "-c tcp_keepalives_idle=20",
        "-c tcp_keepalives_interval=10",
        "-c tcp_keepalives_count=3",
        "-c tcp_user_timeout=50000",
    )
)
_WE_LOOK = {
    "keepalives_idle": "20",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "50000",
}
_REVISION = text(f"SELECT version_num, ({FLOOR}) AS floor FROM alembic_version")  # noqa: S608


class SchemaOutOfDate(Exception):
    """This code and the database's schema do not go together; the message says what to do."""


class BadDatabaseUrl(Exception):
    """A database URL that cannot be read."""


class Database:
    """Connections of one role. Sessions speak UTC and re-use generic plans.

    url: `postgresql+psycopg://...`. cause: tells which request and trace what is done now belongs to.
    pool_size: connections at most; a unit of work waits up to `pool_timeout_seconds` for one.
    Raises BadDatabaseUrl.
    """

    def __init__(
        self, url: str, clock: Clock, ids: IdSource, *, pool_size: int = 10, pool_timeout_seconds: float = 5
    ) -> None:
        self.clock = clock
        self.ids = ids
        self.cause: Callable[[], Mapping[str, str]] = dict
        try:
            address = make_url(url)
            self.engine = create_async_engine(
                address.update_query_dict({**_WE_LOOK, **address.query}),
                pool_size=pool_size,
                max_overflow=0,
                pool_timeout=pool_timeout_seconds,
                hide_parameters=True,  # what people wrote is for no log
                json_serializer=lambda value: orjson.dumps(value).decode(),
                json_deserializer=orjson.loads,
                connect_args={
                    "options": f"-c timezone=UTC -c plan_cache_mode=force_generic_plan {_SERVER_LOOKS}",
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
        return unit_of_work(self.engine, viewer, self.clock, self.ids, dry_run=dry_run, cause=self.cause())

    def notifications(self, channel: str) -> Notifications:
        """What is notified on a channel, heard on a connection of its own."""
        return Notifications(self.conninfo, channel)

    @property
    def conninfo(self) -> str:
        """The same database as libpq is told of it, for connections that are none of the pool's."""
        url = self.engine.url.set(drivername="postgresql").difference_update_query(["options"])
        options = f"{self.engine.url.query.get('options', '')} {_SERVER_LOOKS}"
        return make_conninfo(url.render_as_string(hide_password=False), options=options)

    @property
    def connections_in_use(self) -> int:
        """How many of the pool's connections are at work."""
        pool = self.engine.pool
        return pool.checkedout() if isinstance(pool, QueuePool) else 0

    def trace(self, tracer: Tracer) -> None:
        """Make a span of each statement that belongs to one."""
        trace_statements(self.engine, tracer)

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
