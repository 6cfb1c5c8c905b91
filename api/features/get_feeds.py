"""Somebody's feeds."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from domain.rules.ownership import owner_asked_for
from persistence.repositories import feeds
from persistence.repositories.feeds import Feed
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetFeeds(Message[list[Feed]]):
    """All of them. owner_id: whose; None for the caller's."""

    owner_id: UUID | None = None


async def handle(query: GetFeeds, uow: UnitOfWork, _policy: Policy) -> list[Feed]:
    """The feeds, oldest first. Raises ForbiddenException for another's, unless to an Admin."""
    return await feeds.of_owner(uow, owner_asked_for(uow.viewer, query.owner_id, "feeds"))
