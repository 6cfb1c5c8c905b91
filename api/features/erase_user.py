"""Take a person's name and address out of everything."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from persistence.erasure import Erased, erase, traces_of
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class EraseUser(Message[Erased]):
    """Who it is. also: other names they are known by."""

    user_id: UUID
    also: tuple[str, ...] = ()


async def handle(command: EraseUser, uow: UnitOfWork, _policy: Policy) -> Erased:
    """What was changed; for the worker alone, which sees all rows. Raises NotFoundException."""
    erased = await erase(uow, await traces_of(uow, command.user_id, command.also))
    uow.audit("UserErased", command.user_id, after={"rows": erased.rows})
    return erased
