"""Make an address at which calendar programs find a schedule."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.enums import FeedAudience
from domain.errors import FieldException, NotFoundException, StateConflict
from domain.policy import Policy
from persistence.repositories import calendars, feeds
from persistence.repositories.feeds import Feed
from persistence.unit_of_work import UnitOfWork

MOST_FEEDS = 100
"""Of one person."""


@dataclass(frozen=True, slots=True)
class CreateFeed(Message[Feed]):
    """Of a calendar, or of the caller's own bookings when calendar_id is None."""

    token_hash: bytes
    calendar_id: UUID | None = None
    audience: FeedAudience = FeedAudience.Owner


async def handle(command: CreateFeed, uow: UnitOfWork, _policy: Policy) -> Feed:
    """The new feed. Raises FieldException for a calendar that is hidden."""
    if command.calendar_id is not None:
        try:
            await calendars.get(uow, command.calendar_id)
        except NotFoundException:
            raise FieldException("calendarId", "Calendar does not exist") from None
    if await feeds.locked_count(uow) >= MOST_FEEDS:
        raise StateConflict(f"You have {MOST_FEEDS} feeds; revoke one first")
    feed = Feed(
        uow.ids.ordered(), uow.viewer.user_id, uow.viewer.role, command.calendar_id, command.audience, uow.now
    )
    await feeds.add(uow, feed, command.token_hash)
    uow.audit("FeedCreated", feed.feed_id, after=feed.document)
    return feed
