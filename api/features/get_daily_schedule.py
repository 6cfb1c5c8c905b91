"""A calendar's day (SCH-040)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from api.views.calendar_view import CalendarView, read_view
from domain.calendar_view import CalendarWindow
from domain.policy import Policy
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetDailySchedule(Message[CalendarView]):
    """Which calendar, and which hours of which day."""

    calendar_id: UUID
    window: CalendarWindow


async def handle(query: GetDailySchedule, uow: UnitOfWork, _policy: Policy) -> CalendarView:
    """The view; a booking that is hidden from the viewer is only a range in it."""
    return await read_view(uow, query.calendar_id, query.window)
