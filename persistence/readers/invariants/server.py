"""The server and the schema it has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from persistence.database import Database, SchemaOutOfDate
from persistence.job_queue import is_up_to_date
from persistence.readers.invariants.invariant import Breach
from persistence.unit_of_work import UnitOfWork

_CLOCK = text("SELECT clock_timestamp()")
_KEYS = text("SELECT storage_key FROM exports")


async def schema_out_of_date(database: Database) -> Sequence[Breach]:
    """Where the schema is not this version's."""
    try:
        await database.ensure_current()
    except SchemaOutOfDate as error:
        return [Breach("the schema", str(error))]
    return []


async def queue_out_of_date(uow: UnitOfWork) -> Sequence[Breach]:
    """Where the job queue's tables are not its library's."""
    if await is_up_to_date(uow.connection):
        return []
    return [Breach("procrastinate_jobs", "has not seen the library's newest migrations")]


async def server_clock(uow: UnitOfWork) -> datetime:
    """What time it is for the server."""
    instant: datetime = (await uow.connection.execute(_CLOCK)).scalar_one()
    return instant


async def known_files(uow: UnitOfWork) -> set[str]:
    """The keys of all exported files there should be."""
    return set((await uow.connection.execute(_KEYS)).scalars())
