"""Calendar views in JSON (spec 8.3)."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from api.dto.scheduled_event import ANOTHER_BOOKING, ScheduledEventSummaryDto
from api.http.wire import ByName, Instant, Wire
from api.views.calendar_view import CalendarView
from domain.entities import Calendar
from domain.enums import ScheduleStatus, ViewType
from persistence.readers.calendar_views import BusyRange


class AnotherBookingDto(Wire):
    """A booking that the caller may not know: it has a time, and is firm (Scheduled) or held (Tentative)."""

    event_title: str = ANOTHER_BOOKING
    calendar_id: UUID
    calendar_name: str
    start_date_time: Instant
    end_date_time: Instant
    time_zone: str
    status: Annotated[ScheduleStatus, ByName()]

    @classmethod
    def of_range(cls, busy: BusyRange, calendar: Calendar) -> AnotherBookingDto:
        """The range in JSON."""
        return cls(
            calendar_id=calendar.calendar_id,
            calendar_name=calendar.name,
            start_date_time=busy.slot.start_date_time,
            end_date_time=busy.slot.end_date_time,
            time_zone=calendar.time_zone,
            status=ScheduleStatus.Tentative if busy.is_hold else ScheduleStatus.Scheduled,
        )


class CalendarViewDto(Wire):
    """A calendar's bookings within a range.

    viewStartDate, viewEndDate: the half-open range that is shown. events: what touches it, by start.
    eventCounts: how many of them touch each local date of the view.
    """

    calendar_id: UUID
    calendar_name: str
    view_start_date: Instant
    view_end_date: Instant
    view_type: ViewType
    events: list[ScheduledEventSummaryDto | AnotherBookingDto]
    event_counts: dict[date, int]

    @classmethod
    def of(cls, view: CalendarView) -> CalendarViewDto:
        """The view in JSON."""
        window, entries = view.window, view.entries
        calendar = entries.calendar
        return cls(
            calendar_id=calendar.calendar_id,
            calendar_name=calendar.name,
            view_start_date=window.slot.start_date_time,
            view_end_date=window.slot.end_date_time,
            view_type=window.view_type,
            events=[
                AnotherBookingDto.of_range(one, calendar)
                if isinstance(one, BusyRange)
                else ScheduledEventSummaryDto.of(one)
                for one in entries.bookings
            ],
            event_counts=window.counts(one.slot for one in entries.bookings),
        )
