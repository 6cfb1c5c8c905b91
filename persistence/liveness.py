"""What a stored booking is as of an instant; an expired hold keeps its row as it was."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, select

from domain.enums import ScheduleStatus
from persistence import tables

_bookings = tables.scheduled_events


def effective_status(now: datetime) -> ColumnElement[int]:
    """A booking's status as of now: an expired hold counts as Cancelled at once, and a change may wait."""
    waiting = func.changes_waiting(now).table_valued("scheduled_event_id")
    waits = _bookings.c.scheduled_event_id.in_(select(waiting.c.scheduled_event_id))
    return case(
        (_expired(now), int(ScheduleStatus.Cancelled)),
        (waits, int(ScheduleStatus.Rescheduling)),
        else_=_bookings.c.status,
    )


def holds_its_place(now: datetime) -> ColumnElement[bool]:
    """Whether a booking is neither cancelled nor an expired hold."""
    stored = case((_expired(now), int(ScheduleStatus.Cancelled)), else_=_bookings.c.status)
    return stored != int(ScheduleStatus.Cancelled)


def _expired(now: datetime) -> ColumnElement[bool]:
    is_hold = _bookings.c.status == int(ScheduleStatus.Tentative)
    return and_(is_hold, _bookings.c.hold_expires_at <= now)
