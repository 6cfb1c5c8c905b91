"""Replacing what lies ahead of a series by another rule, time, place or event."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from api.booking.series import wall_clock
from api.booking.series_changes import carry_out, lock_part
from api.booking.series_plan import SeriesPlan, Step, changed_series, is_live
from domain.entities import Claim, ScheduledEvent
from domain.enums import ScheduleStatus
from domain.policy import Policy
from domain.proposal import Proposal
from domain.recurrence.pattern import RecurrencePattern
from domain.recurrence.validation import ensure_series
from domain.rules.scheduling import ensure_bookable
from domain.series import Series, SeriesRequest
from domain.time_slot import TimeSlot
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SeriesReplacement:
    """What a series is to be from its next date on. slot: of the first date of the new rule."""

    series_id: UUID
    event_id: UUID
    calendar_id: UUID
    slot: TimeSlot
    time_zone: str
    pattern: RecurrencePattern
    claims: tuple[Claim, ...] = ()
    override_reason: str | None = None
    expected_version: int | None = None


async def replace_series(uow: UnitOfWork, wanted: SeriesReplacement, policy: Policy) -> Series:
    """Give every date ahead a place in the new rule, take away those too many, and book those missing.

    Dates that were skipped or changed by themselves are planned anew with the rest, but for those that took
    place early.
    """
    ensure_bookable(wanted.slot, uow.now, policy)
    part = await lock_part(uow, wanted.series_id, policy, expected_version=wanted.expected_version)
    live = [one for one in part.ahead if is_live(one, uow.now) and one.slot.start_date_time > uow.now]
    request = _request(uow, wanted, live)
    starts = await asyncio.to_thread(
        ensure_series, request.pattern, request.first_start, request.duration, request.zone, policy
    )
    series = changed_series(
        uow,
        part,
        event_id=request.event_id,
        calendar_id=request.calendar_id,
        pattern=request.pattern,
        first_start=request.first_start,
        duration=request.duration,
        time_zone=request.time_zone,
    )
    steps = [_step(uow, request, start, today) for start, today in _paired(starts, live, request.time_zone)]
    paired = {one.today.scheduled_event_id for one in steps if one.today is not None}
    steps.extend(_left_out(one, uow.now) for one in part.ahead if one.scheduled_event_id not in paired)
    left = part.left_behind() if part.splits else None
    plan = SeriesPlan(part.series, series, tuple(steps), "SeriesUpdated", left_behind=left)
    return await carry_out(uow, plan, policy)


def _request(uow: UnitOfWork, wanted: SeriesReplacement, live: Sequence[ScheduledEvent]) -> SeriesRequest:
    first = live[0] if live else None
    return SeriesRequest(
        series_id=wanted.series_id,
        event_id=wanted.event_id,
        calendar_id=wanted.calendar_id,
        first_start=wall_clock(wanted.slot.start_date_time, wanted.time_zone),
        duration=wanted.slot.duration,
        time_zone=wanted.time_zone,
        pattern=wanted.pattern,
        status=ScheduleStatus.Scheduled if first is None else first.status,
        created_at=uow.now,
        claims=wanted.claims,
        hold_expires_at=None if first is None else first.hold_expires_at,
        override_reason=wanted.override_reason,
    )


def _step(uow: UnitOfWork, request: SeriesRequest, start: datetime, today: ScheduledEvent | None) -> Step:
    if today is None:
        return Step(start, None, request.proposal(uow.ids.ordered(), start))
    proposal = request.proposal(today.scheduled_event_id, start)
    own = Proposal.of(today)
    proposal = replace(
        proposal,
        status=own.status,
        hold_expires_at=own.hold_expires_at,
        created_at=own.created_at,
        is_new=False,
    )
    return Step(start, replace(today, is_detached=False), proposal)


def _left_out(booking: ScheduledEvent, now: datetime) -> Step:
    """An occurrence that the new rule has no place for; one that took place early has been held."""
    is_held = is_live(booking, now) and booking.slot.start_date_time <= now
    return Step(None, booking, Proposal.of(booking) if is_held else None)


def _paired(
    starts: Sequence[datetime], live: Sequence[ScheduledEvent], time_zone: str
) -> list[tuple[datetime, ScheduledEvent | None]]:
    """Each new start with the occurrence that has it already, else with the next that has none."""
    wanted = frozenset(starts)
    same = {
        one.original_start: one for one in live if one.time_zone == time_zone and one.original_start in wanted
    }
    rest = iter([one for one in live if same.get(one.original_start or starts[0]) is not one])
    return [(start, same[start] if start in same else next(rest, None)) for start in starts]
