"""One calendar."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.entities import Calendar
from domain.policy import Policy
from persistence.repositories import calendars
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetCalendar(Message[Calendar]):
    """Which calendar."""

    calendar_id: UUID


async def handle(query: GetCalendar, uow: UnitOfWork, _policy: Policy) -> Calendar:
    """The calendar, if the viewer may see it."""
    return await calendars.get(uow, query.calendar_id)
