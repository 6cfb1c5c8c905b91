"""What a password is checked against."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.policy import Policy
from persistence.repositories import passwords
from persistence.repositories.passwords import Login
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetLogin(Message[Login | None]):
    """Of the account with the address; None for the caller's own."""

    email: str | None = None


async def handle(query: GetLogin, uow: UnitOfWork, _policy: Policy) -> Login | None:
    """The login; None for who has no password or may not come in."""
    return await passwords.login_of(uow, query.email)
