"""Everything that is kept on a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from persistence.erasure import traces_of
from persistence.everywhere import rows_on
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetPersonalData(Message[dict[str, list[dict[str, Any]]]]):
    """Who it is."""

    user_id: UUID


async def handle(query: GetPersonalData, uow: UnitOfWork, _policy: Policy) -> dict[str, list[dict[str, Any]]]:
    """The rows of every table that have their id, name or address; for the worker alone."""
    return await rows_on(uow, query.user_id, await traces_of(uow, query.user_id))
