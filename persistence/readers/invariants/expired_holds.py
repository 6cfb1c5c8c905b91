"""Holds that have just expired."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from domain.enums import ScheduleStatus
from persistence import tables
from persistence.unit_of_work import UnitOfWork

_bookings = tables.scheduled_events


async def just_expired(uow: UnitOfWork, bookings: Collection[UUID], within: timedelta) -> set[UUID]:
    """Those of some bookings that are holds and expired so lately that no job has come by since."""
    statement = select(_bookings.c.scheduled_event_id).where(
        _bookings.c.scheduled_event_id.in_(sorted(bookings)),
        _bookings.c.status == int(ScheduleStatus.Tentative),
        _bookings.c.hold_expires_at.between(uow.now - within, uow.now),
    )
    return set((await uow.connection.execute(statement)).scalars())
