"""Whether somebody may look at a calendar, and whether what was seen there is still so."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from persistence.readers.calendar_revision import CalendarRevision, read_calendar_revision
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetCalendarRevision(Message[CalendarRevision]):
    """Which calendar."""

    calendar_id: UUID


async def handle(query: GetCalendarRevision, uow: UnitOfWork, _policy: Policy) -> CalendarRevision:
    """The calendar's revision, if the viewer may see it."""
    return await read_calendar_revision(uow, query.calendar_id)
