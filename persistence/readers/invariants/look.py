"""A look at the database as it is at one instant, which keeps nobody waiting."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from domain.viewer import SYSTEM
from persistence.database import Database
from persistence.unit_of_work import UnitOfWork, translated_errors

_SETTINGS = text(
    "SELECT set_config('app.user_id', :user, true), set_config('app.role', :role, true),"
    " set_config('statement_timeout', :timeout, true), set_config('lock_timeout', '2s', true)"
)


@asynccontextmanager
async def looking(database: Database, statement_seconds: float) -> AsyncIterator[UnitOfWork]:
    """A read-only transaction that sees one snapshot. Raises DatabaseBusy when a statement takes too long."""
    with translated_errors():
        async with database.engine.connect() as plain:
            connection = await plain.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            async with connection.begin():
                parameters = {
                    "user": str(SYSTEM.user_id),
                    "role": str(int(SYSTEM.role)),
                    "timeout": f"{statement_seconds * 1000:.0f}",
                }
                await connection.execute(_SETTINGS, parameters)
                yield UnitOfWork(connection, SYSTEM, database.clock.now(), database.ids, database.clock)
