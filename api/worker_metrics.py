"""A worker's numbers: looked up now and then, and served on a port of this machine alone."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from api.bootstrap import Callboard
from persistence.backlog import backlog
from persistence.job_queue import jobs_waiting
from persistence.unit_of_work import DatabaseBusy, TransactionLost, translated_errors

log = logging.getLogger("callboard.worker")

_EVERY_SECONDS = 10.0
_HOST = "127.0.0.1"


class WorkerMetrics:
    """The gauges of what waits, and `/metrics`. service: with the worker's login."""

    def __init__(self, service: Callboard) -> None:
        self._service = service
        self._facts: dict[str, float] = {}
        self._lag: dict[str, float] = {}
        gauge = service.meters.gauge
        gauge("outbox.waiting", "Facts that are committed and not published", lambda: self._facts)
        gauge("relay.lag", "How long the oldest of them has waited", lambda: self._lag, unit="s")

    async def watch(self, stop: asyncio.Event) -> None:
        """Look every few seconds until told to stop, for whom the numbers are sent to."""
        while not stop.is_set():
            try:
                await self.look()
            except (DatabaseBusy, TransactionLost) as error:
                log.info("what waits is not counted: %s", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _EVERY_SECONDS)

    async def look(self) -> None:
        """Count what waits. Raises DatabaseBusy and TransactionLost."""
        database = self._service.database
        with translated_errors():
            async with database.engine.connect() as connection:
                waiting = await backlog(connection, database.clock.now())
                self._service.queue_depth.update(await jobs_waiting(connection))
        self._facts["all"], self._lag["all"] = waiting.facts, waiting.oldest_seconds

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        """Serve them while the block runs, where CALLBOARD_WORKER_METRICS_PORT says so."""
        port = self._service.settings.worker_metrics_port
        if port is None:
            yield
            return
        app = web.Application()
        app.router.add_get("/metrics", self._answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, _HOST, port).start()
            yield
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        known = self._service.settings.metrics_token
        sent = request.headers.get("Authorization", "").partition(" ")[2].strip()
        if known is not None and not hmac.compare_digest(sent.encode(), known.get_secret_value().encode()):
            return web.Response(status=401, headers={"WWW-Authenticate": "Bearer"})
        try:
            await self.look()
        except (DatabaseBusy, TransactionLost):
            return web.Response(status=503, headers={"Retry-After": "1"})
        return web.Response(
            body=self._service.meters.exposition(), headers={"Content-Type": "text/plain; version=0.0.4"}
        )
