"""Delete a resource that nothing uses."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.errors import StateConflict
from domain.policy import Policy
from domain.versions import ensure_version
from persistence.repositories import calendars, resources
from persistence.repositories.entity_document import entity_document
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class DeleteResource(Message[None]):
    """Which resource. expected_version: None for any."""

    resource_id: UUID
    expected_version: int | None = None


async def handle(command: DeleteResource, uow: UnitOfWork, _policy: Policy) -> None:
    """Delete it, with its closures. Raises StateConflict when bookings claim it or it has a calendar."""
    resource = await resources.lock_for_removal(uow, command.resource_id)
    ensure_version(resource.version, command.expected_version)
    if await resources.is_used(uow, resource.resource_id):
        raise StateConflict("Bookings, past ones included, use the resource; set isActive to false instead")
    if await calendars.of_owner(uow, resource.resource_id) is not None:
        raise StateConflict("The resource has a calendar; delete that first")
    await resources.remove(uow, resource.resource_id)
    uow.audit("ResourceDeleted", resource.resource_id, before=entity_document(resource))
