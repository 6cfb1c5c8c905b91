"""What leaves the service says what it is."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.enums import ConflictLevel, ScheduleStatus
from domain.exported_schedule import ANOTHER_BOOKING, ExportedBooking, ExportedCalendar, ExportedSchedule
from domain.time_slot import TimeSlot

ID = UUID("3f0c4a44-8d0f-4a9b-9d5e-0a4c3f0f7a01")
SLOT = TimeSlot(datetime(2026, 3, 1, 9, tzinfo=UTC), datetime(2026, 3, 1, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    ("status", "is_hold", "is_cancelled"),
    [
        (ScheduleStatus.Tentative, True, False),
        (ScheduleStatus.Scheduled, False, False),
        (ScheduleStatus.Confirmed, False, False),
        (ScheduleStatus.Rescheduling, False, False),
        (ScheduleStatus.Cancelled, False, True),
    ],
)
def test_holds_and_cancelled_bookings(status: ScheduleStatus, is_hold: bool, is_cancelled: bool) -> None:
    booking = ExportedBooking(ID, "Gala", SLOT, status)
    assert (booking.is_hold, booking.is_cancelled, booking.is_hidden) == (is_hold, is_cancelled, False)
    live = () if is_cancelled else (booking,)
    assert ExportedCalendar(ID, "Hall", (booking,)).live == live


def test_a_booking_without_an_id_is_hidden() -> None:
    assert ExportedBooking(None, ANOTHER_BOOKING, SLOT, ScheduleStatus.Scheduled).is_hidden


def test_free_busy_tells_when_and_nothing_else() -> None:
    live = ExportedBooking(ID, "Gala", SLOT, ScheduleStatus.Tentative, ConflictLevel.Severe, "secret", 9, 3)
    gone = ExportedBooking(ID, "Gone", SLOT, ScheduleStatus.Cancelled)
    calendar = ExportedCalendar(ID, "Hall", (live, gone), location="Hall")
    schedule = ExportedSchedule("Hall", "UTC", SLOT, (calendar,), SLOT.start_date_time)
    (told,) = schedule.free_busy().calendars
    assert told == ExportedCalendar(
        ID, "Hall", (ExportedBooking(None, "Busy", SLOT, ScheduleStatus.Scheduled),)
    )
