"""Confirming what lies ahead of a series."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from api.booking.series_changes import SeriesPlan, Step, carry_out, lock_part
from domain.entities import ScheduledEvent
from domain.enums import ConflictLevel, ScheduleStatus
from domain.errors import StateConflict
from domain.policy import Policy
from domain.proposal import Proposal
from persistence.readers.bookings import open_conflicts
from persistence.unit_of_work import UnitOfWork


async def confirm_series(
    uow: UnitOfWork, series_id: UUID, policy: Policy, expected_version: int | None
) -> None:
    """Confirm every date ahead; refused while a Critical conflict of any of them is open."""
    part = await lock_part(uow, series_id, policy, expected_version=expected_version)
    series = replace(
        part.series,
        modified_at=uow.now,
        modified_by=uow.viewer.user_id,
        version=part.series.version + 1,
    )
    steps = tuple(_confirmed(one, uow.now) for one in part.ahead)
    await _ensure_no_critical_conflict(uow, part.ahead)
    plan = SeriesPlan(part, series, steps, "SeriesConfirmed", needs_notice=False)
    await carry_out(uow, plan, policy)


def _confirmed(booking: ScheduledEvent, now: datetime) -> Step:
    if booking.status_at(now) is ScheduleStatus.Cancelled:
        return Step(booking.original_start, booking)
    confirmed = replace(Proposal.of(booking), status=ScheduleStatus.Confirmed, hold_expires_at=None)
    return Step(booking.original_start, booking, confirmed)


async def _ensure_no_critical_conflict(uow: UnitOfWork, occurrences: tuple[ScheduledEvent, ...]) -> None:
    conflicts = await open_conflicts(uow, [one.scheduled_event_id for one in occurrences])
    critical = [one for one in conflicts if one.conflict.conflict_level is ConflictLevel.Critical]
    if critical:
        when = critical[0].starts_at.isoformat().replace("+00:00", "Z")
        raise StateConflict(
            f"{len(critical)} Critical conflicts of this series are open, the first at {when};"
            " resolve them before confirming"
        )
