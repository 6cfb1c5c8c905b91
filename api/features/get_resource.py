"""One resource."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.entities import Resource
from domain.policy import Policy
from persistence.repositories import resources
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetResource(Message[Resource]):
    """Which resource."""

    resource_id: UUID


async def handle(query: GetResource, uow: UnitOfWork, _policy: Policy) -> Resource:
    """The resource, if the viewer may see it."""
    return await resources.get(uow, query.resource_id)
