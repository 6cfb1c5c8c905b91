"""Somebody's feeds."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.enums import Role
from domain.errors import ForbiddenException
from domain.policy import Policy
from persistence.repositories import feeds
from persistence.repositories.feeds import Feed
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetFeeds(Message[list[Feed]]):
    """All of them. owner_id: whose; None for the caller's."""

    owner_id: UUID | None = None


async def handle(query: GetFeeds, uow: UnitOfWork, _policy: Policy) -> list[Feed]:
    """The feeds, oldest first. Raises ForbiddenException for another's, unless to an Admin."""
    viewer = uow.viewer
    owner_id = query.owner_id or viewer.user_id
    if owner_id != viewer.user_id and viewer.role is not Role.Admin:
        raise ForbiddenException("Only an Admin lists the feeds of others")
    return await feeds.of_owner(uow, owner_id)
