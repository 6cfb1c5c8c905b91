"""Server-sent events: facts to whoever listens, as they may know them."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from fastapi.sse import format_sse_event

from api.delivery.envelope import envelope
from domain.viewer import Viewer
from persistence.database import Database
from persistence.notifications import Notifications
from persistence.readers.facts import FactsRead, facts_after, oldest_kept, published_to
from persistence.relay import CHANNEL
from persistence.unit_of_work import DatabaseBusy, TransactionLost

log = logging.getLogger("callboard.event_streams")

_BATCH = 200
_MOST_OF_ONE = 10
"""Streams of one person that a process keeps open."""

_READS_AT_ONCE = 2
"""So that streams leave connections for requests, however many are woken at once."""

_LOOK_SECONDS = 5.0
_RETRY_MILLISECONDS = 2_000
_QUIET_LOOKS = 3


class TooManyStreams(Exception):
    """As many event streams are open as this process keeps."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who listens, until when their token is good, and to what. types: None for all."""

    viewer: Viewer
    until: datetime
    types: Collection[str] | None = None


class EventStreams:
    """The open streams of this process; all share one connection that hears of new facts."""

    def __init__(self, database: Database, most: int) -> None:
        self._database = database
        self._most = most
        self._open: Counter[UUID] = Counter()
        self._reading = asyncio.Semaphore(_READS_AT_ONCE)
        self._notifications: Notifications | None = None
        self._closed = asyncio.Event()

    async def close(self) -> None:
        """End every stream."""
        self._closed.set()
        if self._notifications is not None:
            await self._notifications.close()

    @asynccontextmanager
    async def place(self, user_id: UUID) -> AsyncIterator[None]:
        """Room for one more stream of somebody's. Raises TooManyStreams."""
        if self._open.total() >= self._most or self._open[user_id] >= _MOST_OF_ONE:
            raise TooManyStreams
        self._open[user_id] += 1
        try:
            yield
        finally:
            self._open[user_id] -= 1
            self._open += Counter()  # without those who have none any more

    async def start(self, listener: Listener) -> int:
        """Where a listener starts who names no position: what is published from now on."""
        async with self._database.unit_of_work(listener.viewer) as uow:
            return await published_to(uow)

    async def missed(self, listener: Listener, after: int) -> int | None:
        """The oldest fact kept, when some after the position are cleared away; else None."""
        async with self._database.unit_of_work(listener.viewer) as uow:
            oldest = await oldest_kept(uow)
            newest = await published_to(uow)
        first = newest + 1 if oldest is None else oldest
        return first if after + 1 < first else None

    async def events(self, listener: Listener, after: int) -> AsyncIterator[bytes]:
        """Facts after the position, then those that come, until the token ends or the service does."""
        if self._notifications is None:
            self._notifications = self._database.notifications(CHANNEL)
        yield format_sse_event(comment="facts", id=str(after), retry=_RETRY_MILLISECONDS)
        position, told, quiet = after, after, 0
        while not self._closed.is_set() and self._database.clock.now() < listener.until:
            news = self._notifications.upcoming()
            read = await self._read(listener, position)
            more = read.read_to - position >= _BATCH
            position = read.read_to
            for fact in read.facts:
                document = orjson.dumps(envelope(fact)).decode()
                yield format_sse_event(event=fact.fact_type, data_str=document, id=str(fact.sequence))
                told, quiet = fact.sequence, 0
            if more:
                yield format_sse_event(comment="more", id=str(position))
                continue
            quiet += 1
            if quiet >= _QUIET_LOOKS:
                # Also where there was nothing for this listener: whoever comes back need not look again.
                moved = str(position) if position > told else None
                yield format_sse_event(comment="still here", id=moved)
                told, quiet = position, 0
            with suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), _LOOK_SECONDS)

    async def _read(self, listener: Listener, after: int) -> FactsRead:
        try:
            async with self._reading, self._database.unit_of_work(listener.viewer) as uow:
                return await facts_after(uow, after, _BATCH, listener.types)
        except (DatabaseBusy, TransactionLost) as error:
            log.info("an event stream waits: %s", error)
            return FactsRead((), after)
