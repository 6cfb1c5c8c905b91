"""Change an event; its bookings follow it to a new organizer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from api.booking.hand_over import hand_over, lock_what_bookings_use
from api.message import Message
from domain.entities import Event
from domain.enums import Role
from domain.errors import ForbiddenException
from domain.policy import Policy
from domain.versions import ensure_version
from persistence.repositories import events
from persistence.repositories.entity_document import entity_document
from persistence.unit_of_work import TransactionLost, UnitOfWork


@dataclass(frozen=True, slots=True)
class UpdateEvent(Message[Event]):
    """All that can be changed of an event, as it is to be. organizer_id: None for the one it has."""

    event_id: UUID
    title: str
    organizer_id: UUID | None = None
    description: str | None = None
    attendees: int | None = None
    priority: int = 0
    expected_version: int | None = None

    def hands_over(self, event: Event) -> bool:
        """Whether somebody else is to organize the event."""
        return self.organizer_id not in {None, event.organizer_id}

    def applied_to(self, event: Event) -> Event:
        """The event as it is to be."""
        return replace(
            event,
            title=self.title,
            organizer_id=self.organizer_id or event.organizer_id,
            description=self.description,
            attendees=self.attendees,
            priority=self.priority,
            version=event.version + 1,
        )


async def handle(command: UpdateEvent, uow: UnitOfWork, _policy: Policy) -> Event:
    """The changed event. Raises ForbiddenException when the caller may not change its organizer."""
    seen = await events.get(uow, command.event_id)
    locked = None
    if command.hands_over(seen):
        locked = await lock_what_bookings_use(uow, command.event_id)
    before = await events.lock(uow, command.event_id)
    ensure_version(before.version, command.expected_version)
    after = command.applied_to(before)
    if command.hands_over(before):
        await _ensure_may_hand_over(uow, command.event_id)
        if locked is None:
            raise TransactionLost("the organizer changed before the event was locked")
        await hand_over(uow, locked, after)
    await events.store(uow, after)
    uow.audit("EventUpdated", after.event_id, entity_document(before), entity_document(after))
    return after


async def _ensure_may_hand_over(uow: UnitOfWork, event_id: UUID) -> None:
    """Bookings go along, hidden ones included, so handing over a booked event is for managers."""
    if uow.viewer.role < Role.Staff:
        raise ForbiddenException("Customers organize their own events only")
    if uow.viewer.role < Role.Manager and await events.is_booked(uow, event_id):
        raise ForbiddenException("Changing the organizer of a booked event needs the role Manager")
