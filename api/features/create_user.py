"""Give a person an account."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.enums import Role
from domain.errors import FieldException
from domain.policy import Policy
from domain.user import User
from persistence.documents import user_document
from persistence.repositories import passwords, users
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CreateUser(Message[User]):
    """Who it is. password_hash: None for somebody who gets a password later."""

    name: str
    email: str
    role: Role
    password_hash: str | None = None


async def handle(command: CreateUser, uow: UnitOfWork, _policy: Policy) -> User:
    """The new account. Raises FieldException for an address that somebody has."""
    if await users.by_email(uow, command.email) is not None:
        raise FieldException("email", "Somebody has this address already")
    user = User(uow.ids.ordered(), command.name, command.role, uow.now, command.email)
    await users.add(uow, user)
    if command.password_hash is not None:
        await passwords.store(uow, user.user_id, command.password_hash)
    uow.audit("UserCreated", user.user_id, after=user_document(user))
    return user
