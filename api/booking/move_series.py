"""Moving what lies ahead of a series: the clock at each start moves on, and the rule with it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from api.booking.series import wall_clock
from api.booking.series_changes import carry_out, lock_part
from api.booking.series_plan import SeriesPlan, changed_series, each_ahead
from domain.entities import ScheduledEvent
from domain.policy import Policy
from domain.proposal import Proposal
from domain.rules.scheduling import ensure_minimum_duration, ensure_start_before_end
from domain.series import Series
from domain.series_change import shifted
from domain.time_slot import TimeSlot
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SeriesMove:
    """Where a series is to go.

    named: the occurrence that is to be at the slot; None for the first ahead.
    only_following: whether what comes before the named one stays.
    """

    series_id: UUID
    slot: TimeSlot
    named: ScheduledEvent | None = None
    only_following: bool = False
    reason: str | None = None
    override_reason: str | None = None
    expected_version: int | None = None


async def move_series(uow: UnitOfWork, move: SeriesMove, policy: Policy) -> Series:
    """Move all dates ahead, or those from the named one on; what stays behind becomes a series of its own."""
    ensure_start_before_end(move.slot)
    ensure_minimum_duration(move.slot, policy)
    anchor = None if move.named is None else move.named.original_start
    part = await lock_part(
        uow,
        move.series_id,
        policy,
        since=anchor if move.only_following else None,
        named=move.named,
        expected_version=move.expected_version,
    )
    start = wall_clock(move.slot.start_date_time, part.series.time_zone)
    by = start - (anchor or part.pivot)
    pattern, starts = await asyncio.to_thread(shifted, part, by, policy.maximum_occurrences)
    series = changed_series(uow, part, pattern=pattern, first_start=starts[0], duration=move.slot.duration)

    def at(booking: ScheduledEvent, original_start: datetime) -> Proposal:
        slot = series.slot_of(original_start)
        return replace(Proposal.of(booking), slot=slot, override_reason=move.override_reason)

    steps = each_ahead(part, uow.now, at, lambda original_start: original_start + by, anchor)
    left = part.left_behind() if part.splits else None
    plan = SeriesPlan(part.series, series, steps, "SeriesRescheduled", move.reason, left_behind=left)
    return await carry_out(uow, plan, policy)
