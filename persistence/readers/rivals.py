"""Bookings that are in somebody's way, hidden ones included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Uuid, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from domain.time_slot import TimeSlot
from persistence import tables
from persistence.unit_of_work import UnitOfWork

_bookings = tables.scheduled_events
_events = tables.events


@dataclass(frozen=True, slots=True)
class Rival:
    """A booking in somebody's way. event_id, title and scheduled_event_id are None when it is hidden."""

    slot: TimeSlot
    scheduled_event_id: UUID | None = None
    event_id: UUID | None = None
    title: str | None = None


async def get_rivals(uow: UnitOfWork, scheduled_event_ids: Sequence[UUID]) -> dict[UUID, Rival]:
    """Each booking's time and, where the viewer may see it, what it is."""
    times = (
        func.booking_times(cast(list(scheduled_event_ids), ARRAY(Uuid)), uow.now)
        .table_valued("scheduled_event_id", "start_date_time", "end_date_time")
        .render_derived()
    )
    statement = (
        select(
            times.c.scheduled_event_id.label("key"),
            times.c.start_date_time,
            times.c.end_date_time,
            _bookings.c.scheduled_event_id,
            _bookings.c.event_id,
            _events.c.title,
        )
        .outerjoin(_bookings, _bookings.c.scheduled_event_id == times.c.scheduled_event_id)
        .outerjoin(_events, _events.c.event_id == _bookings.c.event_id)
    )
    rivals: dict[UUID, Rival] = {}
    for row in await uow.connection.execute(statement):
        slot = TimeSlot(row.start_date_time, row.end_date_time)
        rivals[row.key] = Rival(slot, row.scheduled_event_id, row.event_id, row.title)
    return rivals
