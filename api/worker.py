"""Background work of one process: the relay of facts, and the jobs of the queue."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from procrastinate.app import WorkerOptions
from procrastinate.exceptions import ConnectorException

from api.bootstrap import wire
from api.cache.redis_url import MEMORY
from api.delivery.redis_stream import RedisStream
from api.delivery.relay import Relay
from api.delivery.turns import Turns
from api.delivery.webhook_delivery import WebhookDelivery
from api.delivery.webhook_sender import WebhookSender
from api.jobs.job import Job
from api.jobs.job_app import add_schedule, job_app
from api.jobs.observed import observed
from api.jobs.redeliver import Redelivery
from api.jobs.schedule import JOBS
from api.notices.correspondence import correspondence
from api.settings import Settings
from api.worker_metrics import WorkerMetrics
from persistence.database import Database
from persistence.ids import RandomIds, SystemClock
from persistence.job_queue import take_over_stalled
from persistence.unit_of_work import DatabaseBusy, TransactionLost, translated_errors

log = logging.getLogger("callboard.worker")

_CONNECTIONS = 10
_JOBS_AT_ONCE = 20
_DELIVERIES_OF_ONE = 5
"""To one webhook at a time, so that a slow one leaves places for others."""

_AGAIN_SECONDS = 2.0
_HEARTBEATS = 4
"""How many signs of life a worker gives in the time that it may be silent."""


class Worker:
    """Any number may run, on any number of hosts: facts are published by one at a time, each job by one.

    worker_url: of the database, as the worker role. Its schema must be current.
    """

    def __init__(self, settings: Settings, worker_url: str, schedule: Sequence[Job] = JOBS) -> None:
        self._database = Database(worker_url, SystemClock(), RandomIds(), pool_size=_CONNECTIONS)
        self._service = wire(settings, self._database)
        self._sender = WebhookSender(self._service.address_guard, settings.webhook_timeout_seconds)
        self._relay = Relay(
            self._database,
            _redis_stream(settings, self._database),
            self._service.traces.get_tracer("callboard.relay"),
        )
        delivery = WebhookDelivery(
            self._database,
            self._service.webhook_secrets,
            self._sender,
            timedelta(days=settings.webhook_patience_days),
            Turns(self._database.clock, _DELIVERIES_OF_ONE),
        )
        self._correspondence = correspondence(settings, self._database)
        self._silence_seconds = settings.job_silence_seconds
        self._metrics = WorkerMetrics(self._service)
        self._jobs = job_app(self._database.conninfo, delivery, Redelivery(self._database))
        add_schedule(self._jobs, schedule, self._service)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop, then end what is being done. Raises SchemaOutOfDate and DatabaseBusy."""
        try:
            await self._database.ensure_current()
            async with self._sender, self._jobs.open_async(), self._metrics.served():
                await asyncio.gather(
                    self._relay.run(stop),
                    self._correspondence.run(stop),
                    self._run_jobs(stop),
                    self._take_over(stop),
                    self._metrics.watch(stop),
                )
        finally:
            await self._service.close()

    async def _run_jobs(self, stop: asyncio.Event) -> None:
        """Run the queue's worker, which gives up when the database does, anew until told to stop."""
        options: WorkerOptions = {
            "concurrency": _JOBS_AT_ONCE,
            # Jobs that wait for a lock are not told of; this is when they are looked for.
            "fetch_job_polling_interval": 1.0,
            "delete_jobs": "successful",
            "install_signal_handlers": False,
            "shutdown_graceful_timeout": 15.0,
            "update_heartbeat_interval": self._silence_seconds / _HEARTBEATS,
            "stalled_worker_timeout": self._silence_seconds,
            "worker_middleware": [
                observed(self._service.meters, self._service.traces.get_tracer("callboard.jobs"))
            ],
        }
        stopping = asyncio.create_task(stop.wait())
        while not stop.is_set():
            running = asyncio.create_task(self._jobs.run_worker_async(**options))
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            running.cancel()
            try:
                await running
            except asyncio.CancelledError:
                pass
            except ConnectorException as error:
                log.warning("jobs wait, trying again: %s", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _AGAIN_SECONDS)
        stopping.cancel()

    async def _take_over(self, stop: asyncio.Event) -> None:
        """Put jobs back into the queue whose worker has been silent for too long."""
        silence = timedelta(seconds=self._silence_seconds)
        while not stop.is_set():
            try:
                with translated_errors():
                    async with self._database.engine.begin() as connection:
                        taken = await take_over_stalled(connection, silence)
                if taken:
                    log.warning("%d jobs of a worker that is gone are taken over", taken)
            except (DatabaseBusy, TransactionLost) as error:
                log.warning("stalled jobs are not looked for: %s", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._silence_seconds / _HEARTBEATS)


def _redis_stream(settings: Settings, database: Database) -> RedisStream | None:
    if settings.cache_url == MEMORY:
        return None
    return RedisStream(database, settings.cache_url, length=settings.redis_stream_length)
