"""The loops that carry facts: from the outbox to the public sequence, and from there to Redis."""

from __future__ import annotations

import asyncio

from redis.exceptions import RedisError

from api.delivery.loop import repeat
from api.delivery.redis_stream import RedisStream
from persistence.database import Database
from persistence.relay import publish

_BATCH = 500


class Relay:
    """Publishes what is committed, within a fraction of a second. Any number may run; one works at a time.

    database: as the worker.
    """

    def __init__(self, database: Database, redis: RedisStream | None) -> None:
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
        async with self._database.engine.begin() as connection:
            return len(await publish(connection, self._database.clock, _BATCH)) == _BATCH
