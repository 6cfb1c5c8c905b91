"""When an answer about availability is no longer so though nobody has written: the present moves on."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.availability import SLOT_STEP, next_full_minute
from domain.time_slot import TimeSlot


def check_lapses_at(slot: TimeSlot, now: datetime) -> datetime | None:
    """When what is said of a time changes next: once begun it is past, and each minute less of it is free.

    None for never: nothing of it is left.
    """
    start = slot.start_date_time
    minute = start.replace(second=0, microsecond=0)
    if now < minute:
        return minute
    if now < start:
        return start
    return next_full_minute(now) if now < slot.end_date_time else None


def slots_lapse_at(window: TimeSlot, duration: timedelta, now: datetime) -> datetime | None:
    """When the next of a window's slots is past; None when all are."""
    start = window.start_date_time
    passed = max(0, (now - start) // SLOT_STEP + 1)
    following = start + passed * SLOT_STEP
    return following if following + duration <= window.end_date_time else None
