"""Give a webhook a new secret; the last one signs beside it for a day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from domain.webhook import Webhook
from persistence.repositories import webhooks
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RotateWebhookSecret(Message[Webhook]):
    """Of which one."""

    webhook_id: UUID


async def handle(command: RotateWebhookSecret, uow: UnitOfWork, _policy: Policy) -> Webhook:
    """The webhook with its new number. Raises NotFoundException for another's, unless to an Admin."""
    before = await webhooks.get(uow, command.webhook_id, locked=True)
    number = before.secret_number + 1
    webhook = replace(before, secret_number=number, rotated_at=uow.now, version=before.version + 1)
    await webhooks.change(uow, webhook)
    uow.audit("WebhookSecretRotated", webhook.webhook_id)
    return webhook
