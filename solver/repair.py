"""Ending all conflicts of a schedule together, with the least disturbance."""

from collections.abc import Iterable

from solver.best_place import least_detour
from solver.check import Checker
from solver.cover import CoverBound, Detours, cover_bounds
from solver.engine import Status
from solver.errors import UnsoundAnswer
from solver.freedom import Freedom
from solver.greedy import greedy
from solver.hopeless import hopeless_clashes
from solver.limits import Limits
from solver.model import ScheduleModel
from solver.neighbourhood import neighbours
from solver.occupancy import Occupancy
from solver.placement import Assignment
from solver.problem import ProblemData
from solver.result import Result, Tier
from solver.segments import segments
from solver.tiers import OnProgress, TierAnswer, TierSolve

# Choices dearer than the cheapest by more than this are first left out; an answer that needs none of them is
# proven without ever having modelled them.
_SLACKS = (30, 120, 480, None)
_RINGS = (8, 24, 72)


def repair(
    problem: ProblemData,
    movable: Iterable[int] | None = None,
    *,
    limits: Limits | None = None,
    on_progress: OnProgress | None = None,
    checker: Checker | None = None,
) -> Result:
    """The checked assignment with the fewest conflicts left, then the least touched, then the least detour.

    movable: the activities that may change; None for all that are not pinned. Only those in a conflict are
        looked at first; their neighbours join when there is no room without them.
    limits: for the whole repair; the default is 60 deterministic and 60 wall seconds.
    on_progress: called on each better answer, from the solver's thread.
    Never infeasible: what cannot be ended stays, priced in the first tier.
    """
    judge = checker if checker is not None and checker.problem is problem else Checker(problem)
    everyone = range(len(problem.activities)) if movable is None else movable
    free = frozenset(index for index in everyone if not problem.activities[index].is_pinned)
    return _Repair(judge, free, limits or Limits(60.0, 60.0), on_progress).run()


