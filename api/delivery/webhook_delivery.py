"""One fact to one webhook: read as its owner may know it, signed, sent, and noted."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import orjson

from api.delivery.backoff import next_wait, rest
from api.delivery.envelope import envelope
from api.delivery.signature import WebhookSecrets
from api.delivery.turns import Turns
from api.delivery.webhook_sender import Outcome, WebhookSender
from api.telemetry.cause import trace_headers
from domain.facts import PublishedFact
from domain.viewer import SYSTEM, Viewer
from domain.webhook import Webhook
from persistence.database import Database
from persistence.readers.facts import facts_after
from persistence.repositories import webhooks

log = logging.getLogger("callboard.webhooks")


@dataclass(frozen=True, slots=True)
class Again:
    """A delivery that is to be tried later. attempt: how many have failed before."""

    at: datetime
    attempt: int


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """Delivers, at least once and in no promised order.

    database: as the worker. patience: how long a webhook may fail before it is disabled. turns: at each.
    """

    database: Database
    secrets: WebhookSecrets
    sender: WebhookSender
    patience: timedelta
    turns: Turns

    async def deliver(self, webhook_id: UUID, sequence: int, attempt: int) -> Again | None:
        """Send the fact; when to come back comes back, or None when there is nothing left to do."""
        turn = self.turns.later(webhook_id)
        if turn is not None:
            return Again(turn, attempt)
        with self.turns.place(webhook_id):
            return await self._deliver(webhook_id, sequence, attempt)

    async def _deliver(self, webhook_id: UUID, sequence: int, attempt: int) -> Again | None:
        async with self.database.unit_of_work(SYSTEM) as uow:
            webhook = await webhooks.for_delivery(uow, webhook_id)
            if webhook is not None and webhook.disabled_at is not None:
                await webhooks.note_unsent(uow, webhook_id, sequence)
                webhook = None
        if webhook is None:
            return None
        now = self.database.clock.now()
        if webhook.resting_until is not None and webhook.resting_until > now:
            return Again(webhook.resting_until, attempt)
        fact = await self._as_owner_knows_it(webhook, sequence)
        if fact is None:
            return None
        body = orjson.dumps(envelope(fact)).decode()
        headers = self.secrets.headers(webhook, fact.fact_id, body, now) | trace_headers()
        outcome = await self.sender.send(webhook.url, body, headers)
        return await self._note(webhook, sequence, attempt, outcome)

    async def _as_owner_knows_it(self, webhook: Webhook, sequence: int) -> PublishedFact | None:
        """None for what is not theirs to know, and for what has been cleared away."""
        async with self.database.unit_of_work(Viewer(webhook.owner_id, webhook.role)) as uow:
            read = await facts_after(uow, sequence - 1, 1)
        return next((fact for fact in read.facts if fact.sequence == sequence), None)

    async def _note(self, webhook: Webhook, sequence: int, attempt: int, outcome: Outcome) -> Again | None:
        async with self.database.unit_of_work(SYSTEM) as uow:
            if outcome.error is None:
                await webhooks.note_success(uow, webhook.webhook_id, sequence)
                return None
            resting_until = uow.now + max(rest(webhook.failures + 1), outcome.wait)
            disabled = await webhooks.note_failure(
                uow,
                webhook.webhook_id,
                sequence,
                outcome.error,
                resting_until=resting_until,
                patience=self.patience,
                gone=outcome.gone,
            )
        wait = next_wait(attempt)
        if disabled:
            log.warning("webhook %s is disabled: %s", webhook.webhook_id, outcome.error)
            return None
        if wait is None:
            log.warning("fact %d is given up for webhook %s: %s", sequence, webhook.webhook_id, outcome.error)
            return None
        return Again(max(resting_until, uow.now + wait), attempt + 1)
