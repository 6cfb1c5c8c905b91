"""A booking of the demo before it becomes rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from api.demo.ids import demo_id
from api.demo.people import ADMIN
from domain.entities import Calendar, Claim, Event, ScheduledEvent
from domain.enums import ScheduleStatus
from domain.time_slot import TimeSlot


@dataclass(frozen=True, slots=True)
class Draft:
    """An event and its booking.

    name: tells it from others of the same title. claims: besides the one its calendar makes.
    """

    name: str
    title: str
    calendar: Calendar
    slot: TimeSlot
    created_at: datetime
    organizer_id: UUID
    claims: tuple[Claim, ...] = ()
    attendees: int | None = None
    priority: int = 0
    status: ScheduleStatus = ScheduleStatus.Scheduled
    hold_expires_at: datetime | None = None
    override_reason: str | None = None
    is_imported: bool = False

    @property
    def scheduled_event_id(self) -> UUID:
        return demo_id("booking", self.name)

    def event(self) -> Event:
        """The event being put on."""
        return Event(
            demo_id("event", self.name),
            self.title,
            self.organizer_id,
            attendees=self.attendees,
            priority=self.priority,
        )

    def booking(self) -> ScheduledEvent:
        """Its place and time."""
        return ScheduledEvent(
            scheduled_event_id=self.scheduled_event_id,
            event_id=demo_id("event", self.name),
            calendar_id=self.calendar.calendar_id,
            owner_id=self.organizer_id,
            slot=self.slot,
            time_zone=self.calendar.time_zone,
            status=self.status,
            created_at=self.created_at,
            created_by=ADMIN.user_id,
            claims=self.claims,
            hold_expires_at=self.hold_expires_at,
            override_reason=self.override_reason,
            is_imported=self.is_imported,
        )


def slot_on(day: date, start_minute: int, minutes: int) -> TimeSlot:
    """A slot from a minute after midnight UTC."""
    start = datetime.combine(day, time(), UTC) + timedelta(minutes=start_minute)
    return TimeSlot(start, start + timedelta(minutes=minutes))
