"""Taking what lies ahead of a series off its calendar."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from api.booking.series_changes import carry_out, lock_whole
from api.booking.series_plan import SeriesPlan, Step, is_live, touched_series
from domain.enums import ResolutionMethod
from domain.policy import Policy
from domain.series_change import yet_to_come
from persistence.unit_of_work import UnitOfWork


async def cancel_series(
    uow: UnitOfWork,
    series_id: UUID,
    policy: Policy,
    *,
    since: datetime | None = None,
    reason: str | None = None,
    expected_version: int | None = None,
) -> None:
    """Cancel every date that has not begun, or those from an original start (naive) on; their rows stay.

    Doing it twice changes nothing more.
    """
    series, occurrences = await lock_whole(uow, series_id, expected_version)
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
