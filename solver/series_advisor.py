"""Fixes for a series that was refused: its clashing dates moved, or left out, and the others as asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from zoneinfo import ZoneInfo

from domain.enums import SuggestionKind
from domain.schedule import ScheduleSnapshot, SnapshotBooking
from domain.suggestion import Cost, Suggestion
from solver.advisor import advise_on_request
from solver.limits import Limits
from solver.moving_terms import MovingTerms
from solver.phrase import Phrase

DATES_SAID = 3
"""How many dates a sentence spells out."""

_Moves = dict[SuggestionKind, Suggestion]

_ALONE = 6
"""How many fixes of one date are looked at for those that move nothing else."""


@dataclass(frozen=True, slots=True)
class ClashingDate:
    """One date of a series that clashes.

    request: the booking it was to be. now: whose year goes unsaid.
    snapshot: around it, with the dates of the series that do not clash among what is fixed; None for one date
        too many to look for another place.
    """

    request: SnapshotBooking
    now: datetime
    snapshot: ScheduleSnapshot | None


@dataclass(frozen=True, slots=True)
class SeriesFix:
    """What becomes of the clashing dates, in their order: where each goes, None for one that is left out."""

    kind: SuggestionKind
    summary: str
    moves: tuple[Suggestion | None, ...]
    cost: Cost
    optimal: bool


def advise_on_series(
    dates: Sequence[ClashingDate],
    *,
    may_skip: bool,
    terms: MovingTerms | None = None,
    limits: Limits | None = None,
) -> tuple[SeriesFix, ...]:
    """All clashing dates at another time, all in another place, each where it is cheapest, or all left out.

    The cheapest fix comes first, leaving out last.

    may_skip: whether any date is left when these are left out.
    limits: their wall clock is for all dates together; those it does not suffice for can only be left out,
        and the fixes are then not called optimal.
    """
    terms, limits = terms or MovingTerms(), limits or Limits()
    deadline = monotonic() + limits.wall_seconds
    found: list[_Moves] = []
    for one in dates:
        left = replace(limits, wall_seconds=max(0.0, deadline - monotonic()))
        found.append(_moves_of(one.snapshot, one, terms, left) if one.snapshot and left.wall_seconds else {})
    complete = all(one.snapshot for one in dates) and monotonic() < deadline
    plans: list[tuple[Suggestion | None, ...]] = [
        tuple(moves.get(kind) for moves in found)
        for kind in (SuggestionKind.Rescheduled, SuggestionKind.ResourceChanged)
        if all(kind in moves for moves in found)
    ]
    plans.append(tuple(min(moves.values(), key=lambda one: one.cost.total, default=None) for moves in found))
    fixes: list[SeriesFix] = []
    for plan in plans:
        apart = _kept_apart(plan)
        if any(apart) and (may_skip or all(apart)) and all(one.moves != apart for one in fixes):
            fixes.append(_fix(dates, apart, terms, complete=complete))
    fixes.sort(key=lambda one: one.cost.total)
    if may_skip:
        fixes.append(_fix(dates, (None,) * len(dates), terms, complete=True))
    return tuple(fixes)


def _moves_of(snapshot: ScheduleSnapshot, date: ClashingDate, terms: MovingTerms, limits: Limits) -> _Moves:
    """The best fix of each kind that moves nothing but the date itself."""
    best: _Moves = {}
    for one in advise_on_request(snapshot, date.request, terms=terms, count=_ALONE, limits=limits):
        if len(one.changes) == 1 and one.changes[0].scheduled_event_id is None:
            best.setdefault(one.kind, one)
    return best


def _kept_apart(plan: Sequence[Suggestion | None]) -> tuple[Suggestion | None, ...]:
    """The plan without moves into the place of an earlier one: each was found without the others."""
    kept: list[Suggestion | None] = []
    for one in plan:
        meets = one is not None and any(other is not None and _meet(one, other) for other in kept)
        kept.append(None if meets else one)
    return tuple(kept)


def _meet(one: Suggestion, other: Suggestion) -> bool:
    here, there = one.changes[0].after, other.changes[0].after
    shared = {claim.resource_id for claim in here.claims} & {claim.resource_id for claim in there.claims}
    return bool(shared) and here.slot.overlaps(there.slot)


def _fix(
    dates: Sequence[ClashingDate],
    moves: tuple[Suggestion | None, ...],
    terms: MovingTerms,
    *,
    complete: bool,
) -> SeriesFix:
    made = [one for one in moves if one is not None]
    kinds = {one.kind for one in made}
    skipped = [date for date, one in zip(dates, moves, strict=True) if one is None]
    said = [*_said_of_moves(made), *([_said_of_skips(skipped)] if skipped else [])]
    summary = "; ".join(said)
    return SeriesFix(
        kind=_kind(kinds),
        summary=summary[0].upper() + summary[1:],
        moves=moves,
        cost=_cost(made, len(skipped), terms),
        optimal=complete and all(one.optimal for one in made),
    )


def _kind(kinds: set[SuggestionKind]) -> SuggestionKind:
    if not kinds:
        return SuggestionKind.OccurrencesSkipped
    return kinds.pop() if len(kinds) == 1 else SuggestionKind.RescheduledAndResourceChanged


def _said_of_moves(made: Sequence[Suggestion]) -> list[str]:
    said = [one.summary[0].lower() + one.summary[1:] for one in made[:DATES_SAID]]
    more = len(made) - DATES_SAID
    return [*said, f"and {more} more date{'s' if more > 1 else ''} alike"] if more > 0 else said


def _said_of_skips(skipped: Sequence[ClashingDate]) -> str:
    first = skipped[0]
    phrase = Phrase({}, None, first.now)
    zone = ZoneInfo(first.request.time_zone)
    title = phrase.title(first.request.title)
    if len(skipped) > DATES_SAID:
        return f"leave out {len(skipped)} dates of {title}, from {phrase.start(first.request.slot, zone)} on"
    days = [phrase.start(one.request.slot, zone) for one in skipped]
    return f"leave out {title} on {' and on '.join(days)}"


def _cost(made: Sequence[Suggestion], skipped: int, terms: MovingTerms) -> Cost:
    sums: dict[str, int] = {}
    for one in made:
        for name, amount in one.cost.terms:
            sums[name] = sums.get(name, 0) + amount
    if skipped:
        sums["occurrences_skipped"] = skipped * terms.weights.occurrence_skipped
    return Cost(sum(sums.values()), tuple(sums.items()))
