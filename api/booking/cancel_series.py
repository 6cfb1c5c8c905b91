"""Taking what lies ahead of a series off its calendar."""

from __future__ import annotations

from uuid import UUID

from api.booking.series_changes import carry_out, lock_whole
from api.booking.series_plan import SeriesPlan, Step, is_live, touched_series
from domain.entities import ScheduledEvent
from domain.enums import ResolutionMethod
from domain.policy import Policy
from domain.series_change import yet_to_come
from persistence.unit_of_work import UnitOfWork


async def cancel_series(
    uow: UnitOfWork,
    series_id: UUID,
    policy: Policy,
    *,
    named: ScheduledEvent | None = None,
    only_following: bool = False,
    reason: str | None = None,
    expected_version: int | None = None,
) -> None:
    """Cancel every date that has not begun, or of these the named one and what follows it; their rows stay.

    named: the occurrence that led to the series. Doing it twice changes nothing more.
    """
    series, occurrences = await lock_whole(uow, series_id, named=named, expected_version=expected_version)
    since = named.original_start if named is not None and only_following else None
    ahead = yet_to_come(occurrences, uow.now, since)
    steps = tuple(Step(one.original_start, one) for one in ahead if is_live(one, uow.now))
    if not steps:
        return
    plan = SeriesPlan(
        series,
        touched_series(uow, series),
        steps,
        "SeriesRemoved",
        reason,
        method=ResolutionMethod.EventCancelled,
    )
    await carry_out(uow, plan, policy)
