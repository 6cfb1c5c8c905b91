"""Whose feed a token opens."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.policy import Policy
from persistence.repositories import feeds
from persistence.repositories.feeds import Feed
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetFeedByToken(Message[Feed | None]):
    """The hash of a token that somebody came with."""

    token_hash: bytes


async def handle(query: GetFeedByToken, uow: UnitOfWork, _policy: Policy) -> Feed | None:
    """The feed; None when there is none."""
    return await feeds.of_token(uow, query.token_hash)