class _Repair:
    def __init__(
        self, checker: Checker, free: frozenset[int], limits: Limits, on_progress: OnProgress | None
    ) -> None:
        self.checker = checker
        self.problem = checker.problem
        self.free = free
        self.active = frozenset(
            index for clash in checker.clashes for index in (clash.first, clash.second) if index in free
        )
        self.occupancy = Occupancy(self.problem, self.active, checker.claims)
        self.partners = {index: self._partners(index) for index in sorted(self.active)}
        self.detours = {index: self._detours(index) for index in sorted(self.active)}
        self.covers = self._covers(limits)
        self.touched_bound = sum(cover.touched for cover in self.covers)
        self.detour_bound = sum(cover.detour for cover in self.covers)
        staying = Occupancy(self.problem, free, checker.claims)
        hopeless = hopeless_clashes(staying, checker.clashes)
        self.hopeless = sum(self.problem.weights.conflict(clash.level) for clash in hopeless)
        self.solve = TierSolve(limits, self.covers, on_progress)

    def run(self) -> Result:
        """Widen the choices, then the movers, until proven, out of ideas or out of time."""
        best = self._first()
        proven = best.conflicts == 0 and best.touched == 0
        for slack in () if proven else self._slacks(best):
            best = self._with_slack(slack, best)
            proven = self._is_proven(best, slack)
            if proven or self.solve.is_out_of_time:
                break
        if not proven and not self.solve.is_least_disrupting(best):
            best = self._widened(best)
        return self._result(best.assignment, proven=proven)

    def _first(self) -> TierAnswer:
        leaving = [index for cover in self.covers for index in cover.leaving]
        assignment = greedy(self.checker, leaving, {index: self._clashing(index) for index in leaving})
        verdict = self.checker.check(assignment)
        conflicts = sum(self.problem.weights.conflict(clash.level) for clash in verdict.clashes)
        return TierAnswer(
            assignment,
            conflicts - self.hopeless,
            verdict.cost.touch,
            verdict.cost.detour,
            disruption_proven=False,
            detour_proven=False,
        )

    def _slacks(self, best: TierAnswer) -> list[int | None]:
        if not self.solve.is_least_disrupting(best):
            return list(_SLACKS)
        # No better answer has a choice dearer than its cheapest by more than what there is to gain.
        gain = best.detour - self.detour_bound
        return [*(slack for slack in _SLACKS if slack is not None and slack < gain), gain]

    def _with_slack(self, slack: int | None, best: TierAnswer) -> TierAnswer:
        freedoms: dict[int, Freedom] = {}
        if slack is not None:
            freedoms = {
                index: Freedom(detour_limit=most + slack)
                for index, detours in self.detours.items()
                if (most := detours.least if detours.alone is None else detours.alone) is not None
            }
        model = ScheduleModel(self.occupancy, self.checker.clashes, (), freedoms)
        return self._better(self.solve.run(model, best), best)

    def _better(self, answer: TierAnswer, best: TierAnswer) -> TierAnswer:
        return best if _tiers(best) < _tiers(answer) else answer

    def _is_proven(self, best: TierAnswer, slack: int | None) -> bool:
        if not self.solve.is_least_disrupting(best):
            # Everybody who may move was in this model, with every choice, and it was solved to the end.
            return slack is None and self.active == self.free and best.detour_proven
        if best.detour == self.detour_bound:
            return True
        if not best.detour_proven or any(detours.least is None for detours in self.detours.values()):
            return False
        return slack is None or best.detour <= self.detour_bound + slack

    def _widened(self, best: TierAnswer) -> TierAnswer:
        for size in _RINGS:
            if self.solve.is_out_of_time or self.solve.is_least_disrupting(best):
                return best
            stuck = self._stuck(best)
            ring = neighbours(self.problem, self.checker.claims, stuck, self.free - self.active, size)
            if not ring:
                return best
            occupancy = Occupancy(self.problem, self.active | ring, self.checker.claims)
            answer = self.solve.run(ScheduleModel(occupancy, self.checker.clashes), best)
            best = self._better(answer, best)
        return best

    def _stuck(self, best: TierAnswer) -> frozenset[int]:
        """Who is still in a conflict, or else everybody: some detour through others may touch fewer."""
        left = self.checker.check(best.assignment).clashes
        stuck = {index for clash in left for index in (clash.first, clash.second)} & self.active
        return frozenset(stuck) or self.active

    def _covers(self, limits: Limits) -> tuple[CoverBound, ...]:
        stretches = {
            resource: segments(self.occupancy, resource)
            for resource in sorted({clash.resource for clash in self.checker.clashes})
        }
        others = self.free - self.active
        return cover_bounds(self.problem, stretches, self.detours, self.partners, others, limits)

    def _partners(self, index: int) -> frozenset[int]:
        return frozenset(
            clash.first if clash.second == index else clash.second
            for clash in self.checker.clashes
            if index in (clash.first, clash.second)
        )

    def _detours(self, index: int) -> Detours:
        clashing = self._clashing(index)
        least = least_detour(self.occupancy, index, clashing, ends_all=False)
        movers = self.active - self.partners[index]
        against_partners = Occupancy(self.problem, movers, self.checker.claims)
        return Detours(least_detour(against_partners, index, clashing, ends_all=True), least)

    def _clashing(self, index: int) -> frozenset[int]:
        contested = {c.resource for c in self.checker.clashes if index in (c.first, c.second)}
        requirements = self.problem.activities[index].requirements
        return frozenset(place for place, needed in enumerate(requirements) if needed.resource in contested)

    def _result(self, assignment: Assignment, *, proven: bool) -> Result:
        verdict = self.checker.check(assignment)
        if not verdict.is_sound:
            raise UnsoundAnswer("; ".join(verdict.violations))
        weights = self.problem.weights
        left = sum(weights.conflict(clash.level) for clash in verdict.clashes)
        # Bounds on disruption hold for answers that end every conflict that can be ended.
        tiers = (
            Tier("conflicts", left, left if proven else self.hopeless),
            Tier("touched", verdict.cost.touch, verdict.cost.touch if proven else self.touched_bound),
            Tier("detour", verdict.cost.detour, verdict.cost.detour if proven else self.detour_bound),
        )
        return Result(
            Status.OPTIMAL if proven else Status.FEASIBLE,
            assignment,
            tiers,
            verdict.cost,
            verdict.moved,
            verdict.clashes,
            sum(cover.count for cover in self.covers),
            self.solve.wall_seconds,
            self.solve.deterministic_seconds,
        )


def _tiers(answer: TierAnswer) -> tuple[int, int, int]:
    return answer.conflicts, answer.touched, answer.detour
