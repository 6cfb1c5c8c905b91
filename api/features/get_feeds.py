"""The caller's feeds."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.policy import Policy
from persistence.repositories import feeds
from persistence.repositories.feeds import Feed
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetFeeds(Message[list[Feed]]):
    """All of them."""


async def handle(_query: GetFeeds, uow: UnitOfWork, _policy: Policy) -> list[Feed]:
    """The feeds, oldest first."""
    return await feeds.own(uow)
