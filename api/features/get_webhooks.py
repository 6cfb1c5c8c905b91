"""Somebody's webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from domain.rules.ownership import owner_asked_for
from domain.webhook import Webhook
from persistence.repositories import webhooks
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetWebhooks(Message[list[Webhook]]):
    """All of them. owner_id: whose; None for the caller's."""

    owner_id: UUID | None = None


async def handle(query: GetWebhooks, uow: UnitOfWork, _policy: Policy) -> list[Webhook]:
    """The webhooks, oldest first. Raises ForbiddenException for another's, unless to an Admin."""
    return await webhooks.of_owner(uow, owner_asked_for(uow.viewer, query.owner_id, "webhooks"))
