"""Series of a schedule that is stored at once, and which of its bookings are their occurrences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select

from domain.entities import ScheduledEvent
from domain.recurrence.rule import RecurrenceRule
from domain.recurrence.rule_of import rule_of
from domain.series import Series
from persistence import tables
from persistence.documents import series_document
from persistence.repositories.series import series_from, series_values, update_series
from persistence.unit_of_work import UnitOfWork

_series = tables.series
_bookings = tables.scheduled_events


@dataclass(frozen=True, slots=True)
class KnownSeries:
    """A series that is there already. starts: the original starts of all its occurrences."""

    series: Series
    starts: frozenset[datetime]


async def lock_known_series(uow: UnitOfWork, wanted: Iterable[Series]) -> dict[UUID, KnownSeries]:
    """Those that are there already, locked in id order: whoever changes one locks it before what it uses."""
    keys = [one.series_id for one in wanted]
    if not keys:
        return {}
    statement = (
        select(_series)
        .where(_series.c.series_id.in_(keys))
        .order_by(_series.c.series_id)
        .with_for_update(key_share=True)
    )
    found = [series_from(row) for row in (await uow.connection.execute(statement)).mappings()]
    starts: defaultdict[UUID, set[datetime]] = defaultdict(set)
    there = select(_bookings.c.series_id, _bookings.c.original_start).where(
        _bookings.c.series_id.in_([one.series_id for one in found])
    )
    for row in await uow.connection.execute(there):
        starts[row.series_id].add(row.original_start)
    return {one.series_id: KnownSeries(one, frozenset(starts[one.series_id])) for one in found}


async def store_series(
    uow: UnitOfWork,
    wanted: Sequence[Series],
    bookings: Sequence[ScheduledEvent],
    known: Mapping[UUID, KnownSeries],
) -> tuple[frozenset[UUID], list[ScheduledEvent]]:
    """Store the series that the new bookings are occurrences of, and answer the new series' ids.

    With them come the bookings, single where they cannot be occurrences of a series that is there already.
    """
    by_id = {one.series_id: one for one in wanted}
    members: defaultdict[UUID, list[ScheduledEvent]] = defaultdict(list)
    stored: list[ScheduledEvent] = []
    for booking in bookings:
        series = None if booking.series_id is None else by_id.get(booking.series_id)
        if series is None:
            stored.append(booking)
        elif _joins(booking, series, known.get(series.series_id)):
            members[series.series_id].append(booking)
            stored.append(booking)
        else:
            stored.append(replace(booking, series_id=None, original_start=None, is_detached=False))
    fresh = [by_id[key] for key in sorted(members.keys() - known.keys())]
    if fresh:
        await uow.connection.execute(insert(_series), [series_values(one) for one in fresh])
    uow.touch(calendar_ids=(one.calendar_id for one in fresh))
    for one in fresh:
        uow.audit("SeriesScheduled", one.series_id, after=series_document(one, members[one.series_id]))
    await _lengthen(uow, by_id, known, members.keys())
    return frozenset(one.series_id for one in fresh), stored


async def _lengthen(
    uow: UnitOfWork,
    by_id: Mapping[UUID, Series],
    known: Mapping[UUID, KnownSeries],
    joined: Collection[UUID],
) -> None:
    """Let series that got occurrences end where their rules end now."""
    for key in sorted(known.keys() & joined):
        before, pattern = known[key].series, by_id[key].pattern
        if before.pattern != pattern:
            after = replace(before, pattern=pattern)
            await update_series(uow, after)
            documents = series_document(before, ()), series_document(after, ())
            uow.audit("SeriesUpdated", key, *documents)


def _joins(booking: ScheduledEvent, wanted: Series, there: KnownSeries | None) -> bool:
    """Whether a new booking becomes an occurrence: the series is new, or as it was made but for its end."""
    if there is None:
        return True
    if there.series.modified_at is not None or booking.original_start in there.starts:
        return False
    return _but_for_its_end(there.series) == _but_for_its_end(wanted)


def _but_for_its_end(series: Series) -> tuple[object, ...]:
    rule: RecurrenceRule = replace(rule_of(series.pattern), count=None, until=None)
    where = series.event_id, series.calendar_id
    return (*where, series.first_start, series.duration, series.time_zone, rule)
