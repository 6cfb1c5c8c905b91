"""One run of a job at a time, wherever it was started."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from persistence.database import Database

_TRY = text("SELECT pg_try_advisory_lock(hashtextextended('callboard job ' || CAST(:name AS text), 0))")
_RELEASE = text("SELECT pg_advisory_unlock(hashtextextended('callboard job ' || CAST(:name AS text), 0))")


@asynccontextmanager
async def only_run(database: Database, name: str) -> AsyncIterator[bool]:
    """Whether this is the only run; while the block lasts no other is. It ends with the connection."""
    async with database.engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        held = bool((await connection.execute(_TRY, {"name": name})).scalar_one())
        try:
            yield held
        finally:
            if held and not connection.closed:
                await connection.execute(_RELEASE, {"name": name})
