"""What the viewer sees of a calendar, to be written to a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from api.message import Message
from domain.exported_schedule import ExportedSchedule
from domain.local_time import at_minute
from domain.policy import Policy
from domain.time_slot import TimeSlot
from persistence.readers.exported_bookings import exported_calendar
from persistence.repositories import calendars
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetExportedSchedule(Message[ExportedSchedule]):
    """Which calendar, from which day on and up to which, in the calendar's own zone."""

    calendar_id: UUID
    first_day: date
    day_after: date


async def handle(query: GetExportedSchedule, uow: UnitOfWork, _policy: Policy) -> ExportedSchedule:
    """The calendar's bookings in those days. Raises NotFoundException for a calendar that is hidden."""
    calendar = await calendars.get(uow, query.calendar_id)
    zone = ZoneInfo(calendar.time_zone)
    window = TimeSlot(at_minute(query.first_day, 0, zone), at_minute(query.day_after, 0, zone))
    exported = await exported_calendar(uow, calendar, window)
    return ExportedSchedule(calendar.name, calendar.time_zone, window, (exported,), uow.now)
