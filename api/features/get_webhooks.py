"""Somebody's webhooks."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.enums import Role
from domain.errors import ForbiddenException
from domain.policy import Policy
from domain.webhook import Webhook
from persistence.repositories import webhooks
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetWebhooks(Message[list[Webhook]]):
    """All of them. owner_id: whose; None for the caller's."""

    owner_id: UUID | None = None


async def handle(query: GetWebhooks, uow: UnitOfWork, _policy: Policy) -> list[Webhook]:
    """The webhooks, oldest first. Raises ForbiddenException for another's, unless to an Admin."""
    viewer = uow.viewer
    owner_id = query.owner_id or viewer.user_id
    if owner_id != viewer.user_id and viewer.role is not Role.Admin:
        raise ForbiddenException("Only an Admin lists the webhooks of others")
    return await webhooks.of_owner(uow, owner_id)
