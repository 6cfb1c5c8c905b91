"""The loops that carry facts: from the outbox to the public sequence, and from there to Redis."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import time_ns

from opentelemetry.context import Context
from opentelemetry.trace import NoOpTracer, Tracer
from redis.exceptions import RedisError

from api.delivery.redis_stream import RedisStream
from api.telemetry.cause import link_to
from persistence.database import Database
from persistence.relay import publish
from persistence.unit_of_work import DatabaseBusy, TransactionLost, translated_errors

log = logging.getLogger("callboard.relay")

_BATCH = 500
_PAUSE_SECONDS = 0.2
_AFTER_FAILURE_SECONDS = 2.0


class Relay:
    """Publishes what is committed, within a fraction of a second. Any number may run; one works at a time.

    database: as the worker.
    """

    def __init__(self, database: Database, redis: RedisStream | None, tracer: Tracer | None = None) -> None:
        self._tracer = tracer or NoOpTracer()
        self._database = database
        self._redis = redis

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; what fails is tried again."""
        loops = [_repeat(self.publish, stop)]
        if self._redis is not None:
            loops.append(_repeat(self._redis.forward, stop))
        await asyncio.gather(*loops)
        if self._redis is not None:
            await self._redis.close()

    async def publish(self) -> bool:
        """Publish the next facts; whether there may be more."""
        begun = time_ns()
        async with self._database.engine.begin() as connection:
            found = await publish(connection, self._database.clock, _BATCH)
        if found:
            # Most looks find nothing, and leave no span; one batch is of many requests, hence links.
            links = [link for fact in found if (link := link_to(fact.cause)) is not None]
            self._tracer.start_span("publish facts", Context(), links=links, start_time=begun).end()
        return len(found) == _BATCH


async def _repeat(step: Callable[[], Awaitable[bool]], stop: asyncio.Event) -> None:
    """Take the step again and again: at once while there is more to do, after a pause while there is not."""
    failing = False
    while not stop.is_set():
        pause = _PAUSE_SECONDS
        try:
            with translated_errors():
                pause = 0 if await step() else _PAUSE_SECONDS
            failing = False
        except (DatabaseBusy, TransactionLost, RedisError, OSError) as error:
            if not failing:
                log.warning("facts wait, trying again: %s", error)
            failing, pause = True, _AFTER_FAILURE_SECONDS
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
