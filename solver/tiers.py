"""One model solved a tier at a time."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from solver.cover import CoverBound
from solver.engine import Outcome, Status, minimise
from solver.limits import Limits
from solver.model import ScheduleModel
from solver.placement import Assignment
from solver.progress import Progress

OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class TierAnswer:
    """What one model gave: the values of its tiers, and how far they are proven within that model."""

    assignment: Assignment
    conflicts: int
    touched: int
    detour: int
    disruption_proven: bool
    detour_proven: bool


class TierSolve:
    """Solves models tier by tier against one clock, and adds up what that takes.

    covers: what groups of movers cost at the least, known beforehand; reaching their sum ends a tier.
    """

    def __init__(self, limits: Limits, covers: Sequence[CoverBound], on_progress: OnProgress | None) -> None:
        self.limits = limits
        self.covers = covers
        self.touched_bound = sum(cover.touched for cover in covers)
        self.deterministic_seconds = 0.0
        self._on_progress = on_progress
        self._began = time.monotonic()

    @property
    def wall_seconds(self) -> float:
        """Since the clock began."""
        return time.monotonic() - self._began

    @property
    def is_out_of_time(self) -> bool:
        """Whether a further solve has no time left."""
        return self._remaining().wall_seconds <= 0 or self._remaining().deterministic <= 0

    def run(self, model: ScheduleModel, incumbent: TierAnswer) -> TierAnswer:
        """The best of one model, conflicts first, then touched, then detour; else the incumbent."""
        model.hint(incumbent.assignment)
        # A conflict outweighs all touching together, so this one sum keeps the two tiers in order.
        outweighs = sum(mover.activity.touch_cost for mover in model.movers) + 1
        disruption = outweighs * model.conflicts + model.touched
        if not self.is_least_disrupting(incumbent):
            first = self._minimise(model, disruption, "disruption", self.touched_bound)
            if not first.has_answer or first.objective is None:
                return replace(incumbent, disruption_proven=False, detour_proven=False)
            conflicts, touched = divmod(first.objective, outweighs)
            proven = first.status is Status.OPTIMAL
            detour = first.solver.value(model.detour)
            assignment = _with(incumbent.assignment, model, first)
            incumbent = TierAnswer(assignment, conflicts, touched, detour, proven, detour_proven=False)
            model.hint(assignment)
        model.cp.add(disruption == outweighs * incumbent.conflicts + incumbent.touched)
        return self._least_detour(model, incumbent)

    def is_least_disrupting(self, answer: TierAnswer) -> bool:
        """Whether an answer ends all that can be ended and reaches the bound on touching."""
        return answer.conflicts == 0 and answer.touched == self.touched_bound

    def _least_detour(self, model: ScheduleModel, incumbent: TierAnswer) -> TierAnswer:
        detour_bound, proven = 0, incumbent.disruption_proven
        if self.is_least_disrupting(incumbent):
            detour_bound, proven = sum(cover.detour for cover in self.covers), True
            self._add_covers(model)
        second = self._minimise(model, model.detour, "detour", detour_bound)
        if not second.has_answer or second.objective is None or second.objective > incumbent.detour:
            return replace(incumbent, disruption_proven=proven, detour_proven=False)
        return TierAnswer(
            _with(incumbent.assignment, model, second),
            incumbent.conflicts,
            incumbent.touched,
            second.objective,
            proven,
            proven and second.status is Status.OPTIMAL,
        )

    def _add_covers(self, model: ScheduleModel) -> None:
        """With the sum of the groups' bounds reached, each group is at its own."""
        if frozenset().union(*(cover.members for cover in self.covers)) != model.indices:
            return
        for cover in self.covers:
            model.cp.add(model.touched_of(cover.members) == cover.touched)
            model.cp.add(model.detour_of(cover.members) >= cover.detour)

    def _minimise(
        self, model: ScheduleModel, expression: cp_model.LinearExprT, tier: str, known_bound: int
    ) -> Outcome:
        report = None
        if self._on_progress is not None:
            listener = self._on_progress

            def report(incumbent: int, bound: int) -> None:
                listener(Progress(tier, incumbent, bound, self.wall_seconds))

        outcome = minimise(model.cp, expression, self._remaining(), report, known_bound=known_bound)
        self.deterministic_seconds += outcome.deterministic_seconds
        return outcome

    def _remaining(self) -> Limits:
        return Limits(
            max(0.0, self.limits.deterministic - self.deterministic_seconds),
            max(0.0, self.limits.wall_seconds - self.wall_seconds),
            self.limits.seed,
        )


def _with(incumbent: Assignment, model: ScheduleModel, outcome: Outcome) -> Assignment:
    placed = list(incumbent)
    for index, placement in model.placements(outcome.solver).items():
        if placement != placed[index]:
            placed[index] = placement
    return tuple(placed)
