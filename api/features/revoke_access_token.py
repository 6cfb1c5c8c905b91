"""End a token of a service account."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from persistence.repositories import access_tokens, users
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RevokeAccessToken(Message[None]):
    """Which token of which account."""

    service_account_id: UUID
    access_token_id: UUID


async def handle(command: RevokeAccessToken, uow: UnitOfWork, _policy: Policy) -> None:
    """It is good for nothing from now on. Raises NotFoundException."""
    account = await users.get(uow, command.service_account_id, service_account=True)
    await access_tokens.revoke(uow, account.user_id, command.access_token_id)
    before = {"tokenId": str(command.access_token_id)}
    uow.audit("AccessTokenRevoked", account.user_id, before=before)
