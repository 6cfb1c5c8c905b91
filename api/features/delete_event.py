"""Delete an event that was never booked."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.errors import StateConflict
from domain.policy import Policy
from domain.versions import ensure_version
from persistence.repositories import events
from persistence.repositories.entity_document import entity_document
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class DeleteEvent(Message[None]):
    """Which event. expected_version: None for any."""

    event_id: UUID
    expected_version: int | None = None


async def handle(command: DeleteEvent, uow: UnitOfWork, _policy: Policy) -> None:
    """Delete it. Raises StateConflict when it is booked, or was."""
    event = await events.lock(uow, command.event_id)
    ensure_version(event.version, command.expected_version)
    if await events.has_live_bookings(uow, event.event_id):
        raise StateConflict("The event is booked; cancel its bookings first")
    if await events.is_booked(uow, event.event_id):
        raise StateConflict("The event has past or cancelled bookings, which stay on record and keep it")
    await events.remove(uow, event.event_id)
    uow.audit("EventDeleted", event.event_id, before=entity_document(event))
