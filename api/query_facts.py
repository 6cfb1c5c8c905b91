"""Facts of queries, kept off the response path: they go to the outbox a batch at a time, and may be lost."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import suppress
from uuid import UUID

from domain.enums import Role
from domain.facts import Fact
from domain.viewer import Viewer
from persistence.database import Database
from persistence.outbox import Occurrence, append_facts
from persistence.unit_of_work import DatabaseBusy, TransactionLost

log = logging.getLogger("callboard.query_facts")

NOBODY = Viewer(UUID(int=0), Role.Customer)
"""On whose behalf batches are stored: the outbox takes facts from everybody, and nothing else is touched."""


class QueryFacts:
    """Collects facts and stores them every so often in one statement.

    capacity: facts kept at most; more are lost, and counted. batch: facts stored at once.
    seconds: how long a fact waits at most.
    """

    def __init__(
        self, database: Database, *, capacity: int = 10_000, batch: int = 500, seconds: float = 1
    ) -> None:
        self._database = database
        self._capacity = capacity
        self._batch = batch
        self._seconds = seconds
        self._waiting: deque[Occurrence] = deque()
        self._full = asyncio.Event()
        self._closed = False
        self._running: asyncio.Task[None] | None = None
        self.lost = 0

    def record(self, aggregate_id: UUID, fact: Fact) -> None:
        """Keep a fact for the next batch; needs a running event loop."""
        if len(self._waiting) >= self._capacity:
            self.lost += 1
            return
        self._waiting.append(Occurrence(aggregate_id, fact, self._database.clock.now()))
        if len(self._waiting) >= self._batch:
            self._full.set()
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())

    async def flush(self) -> None:
        """Store all that waits now; what the database does not take is lost."""
        while self._waiting:
            facts = [self._waiting.popleft() for _ in range(min(self._batch, len(self._waiting)))]
            try:
                async with self._database.unit_of_work(NOBODY) as uow:
                    await append_facts(uow.connection, uow.ids, facts)
            except (DatabaseBusy, TransactionLost) as error:
                self.lost += len(facts)
                log.warning("%d facts of queries are lost: %s", len(facts), error)

    async def close(self) -> None:
        """Store the rest and stop."""
        self._closed = True
        self._full.set()
        if self._running is not None:
            await self._running
        await self.flush()

    async def _run(self) -> None:
        """Live for as long as facts come in."""
        while self._waiting:
            if not self._closed:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._full.wait(), self._seconds)
            self._full.clear()
            await self.flush()
