"""One person."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from domain.user import User
from persistence.repositories import users
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetUser(Message[User]):
    """By id."""

    user_id: UUID


async def handle(query: GetUser, uow: UnitOfWork, _policy: Policy) -> User:
    """The person. Raises NotFoundException."""
    return await users.get(uow, query.user_id, service_account=False)
