"""Note somebody whom a foreign issuer knows."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.policy import Policy
from persistence.repositories import users
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NotePerson(Message[bool]):
    """The caller, by what their token says."""

    issuer: str
    name: str | None
    email: str | None


async def handle(command: NotePerson, uow: UnitOfWork, _policy: Policy) -> bool:
    """Whether they may come in."""
    return await users.note_person(uow, command.issuer, command.name, command.email)
