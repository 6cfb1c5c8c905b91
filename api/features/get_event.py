"""One event."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.entities import Event
from domain.policy import Policy
from persistence.repositories import events
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetEvent(Message[Event]):
    """Which event."""

    event_id: UUID


async def handle(query: GetEvent, uow: UnitOfWork, _policy: Policy) -> Event:
    """The event, if the viewer may see it."""
    return await events.get(uow, query.event_id)
