"""Which service account a token is of."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.policy import Policy
from persistence.repositories import access_tokens
from persistence.repositories.access_tokens import TokenBearer
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetTokenBearer(Message[TokenBearer | None]):
    """The hash of a token that somebody came with."""

    token_hash: bytes


async def handle(query: GetTokenBearer, uow: UnitOfWork, _policy: Policy) -> TokenBearer | None:
    """Whose it is, and until when; None for one that is not good."""
    return await access_tokens.bearer_of(uow, query.token_hash)
