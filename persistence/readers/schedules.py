"""A schedule by its id: a single booking, an occurrence, or a whole series."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from domain.enums import ConflictLevel, ConflictType, ScheduleStatus
from domain.series import Series, version_of
from persistence.readers.bookings import (
    BookingConflict,
    BookingDetail,
    BookingSummary,
    ConflictSummary,
    claims_of,
    get_booking,
    list_occurrences,
    open_conflicts,
)
from persistence.repositories.change_requests import waiting_for
from persistence.repositories.series import find_series
from persistence.unit_of_work import UnitOfWork


async def get_schedule(uow: UnitOfWork, schedule_id: UUID) -> BookingDetail | None:
    """The booking or the series, or None when there is none that the viewer may see."""
    booking = await get_booking(uow, schedule_id)
    if booking is not None:
        return booking
    series = await find_series(uow, schedule_id)
    return None if series is None else await _series_detail(uow, series)


async def _series_detail(uow: UnitOfWork, series: Series) -> BookingDetail | None:
    """The whole series, told like a booking at the time of its first live occurrence."""
    occurrences = await list_occurrences(uow, series.series_id)
    if not occurrences:
        return None
    live = [one for one in occurrences if one.status is not ScheduleStatus.Cancelled]
    claims = await claims_of(uow, (live or occurrences)[0].scheduled_event_id)
    conflicts = await open_conflicts(uow, [one.scheduled_event_id for one in live])
    version = version_of(series.version, (one.version for one in occurrences))
    summary = _told_as_one(series, version, live or occurrences)
    waiting = await waiting_for(uow, series.series_id, version)
    if waiting is not None:
        summary = replace(summary, status=ScheduleStatus.Rescheduling)
    return BookingDetail(summary, claims, _by_rival(conflicts), tuple(occurrences), waiting)


def _told_as_one(series: Series, version: int, occurrences: Sequence[BookingSummary]) -> BookingSummary:
    """status: the least certain of any. conflict_level: the worst of any."""
    first = occurrences[0]
    blocked = next((one for one in occurrences if one.is_blocked), None)
    expiries = [one.hold_expires_at for one in occurrences if one.hold_expires_at is not None]
    return replace(
        first,
        scheduled_event_id=series.series_id,
        series_id=None,
        original_start=None,
        status=min((one.status for one in occurrences), default=ScheduleStatus.Cancelled),
        conflict_level=max((one.conflict_level for one in occurrences), default=ConflictLevel.NONE),
        is_blocked=blocked is not None,
        block_reason=None if blocked is None else blocked.block_reason,
        hold_expires_at=min(expiries, default=None),
        version=version,
    )


def _by_rival(conflicts: Iterable[BookingConflict]) -> tuple[ConflictSummary, ...]:
    """One conflict a rival, or a rival's series, and type: the worst, the earliest, with all dates."""
    groups: dict[tuple[UUID | None, ConflictType], list[BookingConflict]] = {}
    for one in conflicts:
        groups.setdefault((one.rival, one.conflict.conflict_type), []).append(one)
    return tuple(
        replace(some[0].conflict, dates=tuple(sorted(one.starts_at for one in some)))
        for some in groups.values()
    )
