"""Make an event, to be scheduled later."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.entities import Event
from domain.enums import Role
from domain.errors import ForbiddenException
from domain.policy import Policy
from persistence.repositories import events
from persistence.repositories.entity_document import entity_document
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CreateEvent(Message[Event]):
    """An event to be. organizer_id: None for the caller."""

    title: str
    organizer_id: UUID | None = None
    description: str | None = None
    attendees: int | None = None
    priority: int = 0


async def handle(command: CreateEvent, uow: UnitOfWork, _policy: Policy) -> Event:
    """The new event. Raises ForbiddenException when a Customer names another organizer."""
    organizer_id = command.organizer_id or uow.viewer.user_id
    if organizer_id != uow.viewer.user_id and uow.viewer.role < Role.Staff:
        raise ForbiddenException("Customers organize their own events only")
    event = Event(
        event_id=uow.ids.ordered(),
        title=command.title,
        organizer_id=organizer_id,
        description=command.description,
        attendees=command.attendees,
        priority=command.priority,
    )
    await events.add(uow, event)
    uow.audit("EventCreated", event.event_id, after=entity_document(event))
    return event
