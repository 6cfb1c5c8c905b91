"""Taking what lies ahead of a series off its calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from api.booking.series_changes import SeriesPlan, Step, carry_out, lock_part
from domain.enums import ResolutionMethod
from domain.policy import Policy
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
    """Cancel every date ahead, or those from an original start (naive) on; their rows stay."""
    part = await lock_part(uow, series_id, policy, since=since, expected_version=expected_version)
    series = replace(
        part.series,
        modified_at=uow.now,
        modified_by=uow.viewer.user_id,
        version=part.series.version + 1,
    )
    steps = tuple(Step(one.original_start, one) for one in part.ahead)
    method = ResolutionMethod.EventCancelled
    await carry_out(uow, SeriesPlan(part, series, steps, "SeriesRemoved", reason, method=method), policy)
