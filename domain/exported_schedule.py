"""A stretch of one or several calendars as it leaves the service: what its viewer sees, and no more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from domain.enums import ConflictLevel, ScheduleStatus
from domain.time_slot import TimeSlot

ANOTHER_BOOKING = "another booking"
"""What a booking is called that the viewer may not see (DESIGN 4.8)."""

UID_HOST = "callboard"
"""What follows an id in the UID of an iCalendar event."""

BUSY = "Busy"
"""What every booking is called where only free and busy is told."""


@dataclass(frozen=True, slots=True)
class ExportedBooking:
    """A booking to be written to a file or a feed.

    scheduled_event_id: None for one that is hidden from the viewer, of whom only its time is told.
    modified_at: when it last changed; None when hidden.
    series_id, original_start: of an occurrence, its series and the instant at which the rule put it.
    """

    scheduled_event_id: UUID | None
    title: str
    slot: TimeSlot
    status: ScheduleStatus
    conflict_level: ConflictLevel = ConflictLevel.NONE
    description: str | None = None
    attendees: int | None = None
    version: int = 1
    modified_at: datetime | None = None
    series_id: UUID | None = None
    original_start: datetime | None = None

    @property
    def is_hidden(self) -> bool:
        return self.scheduled_event_id is None

    @property
    def is_cancelled(self) -> bool:
        return self.status is ScheduleStatus.Cancelled

    @property
    def is_hold(self) -> bool:
        return self.status is ScheduleStatus.Tentative


@dataclass(frozen=True, slots=True)
class ExportedSeries:
    """The rule behind occurrences.

    rrule: an RFC 5545 recurrence rule without DTSTART.
    first_start: the local wall-clock start of the series, naive.
    duration: how long each occurrence lasts, exactly.
    """

    series_id: UUID
    rrule: str
    first_start: datetime
    duration: timedelta
    time_zone: str


@dataclass(frozen=True, slots=True)
class ExportedCalendar:
    """A calendar with its bookings by start, cancelled ones included.

    location: where its bookings take place, when that is what the calendar is of.
    """

    calendar_id: UUID
    name: str
    bookings: tuple[ExportedBooking, ...]
    series: tuple[ExportedSeries, ...] = ()
    location: str | None = None

    @property
    def live(self) -> tuple[ExportedBooking, ...]:
        """The bookings that hold their place."""
        return tuple(one for one in self.bookings if not one.is_cancelled)


@dataclass(frozen=True, slots=True)
class ExportedSchedule:
    """What is exported: the bookings that touch the window.

    title: of the calendar, or of whose schedule it is.
    time_zone: what times are shown in.
    """

    title: str
    time_zone: str
    window: TimeSlot
    calendars: tuple[ExportedCalendar, ...]
    generated_at: datetime

    def free_busy(self) -> ExportedSchedule:
        """The same with nothing but when something is: for readers who may be anyone."""
        return replace(self, calendars=tuple(_free_busy(one) for one in self.calendars))


def _free_busy(calendar: ExportedCalendar) -> ExportedCalendar:
    taken = (ExportedBooking(None, BUSY, one.slot, ScheduleStatus.Scheduled) for one in calendar.live)
    return ExportedCalendar(calendar.calendar_id, calendar.name, tuple(taken))
