"""Facts of the past to a webhook once more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from api.telemetry.cause import Cause
from domain.viewer import SYSTEM
from persistence.database import Database
from persistence.deliveries import DELIVER, REDELIVER, cause_of, deliveries_waiting
from persistence.job_queue import defer_jobs
from persistence.relay import published_after
from persistence.repositories import webhooks

_BATCH = 500
_LOOK_AGAIN = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Redelivery:
    """Leaves a delivery for each fact, a batch a transaction; each ends with a job for the rest.

    The next batch waits until the last one has gone: a webhook has no more than two of them in the queue.
    database: as the worker.
    """

    database: Database

    async def leave_jobs(
        self, webhook_id: UUID, after: int, until: int, cause: Cause = None
    ) -> datetime | None:
        """Deliver what was published after a number, up to another one, again.

        When to come back comes back, while too much waits for the webhook as it is.
        """
        async with self.database.unit_of_work(SYSTEM) as uow:
            webhook = await webhooks.for_delivery(uow, webhook_id)
            if webhook is None or webhook.disabled_at is not None:
                return None
            if await deliveries_waiting(uow.connection, webhook_id, _BATCH) == _BATCH:
                return uow.now + _LOOK_AGAIN
            found = [
                fact
                for fact in await published_after(uow.connection, after, _BATCH)
                if fact.sequence <= until
            ]
            deliveries = [
                {"webhook_id": str(webhook_id), "sequence": fact.sequence, "attempt": 0} | cause_of(cause)
                for fact in found
                if fact.fact_type in webhook.fact_types
            ]
            await defer_jobs(uow.connection, DELIVER, deliveries, queue="webhooks")
            if len(found) == _BATCH:
                rest = {
                    "webhook_id": str(webhook_id),
                    "after": found[-1].sequence,
                    "until": until,
                    **cause_of(cause),
                }
                await defer_jobs(uow.connection, REDELIVER, [rest], queue="webhooks")
        return None
