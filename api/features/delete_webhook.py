"""End a webhook."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from persistence.documents import webhook_document
from persistence.repositories import webhooks
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class DeleteWebhook(Message[None]):
    """Which one."""

    webhook_id: UUID


async def handle(command: DeleteWebhook, uow: UnitOfWork, _policy: Policy) -> None:
    """Nothing is sent any more. Raises NotFoundException for another's, unless to an Admin."""
    webhook = await webhooks.get(uow, command.webhook_id, locked=True)
    await webhooks.remove(uow, webhook.webhook_id)
    uow.audit("WebhookDeleted", webhook.webhook_id, before=webhook_document(webhook))
