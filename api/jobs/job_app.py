"""The job queue's application: which jobs there are, and what each does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from procrastinate import App, PsycopgConnector

from api.bootstrap import Callboard
from api.delivery.webhook_delivery import WebhookDelivery
from api.jobs.job import Job
from api.jobs.redeliver import Redelivery
from api.jobs.retry import Patiently
from api.jobs.run import run_job
from api.telemetry.cause import Cause
from domain.viewer import SYSTEM
from persistence.deliveries import DELIVER, REDELIVER, cause_of
from persistence.job_queue import later_run_waits

_CAUGHT_UP = timedelta(days=3)
"""A job whose time passed while no worker ran is run once when one comes back, if it is not longer ago."""

_AHEAD_OF_DELIVERIES = 10


def job_app(conninfo: str, delivery: WebhookDelivery, redelivery: Redelivery) -> App:
    """The deliveries on a database, as libpq is told of it, with the worker's login."""
    app = App(
        connector=PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4),
        periodic_defaults={"max_delay": _CAUGHT_UP.total_seconds()},
    )

    @app.task(name=DELIVER, queue="webhooks", retry=Patiently())
    async def deliver_to_webhook(
        *, webhook_id: str, sequence: int, attempt: int, cause: Cause = None
    ) -> None:
        again = await delivery.deliver(UUID(webhook_id), sequence, attempt)
        if again is not None:
            later = deliver_to_webhook.configure(schedule_at=again.at)
            await later.defer_async(
                webhook_id=webhook_id, sequence=sequence, attempt=again.attempt, **cause_of(cause)
            )

    @app.task(name=REDELIVER, queue="webhooks", retry=Patiently())
    async def redeliver_to_webhook(*, webhook_id: str, after: int, until: int, cause: Cause = None) -> None:
        again = await redelivery.leave_jobs(UUID(webhook_id), after, until, cause)
        if again is not None:
            later = redeliver_to_webhook.configure(schedule_at=again)
            await later.defer_async(webhook_id=webhook_id, after=after, until=until, **cause_of(cause))

    return app


def add_schedule(app: App, jobs: Sequence[Job], service: Callboard) -> None:
    """Have each job run when its schedule says, once however many workers there are.

    service: with the worker's login. A second run waits for the first. One behind which a later one waits is
    left out. (A queueing lock would do that too, but keep a failed run from coming back.)
    """
    for job in jobs:
        _add(app, job, service)


def _add(app: App, job: Job, service: Callboard) -> None:
    async def run(timestamp: int) -> None:
        async with service.database.unit_of_work(SYSTEM) as uow:
            is_late = await later_run_waits(uow.connection, job.name, timestamp)
        if not is_late:
            await run_job(job, service, datetime.fromtimestamp(timestamp, UTC))

    task = app.task(
        name=job.name,
        queue="jobs",
        lock=job.name,
        priority=_AHEAD_OF_DELIVERIES,
        retry=Patiently(),
    )(run)
    app.periodic(cron=job.schedule)(task)
