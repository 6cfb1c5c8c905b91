"""Who may look at, or book on, a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from persistence.repositories import calendar_access, calendars
from persistence.repositories.calendar_access import Grant
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetCalendarAccess(Message[list[Grant]]):
    """Which calendar, how many grants, and the instant and user of the one to go on from."""

    calendar_id: UUID
    limit: int
    after: tuple[datetime, UUID] | None = None


async def handle(query: GetCalendarAccess, uow: UnitOfWork, _policy: Policy) -> list[Grant]:
    """The grants, oldest first."""
    calendar = await calendars.get(uow, query.calendar_id)
    return await calendar_access.listed(uow, calendar.calendar_id, query.after, query.limit)
