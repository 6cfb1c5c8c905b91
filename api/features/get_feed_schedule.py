"""What a feed tells now, read with its owner's rights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from api.message import Message
from domain.exported_schedule import ExportedSchedule
from domain.policy import Policy
from domain.time_slot import TimeSlot
from persistence.readers.exported_bookings import exported_calendar, exported_person
from persistence.repositories import calendars
from persistence.unit_of_work import UnitOfWork

PAST, AHEAD = timedelta(days=90), timedelta(days=400)
"""What a feed reaches back, for what has just been, and ahead."""

OWN_TITLE = "My schedule"


@dataclass(frozen=True, slots=True)
class GetFeedSchedule(Message[ExportedSchedule]):
    """Of a calendar, or of the viewer's own bookings; time_zone: what the latter are shown in."""

    calendar_id: UUID | None
    time_zone: str


async def handle(query: GetFeedSchedule, uow: UnitOfWork, _policy: Policy) -> ExportedSchedule:
    """The bookings around now. Raises NotFoundException for a calendar that the owner sees no more."""
    # From midnight to midnight: what is told, and so its ETag, changes once a day at most by itself.
    today = uow.now.replace(hour=0, minute=0, second=0, microsecond=0)
    window = TimeSlot(today - PAST, today + AHEAD)
    if query.calendar_id is None:
        own = await exported_person(uow, window)
        return ExportedSchedule(OWN_TITLE, query.time_zone, window, own, uow.now)
    calendar = await calendars.get(uow, query.calendar_id)
    exported = await exported_calendar(uow, calendar, window)
    return ExportedSchedule(calendar.name, calendar.time_zone, window, (exported,), uow.now)
