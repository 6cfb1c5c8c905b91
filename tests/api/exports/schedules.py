"""Schedules to export, made in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from domain.enums import ScheduleStatus
from domain.exported_schedule import (
    ANOTHER_BOOKING,
    ExportedBooking,
    ExportedCalendar,
    ExportedSchedule,
    ExportedSeries,
)
from domain.local_time import to_utc
from domain.time_slot import TimeSlot

BRUSSELS = "Europe/Brussels"
CALENDAR = UUID("3f0c4a44-8d0f-4a9b-9d5e-0a4c3f0f7a01")
CHANGED = datetime(2026, 1, 5, 8, tzinfo=UTC)
GENERATED = datetime(2026, 2, 20, 16, 45, tzinfo=UTC)


def local(*when: int, zone: str = BRUSSELS) -> datetime:
    """The instant of a wall-clock time: `local(2026, 3, 1, 9)`."""
    return to_utc(datetime(*when), ZoneInfo(zone))  # type: ignore[arg-type,misc]  # noqa: DTZ001


def booked(title: str, start: datetime, hours: float = 2, **fields: Any) -> ExportedBooking:
    """A booking that its viewer sees."""
    slot = TimeSlot(start, start + timedelta(hours=hours))
    fields = {"status": ScheduleStatus.Scheduled, "modified_at": CHANGED, **fields}
    return ExportedBooking(uuid4(), title, slot, **fields)


def hidden(start: datetime, hours: float = 2) -> ExportedBooking:
    """A booking of which its viewer learns only the time."""
    slot = TimeSlot(start, start + timedelta(hours=hours))
    return ExportedBooking(None, ANOTHER_BOOKING, slot, ScheduleStatus.Scheduled)


def schedule_of(
    *bookings: ExportedBooking,
    series: Sequence[ExportedSeries] = (),
    zone: str = BRUSSELS,
    start: datetime | None = None,
    end: datetime | None = None,
    title: str = "Grand Hall",
    location: str | None = None,
) -> ExportedSchedule:
    """One calendar's schedule, of March 2026 unless told otherwise."""
    window = TimeSlot(start or local(2026, 3, 1, zone=zone), end or local(2026, 4, 1, zone=zone))
    calendar = ExportedCalendar(CALENDAR, title, tuple(bookings), tuple(series), location)
    return ExportedSchedule(title, zone, window, (calendar,), GENERATED)
