"""Sign out."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from persistence.repositories import sessions
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class EndSessions(Message[None]):
    """Which session of the caller's; None for all of them."""

    session_id: UUID | None = None


async def handle(command: EndSessions, uow: UnitOfWork, _policy: Policy) -> None:
    """Their refresh tokens are good for nothing from now on."""
    if await sessions.end(uow, uow.viewer.user_id, command.session_id):
        uow.audit("SignedOut", uow.viewer.user_id)
