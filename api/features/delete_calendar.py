"""Delete a calendar; one with past bookings is switched off instead, because they stay on record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from api.message import Message
from domain.errors import StateConflict
from domain.policy import Policy
from domain.versions import ensure_version
from persistence.repositories import calendars
from persistence.repositories.entity_document import entity_document
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class DeleteCalendar(Message[None]):
    """Which calendar. expected_version: None for any."""

    calendar_id: UUID
    expected_version: int | None = None


async def handle(command: DeleteCalendar, uow: UnitOfWork, _policy: Policy) -> None:
    """Delete it, or switch it off. Raises StateConflict while bookings are ahead."""
    calendar = await calendars.lock_for_removal(uow, command.calendar_id)
    ensure_version(calendar.version, command.expected_version)
    if await calendars.has_live_bookings(uow, calendar.calendar_id):
        raise StateConflict("The calendar has bookings ahead; cancel or move them first")
    if await calendars.has_bookings(uow, calendar.calendar_id):
        inactive = replace(calendar, is_active=False, version=calendar.version + 1)
        await calendars.store(uow, inactive)
        uow.audit(
            "CalendarDeactivated",
            calendar.calendar_id,
            entity_document(calendar),
            entity_document(inactive),
        )
        return
    await calendars.remove(uow, calendar.calendar_id)
    uow.audit("CalendarDeleted", calendar.calendar_id, before=entity_document(calendar))
