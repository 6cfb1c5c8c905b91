"""Change where a webhook leads, what it gets, and whether it gets anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from domain.versions import ensure_version
from domain.webhook import Webhook
from persistence.documents import webhook_document
from persistence.repositories import webhooks
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class UpdateWebhook(Message[Webhook]):
    """What it is to be. is_active: False to send nothing; True starts a disabled one afresh."""

    webhook_id: UUID
    url: str
    fact_types: frozenset[str]
    description: str | None
    is_active: bool
    expected_version: int | None = None


async def handle(command: UpdateWebhook, uow: UnitOfWork, _policy: Policy) -> Webhook:
    """The changed webhook. Raises NotFoundException for another's, unless to an Admin."""
    before = await webhooks.get(uow, command.webhook_id, locked=True)
    ensure_version(before.version, command.expected_version)
    wanted = replace(
        before,
        url=command.url,
        fact_types=command.fact_types,
        description=command.description,
        disabled_at=None if command.is_active else before.disabled_at or uow.now,
    )
    if wanted == before:
        return before
    wanted = replace(wanted, version=before.version + 1)
    await webhooks.change(uow, wanted)
    uow.audit("WebhookUpdated", before.webhook_id, webhook_document(before), webhook_document(wanted))
    return await webhooks.get(uow, command.webhook_id)
