"""Have facts sent to an address as they are published."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.errors import StateConflict
from domain.policy import Policy
from domain.webhook import Webhook
from persistence.documents import webhook_document
from persistence.repositories import webhooks
from persistence.unit_of_work import UnitOfWork

MOST_WEBHOOKS = 20
"""Of one person."""


@dataclass(frozen=True, slots=True)
class CreateWebhook(Message[Webhook]):
    """Where to, and which types of facts."""

    url: str
    fact_types: frozenset[str]
    description: str | None = None


async def handle(command: CreateWebhook, uow: UnitOfWork, _policy: Policy) -> Webhook:
    """The new webhook, which gets what is published from now on. Raises StateConflict for one too many."""
    if await webhooks.locked_count(uow) >= MOST_WEBHOOKS:
        raise StateConflict(f"You have {MOST_WEBHOOKS} webhooks; delete one first")
    webhook = Webhook(
        uow.ids.ordered(),
        uow.viewer.user_id,
        uow.viewer.role,
        command.url,
        command.fact_types,
        uow.now,
        command.description,
    )
    await webhooks.add(uow, webhook)
    uow.audit("WebhookCreated", webhook.webhook_id, after=webhook_document(webhook))
    return webhook
