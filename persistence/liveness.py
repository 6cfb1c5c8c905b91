"""What a stored booking is as of an instant; an expired hold keeps its row as it was."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case

from domain.enums import ScheduleStatus
from persistence import tables

_bookings = tables.scheduled_events


def effective_status(now: datetime) -> ColumnElement[int]:
    """A booking's status as of now: an expired hold counts as Cancelled at once."""
    is_hold = _bookings.c.status == int(ScheduleStatus.Tentative)
    expired = and_(is_hold, _bookings.c.hold_expires_at <= now)
    return case((expired, int(ScheduleStatus.Cancelled)), else_=_bookings.c.status)


def holds_its_place(now: datetime) -> ColumnElement[bool]:
    """Whether a booking is neither cancelled nor an expired hold."""
    return effective_status(now) != int(ScheduleStatus.Cancelled)
