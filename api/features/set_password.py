"""Give somebody a password."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.errors import FieldException
from domain.policy import Policy
from persistence.repositories import passwords, sessions, users
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SetPassword(Message[None]):
    """The hash of the caller's own new password or, as an Admin, of anybody's."""

    user_id: UUID
    password_hash: str


async def handle(command: SetPassword, uow: UnitOfWork, _policy: Policy) -> None:
    """Whoever was signed in with the old one has to sign in again. Raises NotFoundException."""
    user = await users.get(uow, command.user_id, service_account=False)
    if user.issuer is not None or user.email is None:
        raise FieldException("userId", "Only people of our own with an address can have a password")
    await passwords.store(uow, user.user_id, command.password_hash)
    await sessions.end(uow, user.user_id)
    uow.audit("PasswordChanged", user.user_id)
