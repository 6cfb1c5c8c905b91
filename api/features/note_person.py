"""Note somebody whom a foreign issuer knows."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.policy import Policy
from persistence.documents import user_document
from persistence.repositories import users
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NotePerson(Message[bool]):
    """The caller, by what their token says."""

    issuer: str
    name: str | None
    email: str | None


async def handle(command: NotePerson, uow: UnitOfWork, _policy: Policy) -> bool:
    """Whether they may come in. What is new of them is audited: erasing finds old names there."""
    key = uow.viewer.user_id
    before = await users.find(uow, key)
    may_come_in = await users.note_person(uow, command.issuer, command.name, command.email)
    after = await users.find(uow, key)
    if before is None and after is not None:
        uow.audit("UserCreated", key, after=user_document(after))
    elif before is not None and after is not None and before != after:
        uow.audit("UserUpdated", key, user_document(before), user_document(after))
    return may_come_in
