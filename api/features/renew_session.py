"""Exchange a refresh token for the next one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from domain.viewer import Viewer
from persistence.repositories import sessions
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RenewSession(Message[tuple[Viewer, datetime] | None]):
    """Which session, by the hash of its token; the hash of the next one; how long that is good."""

    session_id: UUID
    token_hash: bytes
    next_hash: bytes
    lifetime: timedelta


async def handle(command: RenewSession, uow: UnitOfWork, _policy: Policy) -> tuple[Viewer, datetime] | None:
    """Whose session it is, and until when; None for a token that is not good.

    A token that was exchanged before ends the session: somebody has copied it.
    """
    expires_at = uow.now + command.lifetime
    renewal = await sessions.renew(uow, command.session_id, command.token_hash, command.next_hash, expires_at)
    if renewal is None:
        return None
    if renewal.was_reused:
        uow.audit("RefreshTokenReused", renewal.user_id)
        return None
    return Viewer(renewal.user_id, renewal.role), expires_at
