"""Calendars and the access to them in JSON (spec 2.2)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool

from api.dto.time_zone import TimeZone
from api.http.wire import ByName, Instant, Name, Text, Wire
from domain.entities import Calendar
from domain.enums import AccessLevel, CalendarType, OwnerType
from persistence.repositories.calendar_access import Grant

Count = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]


class CalendarDto(Wire):
    """A calendar. maxConcurrentEvents: how many bookings it holds at once; a venue's quantity."""

    calendar_id: UUID
    name: str
    description: str | None = None
    calendar_type: Annotated[CalendarType, ByName()]
    owner_id: UUID
    owner_type: Annotated[OwnerType, ByName()]
    is_active: bool
    allow_overbooking: bool
    max_concurrent_events: int
    time_zone: str
    instant_booking: bool
    escalation_contact_id: UUID | None = None
    created_at: Instant

    @classmethod
    def of(cls, calendar: Calendar) -> CalendarDto:
        """The calendar in JSON."""
        return cls(
            calendar_id=calendar.calendar_id,
            name=calendar.name,
            description=calendar.description,
            calendar_type=calendar.calendar_type,
            owner_id=calendar.owner_id,
            owner_type=calendar.owner_type,
            is_active=calendar.is_active,
            allow_overbooking=calendar.allow_overbooking,
            max_concurrent_events=calendar.max_concurrent_events,
            time_zone=calendar.time_zone,
            instant_booking=calendar.instant_booking,
            escalation_contact_id=calendar.escalation_contact_id,
            created_at=calendar.created_at,
        )


class CalendarSettingsDto(Wire):
    """What can be changed of a calendar.

    timeZone: without it, the service's own.
    escalationContactId: the user who gets its conflicts that nobody deals with; without one, whom the
    settings name.
    """

    name: Name
    description: Text | None = None
    is_active: StrictBool = True
    allow_overbooking: StrictBool = False
    time_zone: TimeZone | None = None
    instant_booking: StrictBool = False
    escalation_contact_id: UUID | None = None


class CreateCalendarDto(CalendarSettingsDto):
    """A new calendar.

    ownerType: without it, the usual one of the calendarType.
    ownerId: an existing resource of that type, or any id for a department or organization; without it a new
    owner is made, and for Venue, Staff and Equipment the resource with it.
    maxConcurrentEvents: without it, an existing venue's quantity, else 1.
    """

    calendar_type: Annotated[CalendarType, ByName()]
    owner_type: Annotated[OwnerType, ByName()] | None = None
    owner_id: UUID | None = None
    max_concurrent_events: Count | None = None


class UpdateCalendarDto(CalendarSettingsDto):
    """A calendar as it is to be; what is left out takes its default.

    calendarId, calendarType, ownerId, ownerType and createdAt may be sent as they are; they stay.
    """

    max_concurrent_events: Count = 1
    calendar_id: UUID | None = None
    calendar_type: Annotated[CalendarType, ByName()] | None = None
    owner_id: UUID | None = None
    owner_type: Annotated[OwnerType, ByName()] | None = None
    created_at: Instant | None = None


class AccessDto(Wire):
    """What a user may do with a calendar: View it, or Book on it too."""

    user_id: UUID
    access_level: Annotated[AccessLevel, ByName()]
    granted_at: Instant
    granted_by: UUID

    @classmethod
    def of(cls, grant: Grant) -> AccessDto:
        """The grant in JSON."""
        return cls(
            user_id=grant.user_id,
            access_level=grant.access_level,
            granted_at=grant.granted_at,
            granted_by=grant.granted_by,
        )


class GrantAccessDto(Wire):
    """What a user is to be allowed; Book includes View."""

    access_level: Annotated[AccessLevel, ByName()]
