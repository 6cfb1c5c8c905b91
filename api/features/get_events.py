"""A page of events."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.entities import Event
from domain.policy import Policy
from persistence.repositories import events
from persistence.repositories.events import EventFilter
from persistence.sorting import Position, Sort
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetEvents(Message[list[Event]]):
    """Which events, in which order, how many, and the position of the one to go on from."""

    wanted: EventFilter
    sort: Sort
    limit: int
    after: Position | None = None


async def handle(query: GetEvents, uow: UnitOfWork, _policy: Policy) -> list[Event]:
    """The events the viewer may see."""
    return await events.listed(uow, query.wanted, query.sort, query.after, query.limit)
