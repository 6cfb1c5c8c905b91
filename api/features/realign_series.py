"""Bring dates of a series back to where the clock of its zone puts them, whose rules have changed."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from api.booking.series_changes import carry_out, lock_whole
from api.booking.series_plan import SeriesPlan, Step, is_live, touched_series
from api.message import Message
from domain.policy import Policy
from domain.proposal import Proposal
from persistence.unit_of_work import UnitOfWork

REASON = "The rules of its time zone have changed"


@dataclass(frozen=True, slots=True)
class RealignSeries(Message[int]):
    """Which series, and which of its dates, by original start (naive)."""

    series_id: UUID
    original_starts: Set[datetime]


async def handle(command: RealignSeries, uow: UnitOfWork, policy: Policy) -> int:
    """How many dates were moved. Where that makes a clash it is let through and recorded, never refused."""
    series, occurrences = await lock_whole(uow, command.series_id)
    steps = tuple(
        Step(start, one, replace(Proposal.of(one), slot=series.slot_of(start), override_reason=REASON))
        for one in occurrences
        if (start := one.original_start) in command.original_starts
        and start is not None
        and is_live(one, uow.now)
        and not one.is_detached
        and one.slot != series.slot_of(start)
    )
    if not steps:
        return 0
    plan = SeriesPlan(
        before=series,
        series=touched_series(uow, series),
        steps=steps,
        action="SeriesRealigned",
        reason=REASON,
        needs_notice=False,
    )
    await carry_out(uow, plan, policy)
    return len(steps)
