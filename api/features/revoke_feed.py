"""End a feed."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from persistence.repositories import feeds
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RevokeFeed(Message[None]):
    """Which feed."""

    feed_id: UUID


async def handle(command: RevokeFeed, uow: UnitOfWork, _policy: Policy) -> None:
    """Its address leads nowhere from now on. Raises NotFoundException for another's, unless to an Admin."""
    feed = await feeds.get(uow, command.feed_id)
    await feeds.remove(uow, command.feed_id)
    uow.audit("FeedRevoked", command.feed_id, before=feed.document)
