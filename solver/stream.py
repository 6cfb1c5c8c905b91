"""The answers of one kind and one set of movers, cheapest first."""

from collections.abc import Sequence

from solver.check import Checker, closed_requirements
from solver.clash import Clash
from solver.constraints.different import Different
from solver.constraints.kind_only import KindOnly
from solver.constraints.nothing_idle import NothingIdle
from solver.engine import Outcome, Status, minimise
from solver.errors import UnsoundAnswer
from solver.freedom import Freedom
from solver.kind import Kind
from solver.limits import Limits
from solver.model import ScheduleModel
from solver.occupancy import Occupancy
from solver.placement import Placement
from solver.suggestion import Change, Suggestion


class SuggestionStream:
    """Draws suggestions of one kind by one set of movers from the model, each unlike the earlier ones.

    apart_minutes: how far an answer with the same resources must lie from an earlier one to be unlike it.
    """

    def __init__(
        self,
        checker: Checker,
        occupancy: Occupancy,
        targets: Sequence[Clash],
        kind: Kind,
        limits: Limits,
        apart_minutes: int,
    ) -> None:
        self.kind = kind
        self._checker = checker
        self._occupancy = occupancy
        self._targets = tuple(targets)
        self._limits = limits
        self._apart_minutes = apart_minutes
        self._found: list[dict[int, Placement]] = []
        touch_costs = [checker.problem.activities[index].touch_cost for index in occupancy.movers]
        self._reaches = _Reach(kind, min(touch_costs))
        self._model: ScheduleModel | None = None

    def next(self) -> Suggestion | None:
        """The cheapest answer unlike the earlier ones, None when there is none."""
        while True:
            model = self._model = self._model or self._built()
            outcome = minimise(model.cp, model.touched + model.detour, self._limits, probing=False)
            if self._reaches.settles(outcome):
                break
            self._reaches.widen()
            self._model = None
        if not outcome.has_answer:
            return None
        placements = model.placements(outcome.solver)
        self._found.append(placements)
        Different(model.movers, placements, self._apart_minutes).add_to(model.cp)
        return self._checked(placements, outcome)

    def _built(self) -> ScheduleModel:
        freedom = Freedom(
            time=self.kind is not Kind.RESOURCE_CHANGED,
            swaps=self.kind is not Kind.RESCHEDULED,
            detour_limit=self._reaches.detour_limit,
        )
        model = ScheduleModel(
            self._occupancy, self._targets, self._targets, dict.fromkeys(self._occupancy.movers, freedom)
        )
        KindOnly(model.movers, self.kind).add_to(model.cp)
        if self.kind is Kind.BOTH and len(model.movers) == 1:
            NothingIdle(model.movers[0], self._clashing(model.movers[0].index)).add_to(model.cp)
        for earlier in self._found:
            Different(model.movers, earlier, self._apart_minutes).add_to(model.cp)
        return model

    def _clashing(self, index: int) -> frozenset[int]:
        contested = {t.resource for t in self._targets if index in (t.first, t.second)}
        activity = self._checker.problem.activities[index]
        clashing = frozenset(
            place for place, needed in enumerate(activity.requirements) if needed.resource in contested
        )
        # What a request asks for where that is closed is as little to be had.
        return clashing | (
            closed_requirements(self._checker.problem, index) if activity.is_request else frozenset()
        )

    def _checked(self, placements: dict[int, Placement], outcome: Outcome) -> Suggestion:
        optimal = outcome.status is Status.OPTIMAL
        assignment = list(self._checker.today)
        for index, placement in placements.items():
            if placement != assignment[index]:
                assignment[index] = placement
        verdict = self._checker.check(tuple(assignment), self._targets)
        if not verdict.is_sound:
            raise UnsoundAnswer("; ".join(verdict.violations))
        if optimal and verdict.cost.total != outcome.objective:
            raise UnsoundAnswer(f"cost {verdict.cost.total} called {outcome.objective}")
        moved = set(verdict.moved)
        return Suggestion(
            self.kind,
            tuple(Change(i, self._checker.today[i], assignment[i]) for i in verdict.moved),
            verdict.cost,
            optimal,
            verdict.resolved,
            tuple(clash for clash in verdict.clashes if clash.first in moved or clash.second in moved),
            0.0 if optimal else gap_of(verdict.cost.total, outcome.bound),
        )


def gap_of(cost: int, bound: int | None) -> float:
    """How far a cost may lie above the least, as a share of it. bound: what no answer costs less than."""
    least = max(bound or 0, 0)
    return 0.0 if cost <= least else (cost - least) / cost


class _Reach:
    """How dear a single choice the model looks at, widened until what is left out cannot be cheaper."""

    def __init__(self, kind: Kind, least_touch: int) -> None:
        # Time against resources is the costly product; either alone is proven at once.
        self._limits = [120, 480, None] if kind is Kind.BOTH else [None]
        self._least_touch = least_touch

    @property
    def detour_limit(self) -> int | None:
        """The limit of the model to build."""
        return self._limits[0]

    def widen(self) -> None:
        """Look at more."""
        self._limits.pop(0)

    def settles(self, outcome: Outcome) -> bool:
        """Whether no choice left out could give a cheaper answer: each alone costs more than the limit."""
        limit = self.detour_limit
        if limit is None or outcome.status is Status.UNKNOWN:
            return True
        return outcome.objective is not None and outcome.objective <= self._least_touch + limit
