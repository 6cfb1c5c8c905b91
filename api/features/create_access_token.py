"""Give a service account one more token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from api.message import Message
from domain.errors import FieldException, StateConflict
from domain.policy import Policy
from domain.user import AccessToken
from persistence.repositories import access_tokens, users
from persistence.unit_of_work import UnitOfWork

MOST_TOKENS = 10
"""That are good at once, of one account."""

USUAL_LIFETIME = timedelta(days=90)
LONGEST_LIFETIME = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class CreateAccessToken(Message[AccessToken]):
    """Of which account, and until when; 90 days without an instant."""

    service_account_id: UUID
    token_hash: bytes
    expires_at: datetime | None = None


async def handle(command: CreateAccessToken, uow: UnitOfWork, _policy: Policy) -> AccessToken:
    """The new token. Raises NotFoundException, and StateConflict when there are enough."""
    account = await users.get(uow, command.service_account_id, service_account=True, locked=True)
    expires_at = command.expires_at or uow.now + USUAL_LIFETIME
    if not uow.now < expires_at <= uow.now + LONGEST_LIFETIME:
        raise FieldException("expiresAt", f"must lie ahead, and at most {LONGEST_LIFETIME.days} days")
    if await access_tokens.live_count(uow, account.user_id) >= MOST_TOKENS:
        raise StateConflict(f"The account has {MOST_TOKENS} tokens; revoke one first")
    token = AccessToken(uow.ids.ordered(), account.user_id, uow.now, expires_at)
    await access_tokens.add(uow, token, command.token_hash)
    after = {"tokenId": str(token.access_token_id), "expiresAt": expires_at.isoformat()}
    uow.audit("AccessTokenCreated", account.user_id, after=after)
    return token
