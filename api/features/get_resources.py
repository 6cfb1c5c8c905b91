"""A page of resources."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.entities import Resource
from domain.policy import Policy
from persistence.repositories import resources
from persistence.repositories.resources import ResourceFilter
from persistence.sorting import Position, Sort
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetResources(Message[list[Resource]]):
    """Which resources, in which order, how many, and the position of the one to go on from."""

    wanted: ResourceFilter
    sort: Sort
    limit: int
    after: Position | None = None


async def handle(query: GetResources, uow: UnitOfWork, _policy: Policy) -> list[Resource]:
    """The resources the viewer may see."""
    return await resources.listed(uow, query.wanted, query.sort, query.after, query.limit)
