"""Make a resource: a venue, a person, a piece of equipment or a pool of equal pieces."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.entities import Resource
from domain.enums import ResourceType
from domain.policy import Policy
from domain.working_hours import WorkingHours
from persistence.repositories import resources
from persistence.repositories.entity_document import entity_document
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CreateResource(Message[Resource]):
    """A resource to be; see `domain.entities.Resource`."""

    name: str
    resource_type: ResourceType
    time_zone: str
    quantity: int = 1
    capacity: int | None = None
    features: frozenset[str] = frozenset()
    setup_minutes: int = 0
    teardown_minutes: int = 0
    interchange_group: str | None = None
    working_hours: WorkingHours | None = None
    is_active: bool = True


async def handle(command: CreateResource, uow: UnitOfWork, _policy: Policy) -> Resource:
    """The new resource, without a calendar."""
    resource = Resource(
        resource_id=uow.ids.scattered(),
        name=command.name,
        resource_type=command.resource_type,
        quantity=command.quantity,
        capacity=command.capacity,
        features=command.features,
        setup_minutes=command.setup_minutes,
        teardown_minutes=command.teardown_minutes,
        interchange_group=command.interchange_group,
        working_hours=command.working_hours,
        time_zone=command.time_zone,
        is_active=command.is_active,
    )
    await resources.add(uow, resource)
    uow.audit("ResourceCreated", resource.resource_id, after=entity_document(resource))
    return resource
