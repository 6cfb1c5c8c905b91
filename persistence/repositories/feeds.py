"""Feeds as stored: whose they are, of what, and the hash of the token that opens them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text

from domain.enums import FeedAudience, Role
from domain.errors import NotFoundException
from persistence import tables
from persistence.mapping import Row
from persistence.unit_of_work import UnitOfWork

_feeds = tables.feeds
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('callboard feeds ' || CAST(:owner AS text), 0))")
_OF_TOKEN = text("SELECT * FROM feed_of(:token_hash)")


@dataclass(frozen=True, slots=True)
class Feed:
    """An address at which calendar programs find a schedule.

    role: the owner's when it was made, and at most what it is by now.
    calendar_id: None for the owner's own bookings, wherever they are.
    """

    feed_id: UUID
    owner_id: UUID
    role: Role
    calendar_id: UUID | None
    audience: FeedAudience
    created_at: datetime

    @property
    def document(self) -> dict[str, str | None]:
        """What the audit log keeps of it; not its token, nor the token's hash."""
        calendar_id = None if self.calendar_id is None else str(self.calendar_id)
        return {"ownerId": str(self.owner_id), "calendarId": calendar_id, "audience": self.audience.value}


async def add(uow: UnitOfWork, feed: Feed, token_hash: bytes) -> None:
    """Store a new feed."""
    values = {
        "feed_id": feed.feed_id,
        "owner_id": feed.owner_id,
        "role": int(feed.role),
        "calendar_id": feed.calendar_id,
        "audience": feed.audience.value,
        "token_hash": token_hash,
        "created_at": feed.created_at,
    }
    await uow.connection.execute(insert(_feeds).values(values))


async def locked_count(uow: UnitOfWork) -> int:
    """How many feeds the viewer has, until this transaction ends: no other makes one meanwhile."""
    await uow.connection.execute(_LOCK, {"owner": str(uow.viewer.user_id)})
    statement = select(func.count()).select_from(_feeds).where(_feeds.c.owner_id == uow.viewer.user_id)
    return int((await uow.connection.execute(statement)).scalar_one())


async def of_owner(uow: UnitOfWork, owner_id: UUID) -> list[Feed]:
    """Somebody's feeds, oldest first."""
    statement = select(_feeds).where(_feeds.c.owner_id == owner_id).order_by(_feeds.c.feed_id)
    return [_feed_from(row) for row in (await uow.connection.execute(statement)).mappings()]


async def get(uow: UnitOfWork, feed_id: UUID) -> Feed:
    """The feed, if it is the viewer's or the viewer an Admin. Raises NotFoundException."""
    statement = select(_feeds).where(_feeds.c.feed_id == feed_id)
    row = (await uow.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFoundException("Feed", feed_id)
    return _feed_from(row)


async def remove(uow: UnitOfWork, feed_id: UUID) -> None:
    """End a feed: its address leads nowhere from now on."""
    await uow.connection.execute(delete(_feeds).where(_feeds.c.feed_id == feed_id))


async def of_token(uow: UnitOfWork, token_hash: bytes) -> Feed | None:
    """The feed that a token opens, whoever asks; None when there is none."""
    row = (await uow.connection.execute(_OF_TOKEN, {"token_hash": token_hash})).mappings().one_or_none()
    return None if row is None else _feed_from(row)


def _feed_from(row: Row) -> Feed:
    return Feed(
        row["feed_id"],
        row["owner_id"],
        Role(row["role"]),
        row["calendar_id"],
        FeedAudience(row["audience"]),
        row["created_at"],
    )
