"""A page of events."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.entities import Event
from domain.policy import Policy
from persistence.repositories import events
from persistence.repositories.events import EventFilter
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetEvents(Message[list[Event]]):
    """Which events, how many, and the title and id of the one to go on from."""

    wanted: EventFilter
    limit: int
    after: tuple[str, UUID] | None = None


async def handle(query: GetEvents, uow: UnitOfWork, _policy: Policy) -> list[Event]:
    """The events the viewer may see, by title."""
    return await events.listed(uow, query.wanted, query.after, query.limit)
