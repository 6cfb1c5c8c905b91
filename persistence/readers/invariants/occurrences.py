"""Occurrences beside the rule of their series."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from domain.errors import FieldException
from domain.recurrence.expansion import expand
from persistence import tables
from persistence.liveness import holds_its_place
from persistence.repositories.series import series_from
from persistence.unit_of_work import UnitOfWork

_bookings = tables.scheduled_events
_series = tables.series


async def occurrences_off_the_rule(uow: UnitOfWork, limit: int) -> dict[UUID, set[datetime]]:
    """Original starts (naive) of coming occurrences that their series' rule does not give, by series.

    limit: how many occurrences a series without an end has. Those changed by themselves are left out.
    """
    starts = select(_bookings.c.series_id, func.array_agg(_bookings.c.original_start).label("starts")).where(
        _bookings.c.series_id.is_not(None),
        _bookings.c.is_detached.is_(False),
        func.lower(_bookings.c.during) > uow.now,
        holds_its_place(uow.now),
    )
    grouped = starts.group_by(_bookings.c.series_id).subquery()
    statement = select(_series, grouped.c.starts).join(grouped, grouped.c.series_id == _series.c.series_id)
    found: dict[UUID, set[datetime]] = {}
    for row in (await uow.connection.execute(statement)).mappings():
        series = series_from(row)
        try:
            dates = expand(series.pattern, series.first_start, ZoneInfo(series.time_zone), limit=limit)
        except FieldException:  # made under a higher limit
            continue
        off = set(row["starts"]) - set(dates)
        if off:
            found[series.series_id] = off
    return found
