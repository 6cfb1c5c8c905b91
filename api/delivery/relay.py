"""The loops that carry facts: from the outbox to the public sequence, and from there to Redis."""

from __future__ import annotations

import asyncio
from time import time_ns

from opentelemetry.context import Context
from opentelemetry.trace import NoOpTracer, Tracer
from redis.exceptions import RedisError

from api.delivery.loop import repeat
from api.delivery.redis_stream import RedisStream
from api.telemetry.cause import link_to
from persistence.database import Database
from persistence.relay import publish

_BATCH = 500


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
        loops = [repeat(self.publish, stop, "facts wait")]
        if self._redis is not None:
            loops.append(repeat(self._redis.forward, stop, "facts wait for Redis", RedisError))
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
