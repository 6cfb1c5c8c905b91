"""Who the caller is."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.policy import Policy
from domain.user import User
from persistence.repositories import users
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetMe(Message[User | None]):
    """Of the caller."""


async def handle(_query: GetMe, uow: UnitOfWork, _policy: Policy) -> User | None:
    """Their account; None for who has a token and no account."""
    return await users.find(uow, uow.viewer.user_id)
