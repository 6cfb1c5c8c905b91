"""Let somebody in whose password was right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from api.message import Message
from domain.errors import UnauthorizedException
from domain.policy import Policy
from persistence.repositories import passwords, sessions
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class BeginSession(Message[datetime]):
    """The session of the sender.

    checked_hash: the one that the password was right for. account, address: whose attempts are forgiven.
    new_hash: of the password, in place of one out of date.
    """

    session_id: UUID
    token_hash: bytes
    lifetime: timedelta
    checked_hash: str
    account: bytes
    address: bytes
    new_hash: str | None = None


async def handle(command: BeginSession, uow: UnitOfWork, _policy: Policy) -> datetime:
    """Until when the session lasts.

    Raises UnauthorizedException when the password was changed, or the account disabled, in the meantime.
    """
    if not await passwords.stands(uow, command.checked_hash):
        raise UnauthorizedException("The password was changed, or the account disabled, just now")
    expires_at = uow.now + command.lifetime
    await sessions.begin(uow, command.session_id, command.token_hash, expires_at)
    await passwords.forgive(uow, command.account, command.address)
    if command.new_hash is not None:
        await passwords.store(uow, uow.viewer.user_id, command.new_hash)
    uow.audit("SignedIn", uow.viewer.user_id)
    return expires_at
