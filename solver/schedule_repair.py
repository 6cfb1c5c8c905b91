"""A whole schedule freed of its conflicts, as the domain says it."""

from __future__ import annotations

from dataclasses import dataclass

from domain.schedule import ScheduleSnapshot
from domain.suggestion import Change
from solver.fixes import Fixes
from solver.limits import Limits
from solver.moving_terms import MovingTerms
from solver.repair import repair
from solver.result import Result
from solver.tiers import OnProgress
from solver.translate import translate


@dataclass(frozen=True, slots=True)
class ScheduleRepair:
    """The changes that end a schedule's conflicts together, each with its sentence, in the snapshot's order.

    moved_at_least: how many bookings any answer that leaves no more conflicts moves at the least.
    conflicts_left: those that nothing ends, or nothing was found to end.
    leaves_fewest: whether it is proven that none of those left can be ended.
    """

    changes: tuple[tuple[Change, str], ...]
    moved_at_least: int
    conflicts_left: int
    leaves_fewest: bool

    @property
    def moves_fewest(self) -> bool:
        """Whether fewer moves are proven impossible."""
        return len(self.changes) == self.moved_at_least


def repair_schedule(
    snapshot: ScheduleSnapshot,
    terms: MovingTerms | None = None,
    *,
    limits: Limits | None = None,
    on_progress: OnProgress | None = None,
) -> ScheduleRepair:
    """The least disturbance that ends all conflicts of a snapshot, checked; nothing is made worse.

    With terms that price every booking the same, the least disturbed are the fewest moved.
    on_progress: called on each better answer, from the solver's thread.
    """
    translation = translate(snapshot, terms)
    result = repair(translation.problem, limits=limits, on_progress=on_progress)
    fixes = Fixes(translation, result.moved)
    changes = []
    for activity in result.moved:
        change = fixes.change(activity, result.assignment[activity])
        changes.append((change, fixes.sentence(activity, change)))
    prices = {activity.touch_cost for activity in translation.problem.activities}
    left, *_ = result.tiers
    return ScheduleRepair(
        tuple(changes), _moved_at_least(result, prices), len(result.clashes), left.value == left.bound
    )


def _moved_at_least(result: Result, prices: set[int]) -> int:
    """The bound on the number of moves: where all cost the same, the bound on their price counts them too."""
    _, touched, _ = result.tiers
    if len(prices) != 1 or not (price := max(prices)):
        return min(result.touched_at_least, len(result.moved))
    return min(max(result.touched_at_least, -(-touched.bound // price)), len(result.moved))
