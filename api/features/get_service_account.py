"""One service account."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from domain.user import User
from persistence.repositories import users
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetServiceAccount(Message[User]):
    """By id."""

    service_account_id: UUID


async def handle(query: GetServiceAccount, uow: UnitOfWork, _policy: Policy) -> User:
    """The account. Raises NotFoundException."""
    return await users.get(uow, query.service_account_id, service_account=True)
