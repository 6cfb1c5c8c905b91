"""The tokens of a service account."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from domain.user import AccessToken
from persistence.repositories import access_tokens, users
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetAccessTokens(Message[list[AccessToken]]):
    """Of which account."""

    service_account_id: UUID


async def handle(query: GetAccessTokens, uow: UnitOfWork, _policy: Policy) -> list[AccessToken]:
    """All that are kept, newest first. Raises NotFoundException."""
    account = await users.get(uow, query.service_account_id, service_account=True)
    return await access_tokens.of_account(uow, account.user_id)
