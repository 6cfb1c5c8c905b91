"""LISTEN, on a connection of its own: to hear of what was committed without asking again and again."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from psycopg import AsyncConnection, Error, sql

log = logging.getLogger("callboard.notifications")

_AGAIN_SECONDS = 1.0


class Notifications:
    """Tells everybody who waits when something is notified on a channel.

    conninfo: as libpq takes it. Whoever waits also looks by themselves now and then: what is notified while
    the connection is lost is not heard.
    """

    def __init__(self, conninfo: str, channel: str) -> None:
        self._conninfo = conninfo
        self._channel = channel
        self._heard = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None

    def upcoming(self) -> asyncio.Event:
        """What is set by the next notification; taken before one looks, nothing in between is missed."""
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._listen())
        return self._heard

    async def close(self) -> None:
        """Stop listening; whoever waits goes on."""
        if self._listening is not None:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening
        self._wake()

    def _wake(self) -> None:
        self._heard.set()
        self._heard = asyncio.Event()

    async def _listen(self) -> None:
        while True:
            try:
                async with await self._connection() as connection:
                    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
                    self._wake()
                    async for _ in connection.notifies():
                        self._wake()
            except (Error, OSError) as error:
                log.warning("the database's notifications are not heard, trying again: %s", error)
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _connection(self) -> AsyncConnection:
        """A connection, made to its end: one that is given up half-way is left open."""
        connecting = asyncio.create_task(AsyncConnection.connect(self._conninfo, autocommit=True))
        try:
            return await asyncio.shield(connecting)
        except asyncio.CancelledError:
            with suppress(Error, OSError):
                await (await connecting).close()
            raise
