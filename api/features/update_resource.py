"""Change a resource; bookings that claim it are judged again by its quantity, buffers and working hours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from api.booking.reassess import reassess, survey
from api.booking.stranding import restrand_all
from api.message import Message
from domain.entities import Resource
from domain.enums import ResourceType
from domain.errors import FieldException
from domain.kept import ensure_kept
from domain.policy import Policy
from domain.versions import ensure_version
from domain.working_hours import WorkingHours
from persistence.repositories import calendars, resources
from persistence.repositories.entity_document import entity_document
from persistence.unit_of_work import TransactionLost, UnitOfWork


@dataclass(frozen=True, slots=True)
class UpdateResource(Message[Resource]):
    """All that can be changed of a resource, as it is to be. expected_version: None for any.

    quantity: None for 1, or, for a venue with a calendar, for what the calendar says.
    resource_type: what the caller takes it to be, None for nothing.
    """

    resource_id: UUID
    name: str
    time_zone: str
    quantity: int | None
    capacity: int | None
    features: frozenset[str]
    setup_minutes: int
    teardown_minutes: int
    interchange_group: str | None
    working_hours: WorkingHours | None
    is_active: bool
    resource_type: ResourceType | None = None
    expected_version: int | None = None

    def applied_to(self, resource: Resource, *, has_calendar: bool) -> Resource:
        """The resource as it is to be. Raises FieldException where it cannot be changed so."""
        ensure_kept("resourceType", resource.resource_type, self.resource_type)
        bound = has_calendar and resource.resource_type is ResourceType.Venue
        if bound and self.quantity not in {None, resource.quantity}:
            raise FieldException(
                "quantity", "A venue's quantity is its calendar's maxConcurrentEvents; change it there"
            )
        return replace(
            resource,
            name=self.name,
            time_zone=self.time_zone,
            quantity=resource.quantity if bound else self.quantity or 1,
            capacity=self.capacity,
            features=self.features,
            setup_minutes=self.setup_minutes,
            teardown_minutes=self.teardown_minutes,
            interchange_group=self.interchange_group,
            working_hours=self.working_hours,
            is_active=self.is_active,
            version=resource.version + 1,
        )


async def handle(command: UpdateResource, uow: UnitOfWork, _policy: Policy) -> Resource:
    """The changed resource."""
    key = command.resource_id
    seen = await resources.get(uow, key)
    has_calendar = await calendars.of_owner(uow, key) is not None
    found = None
    if _touches_bookings(seen, command.applied_to(seen, has_calendar=has_calendar)):
        found = await survey(uow, resource_id=key)
    before = await resources.lock(uow, key)
    ensure_version(before.version, command.expected_version)
    after = command.applied_to(before, has_calendar=await calendars.of_owner(uow, key) is not None)
    await resources.store(uow, after)
    if _touches_bookings(before, after):
        if found is None:
            raise TransactionLost("the resource changed before it was locked")
        await reassess(uow, found, resource=after)
    if (before.working_hours, before.time_zone) != (after.working_hours, after.time_zone):
        await restrand_all(uow, after)
    uow.audit("ResourceUpdated", key, entity_document(before), entity_document(after))
    return after


def _touches_bookings(before: Resource, after: Resource) -> bool:
    buffers_changed = (before.setup_minutes, before.teardown_minutes) != (
        after.setup_minutes,
        after.teardown_minutes,
    )
    return buffers_changed or before.quantity != after.quantity
