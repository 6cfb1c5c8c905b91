"""Reading a calendar for a window; every use case that shows one comes here (SCH-040..042)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.calendar_view import CalendarWindow
from persistence.readers.calendar_views import CalendarEntries, read_entries
from persistence.repositories import calendars
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CalendarView:
    """A calendar's bookings within a window, as the viewer may know them."""

    window: CalendarWindow
    entries: CalendarEntries


async def read_view(uow: UnitOfWork, calendar_id: UUID, window: CalendarWindow) -> CalendarView:
    """The view. Raises NotFoundException for a calendar that the viewer does not see."""
    calendar = await calendars.get(uow, calendar_id)
    return CalendarView(window, await read_entries(uow, calendar, window.slot))
