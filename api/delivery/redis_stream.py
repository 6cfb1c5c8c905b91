"""Facts to a Redis stream, for programs that run beside the service and may know everything."""

from __future__ import annotations

from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from api.delivery.envelope import envelope
from domain.facts import PublishedFact
from persistence.database import Database
from persistence.relay import lock_position, move_position, published_after

STREAM = "callboard:facts"
_BATCH = 200
_TOO_OLD = "equal or smaller"


class RedisStream:
    """Carries published facts on to Redis, in order, each once.

    An entry's id is the fact's number, and Redis refuses an id that is not newer than its last one: a fact
    that is sent again after a crash is no second entry. length: about how many entries the stream keeps.
    """

    def __init__(self, database: Database, url: str, *, length: int) -> None:
        self._database = database
        self._redis = Redis.from_url(url)
        self._length = length

    async def close(self) -> None:
        """Let go of the connections."""
        await self._redis.aclose()

    async def forward(self) -> bool:
        """Send the next facts; whether there may be more to send. Raises RedisError."""
        async with self._database.engine.begin() as connection:
            position = await lock_position(connection, "redis")
            if position is None:
                return False
            facts = await published_after(connection, position, _BATCH)
            for fact in facts:
                await self._add(fact)
            if facts:
                await move_position(connection, "redis", facts[-1].sequence)
        return len(facts) == _BATCH

    async def _add(self, fact: PublishedFact) -> None:
        document = orjson.dumps(envelope(fact))
        fields: dict[Any, Any] = {"type": fact.fact_type, "id": str(fact.fact_id), "fact": document}
        try:
            await self._redis.xadd(
                STREAM, fields, id=f"{fact.sequence}-0", maxlen=self._length, approximate=True
            )
        except ResponseError as error:
            if _TOO_OLD not in str(error):
                raise
            await self._ensure_same(fact)

    async def _ensure_same(self, fact: PublishedFact) -> None:
        """Raise RedisError when the stream has another fact under this number: the database went back."""
        number = f"{fact.sequence}-0"
        found: Any = await self._redis.xrange(STREAM, number, number)
        for _, fields in found:
            if fields[b"id"] != str(fact.fact_id).encode():
                raise RedisError(f"{STREAM} has another fact {number}: delete it after restoring a backup")
