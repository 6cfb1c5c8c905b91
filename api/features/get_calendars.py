"""A page of calendars."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.entities import Calendar
from domain.policy import Policy
from persistence.repositories import calendars
from persistence.repositories.calendars import CalendarFilter
from persistence.sorting import Position, Sort
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetCalendars(Message[list[Calendar]]):
    """Which calendars, in which order, how many, and the position of the one to go on from."""

    wanted: CalendarFilter
    sort: Sort
    limit: int
    after: Position | None = None


async def handle(query: GetCalendars, uow: UnitOfWork, _policy: Policy) -> list[Calendar]:
    """The calendars the viewer may see."""
    return await calendars.listed(uow, query.wanted, query.sort, query.after, query.limit)
