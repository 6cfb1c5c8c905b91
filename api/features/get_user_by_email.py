"""Whom an address is of."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.policy import Policy
from domain.user import User
from persistence.repositories import users
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetUserByEmail(Message[User | None]):
    """The address, in any case."""

    email: str


async def handle(query: GetUserByEmail, uow: UnitOfWork, _policy: Policy) -> User | None:
    """The person; None where nobody of our own has it."""
    return await users.by_email(uow, query.email)
