"""Notes what has been asked, off the response path: queries are answered first and recorded in batches."""

from __future__ import annotations

import asyncio
import logging
from uuid import UUID

from domain.facts import Fact
from persistence.database import Database
from persistence.query_facts import FactsNotStored, QueryFact, store_query_facts

log = logging.getLogger("callboard.query_facts")

BATCH_SECONDS = 1.0
"""How long a fact waits for others to be written with."""

MAXIMUM_WAITING = 10_000
"""Facts beyond these are dropped: a database that is away must not fill the memory."""


class QueryFacts:
    """Facts of queries on their way to the outbox; only these may be lost."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[QueryFact] = []
        self._writer: asyncio.Task[None] | None = None

    def note(self, aggregate_id: UUID, fact: Fact) -> None:
        """Take a fact, to be written soon; must be called on the event loop."""
        if len(self._waiting) >= MAXIMUM_WAITING:
            return
        self._waiting.append(QueryFact(aggregate_id, fact, self._database.clock.now()))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_soon())

    async def flush(self) -> None:
        """Write what is waiting now."""
        facts, self._waiting = self._waiting, []
        if facts:
            try:
                await store_query_facts(self._database, facts)
            except FactsNotStored:
                log.warning("lost %d facts of queries: the database does not take them", len(facts))

    async def close(self) -> None:
        """Write what is waiting and take no longer to it."""
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
            self._writer = None
        await self.flush()

    async def _write_soon(self) -> None:
        while self._waiting:
            await asyncio.sleep(BATCH_SECONDS)
            await self.flush()
