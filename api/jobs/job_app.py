"""The job queue's application: which jobs there are, and what each does."""

from __future__ import annotations

from uuid import UUID

from procrastinate import App, PsycopgConnector

from api.delivery.webhook_delivery import WebhookDelivery
from api.jobs.redeliver import Redelivery
from api.jobs.retry import Patiently
from persistence.embedded.urls import libpq_url


def job_app(worker_url: str, delivery: WebhookDelivery, redelivery: Redelivery) -> App:
    """The jobs on the database at the URL, which must be the worker role's."""
    app = App(connector=PsycopgConnector(conninfo=libpq_url(worker_url), min_size=1, max_size=4))

    @app.task(name="deliver_to_webhook", queue="webhooks", retry=Patiently())
    async def deliver_to_webhook(*, webhook_id: str, sequence: int, attempt: int) -> None:
        again = await delivery.deliver(UUID(webhook_id), sequence, attempt)
        if again is not None:
            later = deliver_to_webhook.configure(schedule_at=again.at)
            await later.defer_async(webhook_id=webhook_id, sequence=sequence, attempt=again.attempt)

    @app.task(name="redeliver_to_webhook", queue="webhooks", retry=Patiently())
    async def redeliver_to_webhook(*, webhook_id: str, after: int, until: int) -> None:
        await redelivery.leave_jobs(UUID(webhook_id), after, until)

    return app
