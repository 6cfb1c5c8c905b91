"""Which bookings and series of a file are there already under their own ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from persistence import tables
from persistence.unit_of_work import UnitOfWork

_bookings = tables.scheduled_events
_series = tables.series


@dataclass(frozen=True, slots=True)
class KnownDates:
    """A series that is there. starts: where its rule puts its occurrences, on its zone's clock (naive)."""

    time_zone: str
    was_changed: bool
    starts: frozenset[datetime]


@dataclass(frozen=True, slots=True)
class KnownBookings:
    """Of the ids asked for: those of bookings, and the series."""

    bookings: frozenset[UUID] = frozenset()
    series: Mapping[UUID, KnownDates] = field(default_factory=dict)


async def find_known_bookings(uow: UnitOfWork, ids: Collection[UUID]) -> KnownBookings:
    """What the viewer sees of these ids; of a booking no more than that it is there."""
    if not ids:
        return KnownBookings()
    key = _bookings.c.scheduled_event_id
    found = (await uow.connection.execute(select(key).where(key.in_(ids)))).scalars()
    bookings = frozenset(found)
    starts: defaultdict[UUID, set[datetime]] = defaultdict(set)
    dates = select(_bookings.c.series_id, _bookings.c.original_start).where(_bookings.c.series_id.in_(ids))
    for date in await uow.connection.execute(dates):
        starts[date.series_id].add(date.original_start)
    statement = select(_series.c.series_id, _series.c.time_zone, _series.c.modified_at)
    series: dict[UUID, KnownDates] = {}
    for row in await uow.connection.execute(statement.where(_series.c.series_id.in_(ids))):
        was_changed = row.modified_at is not None
        series[row.series_id] = KnownDates(row.time_zone, was_changed, frozenset(starts[row.series_id]))
    return KnownBookings(bookings, series)
