"""When coming occurrences take place, beside what their series' rule and the zone's clock say."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from domain.recurrence.expansion import occurrence_slot
from domain.time_slot import TimeSlot
from persistence import tables
from persistence.liveness import holds_its_place
from persistence.mapping import slot_of
from persistence.unit_of_work import UnitOfWork

_bookings = tables.scheduled_events
_series = tables.series


async def series_out_of_step(uow: UnitOfWork, window: TimeSlot) -> tuple[int, dict[UUID, set[datetime]]]:
    """How many occurrences start in the window, and those that are not where the clock puts them.

    Occurrences that were changed by themselves are where they were put. By series, their original starts
    (naive).
    """
    start = func.lower(_bookings.c.during)
    statement = (
        select(
            _bookings.c.series_id,
            _bookings.c.original_start,
            start.label("start"),
            func.upper(_bookings.c.during).label("end"),
            _series.c.duration,
            _series.c.time_zone,
        )
        .join(_series, _series.c.series_id == _bookings.c.series_id)
        .where(
            start > window.start_date_time,
            start < window.end_date_time,
            _bookings.c.is_detached.is_(False),
            holds_its_place(uow.now),
        )
    )
    found: defaultdict[UUID, set[datetime]] = defaultdict(set)
    count = 0
    for row in await uow.connection.execute(statement):
        count += 1
        expected = occurrence_slot(row.original_start, row.duration, ZoneInfo(row.time_zone))
        if slot_of(row.start, row.end) != expected:
            found[row.series_id].add(row.original_start)
    return count, dict(found)
