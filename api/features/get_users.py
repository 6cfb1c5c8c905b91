"""Accounts."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from domain.user import User
from persistence.repositories import users
from persistence.repositories.users import UserFilter
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetUsers(Message[list[User]]):
    """Up to `limit` that come after a name and id."""

    wanted: UserFilter
    limit: int
    after: tuple[str, UUID] | None = None


async def handle(query: GetUsers, uow: UnitOfWork, _policy: Policy) -> list[User]:
    """The accounts by name."""
    return await users.listed(uow, query.wanted, query.after, query.limit)
