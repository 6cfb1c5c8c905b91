"""Where entries lie: a Redis that several processes share, or this process's memory."""

from __future__ import annotations

import asyncio
import logging
import time
import warnings

from cashews import Cache as Cashews
from cashews.exceptions import CacheError
from redis.exceptions import RedisError

from api.cache.redis_url import MEMORY

log = logging.getLogger("callboard.cache")

REST_SECONDS = 5.0
"""How long Redis is left alone after it has failed."""


class Store:
    """Bytes by key, for a while. It never fails: a store that does not answer has nothing and keeps nothing.

    url: `mem://`, `redis://` or `rediss://`.
    entries: kept in memory at most; the least recently used go first.
    patience_seconds: what a request waits for Redis at most, connecting included.
    """

    def __init__(self, url: str, *, entries: int = 1_000, patience_seconds: float = 0.25) -> None:
        self._patience = patience_seconds
        self._cashews = Cashews()
        # Nothing is unpickled: what lies in a shared Redis may be anybody's.
        if url == MEMORY:
            self._cashews.setup(MEMORY, size=entries, check_interval=0, pickle_type="null")
        else:
            self._cashews.setup(
                url,
                pickle_type="null",
                suppress=False,
                client_name="callboard",
                socket_timeout=patience_seconds,
                socket_connect_timeout=patience_seconds,
                wait_for_connection_timeout=patience_seconds,
                max_connections=20,
            )
        self._rests_until = 0.0
        self.failures = 0

    @property
    def is_resting(self) -> bool:
        """Whether the store has failed just now and is not asked."""
        return time.monotonic() < self._rests_until

    async def get(self, key: str) -> bytes | None:
        """What is kept under the key, if anything."""
        if self.is_resting:
            return None
        try:
            async with asyncio.timeout(self._patience):
                found = await self._cashews.get(key)
        except (CacheError, RedisError, OSError, TimeoutError) as error:
            self._rest(error)
            return None
        return found if isinstance(found, bytes) else None

    async def put(self, key: str, content: bytes, seconds: float) -> None:
        """Keep it for so long, in place of what is there."""
        if self.is_resting:
            return
        try:
            async with asyncio.timeout(self._patience):
                await self._cashews.set(key, content, expire=seconds)
        except (CacheError, RedisError, OSError, TimeoutError) as error:
            self._rest(error)

    async def close(self) -> None:
        """Let go of connections."""
        try:
            with warnings.catch_warnings():
                # cashews calls a method of redis-py by its former name.
                warnings.simplefilter("ignore", DeprecationWarning)
                await self._cashews.close()
        except (CacheError, RedisError, OSError) as error:
            log.warning("the cache did not close: %s", error)

    def _rest(self, error: Exception) -> None:
        self.failures += 1
        self._rests_until = time.monotonic() + REST_SECONDS
        cause = error.__cause__ or error
        log.warning("the cache is left alone for %g s: %s", REST_SECONDS, type(cause).__name__)
