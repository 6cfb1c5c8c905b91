"""Change a calendar; what is booked on it is judged again when its capacity or overbooking changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from api.booking.reassess import Survey, reassess, survey
from api.message import Message
from domain.entities import Calendar
from domain.enums import CalendarType, OwnerType
from domain.kept import ensure_kept
from domain.policy import Policy
from domain.versions import ensure_version
from persistence.repositories import calendars, resources
from persistence.repositories.entity_document import entity_document
from persistence.unit_of_work import TransactionLost, UnitOfWork


@dataclass(frozen=True, slots=True)
class UpdateCalendar(Message[Calendar]):
    """All that can be changed of a calendar, as it is to be. expected_version: None for any.

    calendar_type, owner_id, owner_type, created_at: what the caller takes them to be, None for nothing.
    """

    calendar_id: UUID
    name: str
    time_zone: str
    description: str | None
    is_active: bool
    allow_overbooking: bool
    max_concurrent_events: int
    instant_booking: bool
    escalation_contact_id: UUID | None = None
    calendar_type: CalendarType | None = None
    owner_id: UUID | None = None
    owner_type: OwnerType | None = None
    created_at: datetime | None = None
    expected_version: int | None = None

    def applied_to(self, calendar: Calendar) -> Calendar:
        """The calendar as it is to be. Raises FieldException where it cannot be changed so."""
        ensure_kept("calendarType", calendar.calendar_type, self.calendar_type)
        ensure_kept("ownerId", calendar.owner_id, self.owner_id)
        ensure_kept("ownerType", calendar.owner_type, self.owner_type)
        ensure_kept("createdAt", calendar.created_at, self.created_at)
        return replace(
            calendar,
            name=self.name,
            time_zone=self.time_zone,
            description=self.description,
            is_active=self.is_active,
            allow_overbooking=self.allow_overbooking,
            max_concurrent_events=self.max_concurrent_events,
            instant_booking=self.instant_booking,
            escalation_contact_id=self.escalation_contact_id,
            version=calendar.version + 1,
        )


async def handle(command: UpdateCalendar, uow: UnitOfWork, _policy: Policy) -> Calendar:
    """The changed calendar."""
    seen = await calendars.get(uow, command.calendar_id)
    found = None
    if _touches_bookings(seen, command.applied_to(seen)):
        found = await survey(uow, calendar_id=seen.calendar_id, resource_id=seen.resource_id)
    before = await calendars.lock(uow, command.calendar_id)
    ensure_version(before.version, command.expected_version)
    after = command.applied_to(before)
    await calendars.store(uow, after)
    if _touches_bookings(before, after):
        if found is None:
            raise TransactionLost("the calendar changed before it was locked")
        await _judge_again(uow, found, before, after)
    uow.audit("CalendarUpdated", after.calendar_id, entity_document(before), entity_document(after))
    return after


def _touches_bookings(before: Calendar, after: Calendar) -> bool:
    capacity_changed = before.max_concurrent_events != after.max_concurrent_events
    return capacity_changed or before.allow_overbooking != after.allow_overbooking


async def _judge_again(uow: UnitOfWork, found: Survey, before: Calendar, after: Calendar) -> None:
    venue = None
    if after.owner_type is OwnerType.Venue and before.max_concurrent_events != after.max_concurrent_events:
        resource = found.picture.resources[after.owner_id]
        venue = replace(resource, quantity=after.max_concurrent_events, version=resource.version + 1)
        await resources.store(uow, venue)
        uow.audit("ResourceUpdated", venue.resource_id, entity_document(resource), entity_document(venue))
    await reassess(uow, found, calendar=after, resource=venue)
