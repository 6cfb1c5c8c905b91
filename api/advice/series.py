"""Suggestions for a series that was refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from api.advice.request import as_booking
from domain.booking import all_claims
from domain.entities import Event
from domain.errors import SeriesConflictException
from domain.proposal import Proposal
from domain.schedule import FixedUses, ScheduleSnapshot
from domain.series import AskedSeries, SeriesRequest
from domain.suggestion import Suggestion
from domain.time_slot import TimeSlot
from persistence.readers.snapshot import read_snapshot
from persistence.unit_of_work import UnitOfWork
from solver.series_advisor import ClashingDate, SeriesFix

MOST_DATES_MOVED = 20
"""How many clashing dates other places are looked for; further ones can be left out."""


async def clashing_dates(
    uow: UnitOfWork,
    refusal: SeriesConflictException,
    asked: AskedSeries,
    event: Event,
    horizon_of: Callable[[TimeSlot], TimeSlot],
) -> list[ClashingDate]:
    """What surrounds each clashing date, the dates of the series that do not clash included."""
    refused = {one.proposal.scheduled_event_id for one in refusal.occurrences}
    going = [one for one in asked.proposals.values() if one.scheduled_event_id not in refused]
    dates: list[ClashingDate] = []
    for one in refusal.occurrences[:MOST_DATES_MOVED]:
        snapshot = await read_snapshot(
            uow, horizon_of(one.proposal.slot), [clash.rival_id for clash in one.clashes], one.proposal
        )
        fixed = replace(snapshot, bookings=tuple(replace(b, movable=False) for b in snapshot.bookings))
        around = _with_own(fixed, going)
        dates.append(ClashingDate(as_booking(around, one.proposal, event), uow.now, around))
    for one in refusal.occurrences[MOST_DATES_MOVED:]:
        dates.append(ClashingDate(replace(dates[0].request, slot=one.proposal.slot), uow.now, None))
    return dates


def as_stored(
    refusal: SeriesConflictException, asked: AskedSeries, fix: SeriesFix
) -> tuple[Suggestion, SeriesRequest]:
    """A fix as a suggestion, and the series that applying it makes."""
    request = asked.request
    moved, skipped = dict(request.moved), set(request.skipped)
    for one, move in zip(refusal.occurrences, fix.moves, strict=True):
        start = asked.original_start(one.proposal.scheduled_event_id)
        moved.pop(start, None)
        if move is None:
            skipped.add(start)
        else:
            moved[start] = move.changes[0].after
    changes = tuple(change for move in fix.moves if move is not None for change in move.changes)
    suggestion = Suggestion(fix.kind, fix.summary, changes, fix.cost, fix.optimal)
    return suggestion, replace(request, skipped=frozenset(skipped), moved=moved)


def leaves_any(refusal: SeriesConflictException) -> bool:
    """Whether a date is left when those that clash are left out."""
    return len(refusal.occurrences) < refusal.asked


def _with_own(snapshot: ScheduleSnapshot, going: Sequence[Proposal]) -> ScheduleSnapshot:
    """The snapshot in which the dates that go as asked are there already."""
    near = [one for one in going if one.slot.overlaps(snapshot.horizon)]
    taken: dict[UUID, list[tuple[int, int, int, bool]]] = {}
    resources = {one.resource_id: one for one in snapshot.resources}
    calendars = {one.calendar_id: one for one in snapshot.calendars}
    for proposal in near:
        for claim in all_claims(calendars[proposal.calendar_id], proposal.claims):
            low, high = _minutes(resources[claim.resource_id].claimed_range(proposal.slot))
            taken.setdefault(claim.resource_id, []).append((low, high, claim.quantity, claim.role == 0))
    return replace(snapshot, fixed=_merged(snapshot.fixed, taken))


def _merged(
    fixed: Sequence[FixedUses], taken: Mapping[UUID, list[tuple[int, int, int, bool]]]
) -> tuple[FixedUses, ...]:
    known = {one.resource_id for one in fixed}
    return (
        *(
            replace(one, uses=(*one.uses, *taken.get(one.resource_id, ()))) if one.resource_id else one
            for one in fixed
        ),
        *(FixedUses(key, None, tuple(uses)) for key, uses in taken.items() if key not in known),
    )


def _minutes(slot: TimeSlot) -> tuple[int, int]:
    """In minutes since 1970, rounded outward."""
    start, end = slot.start_date_time.timestamp(), slot.end_date_time.timestamp()
    return int(start // 60), int(-(-end // 60))
