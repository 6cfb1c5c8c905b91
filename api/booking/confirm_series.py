"""Confirming what lies ahead of a series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from api.booking.series_changes import carry_out, lock_whole
from api.booking.series_plan import ALL_CANCELLED, SeriesPlan, Step, is_live, touched_series
from domain.entities import ScheduledEvent
from domain.enums import ConflictLevel, ScheduleStatus
from domain.errors import StateConflict
from domain.policy import Policy
from domain.proposal import Proposal
from domain.series_change import yet_to_come
from domain.time_slot import as_text
from persistence.readers.bookings import open_conflicts
from persistence.unit_of_work import UnitOfWork


async def confirm_series(
    uow: UnitOfWork, series_id: UUID, policy: Policy, expected_version: int | None
) -> None:
    """Confirm every date ahead; refused while a Critical conflict of any is open. Twice changes nothing."""
    series, occurrences = await lock_whole(uow, series_id, expected_version=expected_version)
    ahead = [one for one in yet_to_come(occurrences, uow.now) if is_live(one, uow.now)]
    if not ahead:
        raise StateConflict(ALL_CANCELLED)
    steps = tuple(_confirmed(one) for one in ahead)
    if not any(step.is_change for step in steps):
        return

    async def ensure_no_critical_conflict(uow: UnitOfWork) -> None:
        await _ensure_no_critical_conflict(uow, ahead)

    plan = SeriesPlan(
        series,
        touched_series(uow, series),
        steps,
        "SeriesConfirmed",
        needs_notice=False,
        guard=ensure_no_critical_conflict,
    )
    await carry_out(uow, plan, policy)


def _confirmed(booking: ScheduledEvent) -> Step:
    confirmed = replace(Proposal.of(booking), status=ScheduleStatus.Confirmed, hold_expires_at=None)
    return Step(booking.original_start, booking, confirmed)


async def _ensure_no_critical_conflict(uow: UnitOfWork, occurrences: Sequence[ScheduledEvent]) -> None:
    conflicts = await open_conflicts(uow, [one.scheduled_event_id for one in occurrences])
    critical = [one for one in conflicts if one.conflict.conflict_level is ConflictLevel.Critical]
    if critical:
        when = as_text(critical[0].starts_at)
        raise StateConflict(
            f"{len(critical)} Critical conflicts of this series are open, the first at {when};"
            " resolve them before confirming"
        )
