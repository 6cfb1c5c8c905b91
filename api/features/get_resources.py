"""A page of resources."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.entities import Resource
from domain.policy import Policy
from persistence.repositories import resources
from persistence.repositories.resources import ResourceFilter
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetResources(Message[list[Resource]]):
    """Which resources, how many, and the name and id of the one to go on from."""

    wanted: ResourceFilter
    limit: int
    after: tuple[str, UUID] | None = None


async def handle(query: GetResources, uow: UnitOfWork, _policy: Policy) -> list[Resource]:
    """The resources the viewer may see, by name."""
    return await resources.listed(uow, query.wanted, query.after, query.limit)
