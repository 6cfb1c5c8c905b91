"""Give a program an account."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.enums import Role, Scope
from domain.policy import Policy
from domain.user import User
from persistence.documents import user_document
from persistence.repositories import users
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CreateServiceAccount(Message[User]):
    """What it is called, what it may, and what its tokens may be used for."""

    name: str
    role: Role
    scopes: frozenset[Scope]


async def handle(command: CreateServiceAccount, uow: UnitOfWork, _policy: Policy) -> User:
    """The new account, without a token yet."""
    account = User(uow.ids.ordered(), command.name, command.role, uow.now, scopes=command.scopes)
    await users.add(uow, account)
    uow.audit("ServiceAccountCreated", account.user_id, after=user_document(account))
    return account
