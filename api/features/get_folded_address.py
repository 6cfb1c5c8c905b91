"""An e-mail address as accounts are found by it."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.policy import Policy
from persistence.repositories import passwords
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetFoldedAddress(Message[str]):
    """What somebody typed."""

    email: str


async def handle(query: GetFoldedAddress, uow: UnitOfWork, _policy: Policy) -> str:
    """The same for all addresses that are one account's."""
    return await passwords.folded(uow, query.email)
