"""Make a calendar; for a venue, a person or a piece of equipment that is not there yet, make that too."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from api.booking.reassess import reassess, survey
from api.message import Message
from domain.entities import Calendar, Resource
from domain.enums import CalendarType, OwnerType, ResourceType
from domain.errors import FieldException
from domain.policy import Policy
from persistence.repositories import calendars, resources
from persistence.repositories.entity_document import entity_document
from persistence.unit_of_work import UnitOfWork

OWNERS: dict[CalendarType, tuple[OwnerType, ...]] = {
    CalendarType.Venue: (OwnerType.Venue,),
    CalendarType.Staff: (OwnerType.Staff,),
    CalendarType.Equipment: (OwnerType.Equipment,),
    CalendarType.Master: (OwnerType.Organization, OwnerType.Department),
    CalendarType.Department: (OwnerType.Department, OwnerType.Organization),
}
"""Who can own which calendar, the usual owner first."""


@dataclass(frozen=True, slots=True)
class CreateCalendar(Message[Calendar]):
    """A calendar to be. owner_type: None for the usual one of its type.

    owner_id: None for a new owner. max_concurrent_events: None for an existing venue's quantity, else 1.
    """

    name: str
    calendar_type: CalendarType
    time_zone: str
    owner_type: OwnerType | None = None
    owner_id: UUID | None = None
    description: str | None = None
    is_active: bool = True
    allow_overbooking: bool = False
    max_concurrent_events: int | None = None
    instant_booking: bool = False
    escalation_contact_id: UUID | None = None


async def handle(command: CreateCalendar, uow: UnitOfWork, _policy: Policy) -> Calendar:
    """The new calendar, with its owner."""
    owner_type = _owner_type(command)
    calendar = Calendar(
        calendar_id=uow.ids.scattered(),
        name=command.name,
        calendar_type=command.calendar_type,
        owner_id=command.owner_id or uow.ids.scattered(),
        owner_type=owner_type,
        time_zone=command.time_zone,
        created_at=uow.now,
        description=command.description,
        is_active=command.is_active,
        allow_overbooking=command.allow_overbooking,
        max_concurrent_events=command.max_concurrent_events or 1,
        instant_booking=command.instant_booking,
        escalation_contact_id=command.escalation_contact_id,
    )
    if calendar.resource_id is None:
        await _add(uow, calendar)
    elif command.owner_id is None:
        await _add_owner(uow, calendar)
        await _add(uow, calendar)
        await resources.give_calendar(uow, calendar.owner_id, calendar.calendar_id)
    else:
        calendar = await _adopt(uow, calendar, command.max_concurrent_events)
    uow.audit("CalendarCreated", calendar.calendar_id, after=entity_document(calendar))
    return calendar


def _owner_type(command: CreateCalendar) -> OwnerType:
    allowed = OWNERS[command.calendar_type]
    wanted = command.owner_type if command.owner_type is not None else allowed[0]
    if wanted not in allowed:
        names = " or ".join(one.name for one in allowed)
        raise FieldException(
            "ownerType", f"A calendar of type {command.calendar_type.name} is owned by {names}"
        )
    return wanted


async def _add(uow: UnitOfWork, calendar: Calendar) -> None:
    if not await calendars.add(uow, calendar):
        raise FieldException("ownerId", "The owner already has a calendar")


async def _add_owner(uow: UnitOfWork, calendar: Calendar) -> None:
    is_venue = calendar.owner_type is OwnerType.Venue
    resource = Resource(
        resource_id=calendar.owner_id,
        name=calendar.name,
        resource_type=ResourceType(calendar.owner_type),
        quantity=calendar.max_concurrent_events if is_venue else 1,
        time_zone=calendar.time_zone,
    )
    await resources.add(uow, resource)
    uow.audit("ResourceCreated", resource.resource_id, after=entity_document(resource))


async def _adopt(uow: UnitOfWork, calendar: Calendar, maximum: int | None) -> Calendar:
    """Give a resource that is there already its calendar; a venue's quantity and the maximum become one."""
    seen = await resources.find(uow, calendar.owner_id)
    if seen is None or seen.resource_type != int(calendar.owner_type):
        raise FieldException("ownerId", f"{calendar.owner_type.name} does not exist")
    is_venue = calendar.owner_type is OwnerType.Venue
    found = await survey(uow, resource_id=seen.resource_id) if is_venue else None
    owner = await resources.lock(uow, seen.resource_id)
    if is_venue:
        calendar = replace(calendar, max_concurrent_events=maximum or owner.quantity)
    await _add(uow, calendar)
    await resources.give_calendar(uow, owner.resource_id, calendar.calendar_id)
    if found is not None and owner.quantity != calendar.max_concurrent_events:
        changed = replace(owner, quantity=calendar.max_concurrent_events, version=owner.version + 1)
        await resources.store(uow, changed)
        await reassess(uow, found, resource=changed)
        uow.audit("ResourceUpdated", owner.resource_id, entity_document(owner), entity_document(changed))
    return calendar
