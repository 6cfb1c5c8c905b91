"""A page of calendars."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.entities import Calendar
from domain.policy import Policy
from persistence.repositories import calendars
from persistence.repositories.calendars import CalendarFilter
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetCalendars(Message[list[Calendar]]):
    """Which calendars, how many, and the name and id of the one to go on from."""

    wanted: CalendarFilter
    limit: int
    after: tuple[str, UUID] | None = None


async def handle(query: GetCalendars, uow: UnitOfWork, _policy: Policy) -> list[Calendar]:
    """The calendars the viewer may see, by name."""
    return await calendars.listed(uow, query.wanted, query.after, query.limit)
