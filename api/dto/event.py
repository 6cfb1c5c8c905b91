"""Events in JSON (DESIGN 4.3)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.http.wire import Name, Text, Wire
from domain.entities import Event


class EventDto(Wire):
    """What is put on. organizerId: whose event, and whose bookings, they are."""

    event_id: UUID
    title: str
    description: str | None = None
    attendees: int | None = None
    priority: int
    organizer_id: UUID

    @classmethod
    def of(cls, event: Event) -> EventDto:
        """The event in JSON."""
        return cls(
            event_id=event.event_id,
            title=event.title,
            description=event.description,
            attendees=event.attendees,
            priority=event.priority,
            organizer_id=event.organizer_id,
        )


class CreateEventDto(Wire):
    """A new event. organizerId: the caller when left out. priority: 100 matters most."""

    title: Name
    description: Text | None = None
    attendees: Annotated[int, Field(strict=True, ge=0, le=10_000_000)] | None = None
    priority: Annotated[int, Field(strict=True, ge=0, le=100)] = 0
    organizer_id: UUID | None = None


class UpdateEventDto(CreateEventDto):
    """An event as it is to be; what is left out takes its default, except that the organizer stays.

    eventId may be sent as it is; it cannot be changed.
    """

    event_id: UUID | None = None
