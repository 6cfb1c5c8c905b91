"""Which booking is meant by a series and an original start."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from domain.local_time import to_utc
from persistence import tables
from persistence.unit_of_work import UnitOfWork

_bookings = tables.scheduled_events
_series = tables.series


async def is_series(uow: UnitOfWork, schedule_id: UUID) -> bool:
    """Whether the id is that of a series which the viewer may see."""
    statement = select(_series.c.series_id).where(_series.c.series_id == schedule_id)
    return (await uow.connection.execute(statement)).first() is not None


async def find_occurrence(uow: UnitOfWork, series_id: UUID, original_start: datetime) -> UUID | None:
    """The occurrence that the series' rule starts at that instant, wherever it is today; None for none."""
    statement = (
        select(_bookings.c.scheduled_event_id, _bookings.c.original_start, _series.c.time_zone)
        .join(_series, _series.c.series_id == _bookings.c.series_id)
        .where(_bookings.c.series_id == series_id)
    )
    for row in await uow.connection.execute(statement):
        if to_utc(row.original_start, ZoneInfo(row.time_zone)) == original_start:
            key: UUID = row.scheduled_event_id
            return key
    return None
