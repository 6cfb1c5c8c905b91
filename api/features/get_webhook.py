"""One webhook, and how it is doing."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from domain.webhook import Webhook
from persistence.repositories import webhooks
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetWebhook(Message[Webhook]):
    """Which one."""

    webhook_id: UUID


async def handle(query: GetWebhook, uow: UnitOfWork, _policy: Policy) -> Webhook:
    """The webhook. Raises NotFoundException for another's, unless to an Admin."""
    return await webhooks.get(uow, query.webhook_id)
