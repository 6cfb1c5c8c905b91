"""Whether somebody may look at a resource, and whether what was said of its availability is still so."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from persistence.readers.resource_revision import ResourceRevision, read_resource_revision
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetResourceRevision(Message[ResourceRevision]):
    """Which resource."""

    resource_id: UUID


async def handle(query: GetResourceRevision, uow: UnitOfWork, _policy: Policy) -> ResourceRevision:
    """The resource's revision, if the viewer may see it."""
    return await read_resource_revision(uow, query.resource_id)
