"""One exact solve of everything that may move."""

from collections.abc import Iterable

from solver.check import Checker
from solver.clash import Clash
from solver.engine import Status
from solver.errors import UnsoundAnswer
from solver.hopeless import hopeless_clashes
from solver.limits import Limits
from solver.model import ScheduleModel
from solver.occupancy import Occupancy
from solver.problem import ProblemData
from solver.result import Result, Tier
from solver.tiers import OnProgress, TierAnswer, TierSolve


def solve(
    problem: ProblemData,
    movable: Iterable[int] | None = None,
    *,
    must_resolve: Iterable[Clash] = (),
    limits: Limits | None = None,
    on_progress: OnProgress | None = None,
) -> Result | None:
    """The checked optimum over everything movable in one model; for large schedules use `repair`.

    movable: the activities that may change; None for all that are not pinned.
    must_resolve: conflicts that may not be left; None is returned when no answer without them was found.
    """
    judge = Checker(problem)
    everyone = range(len(problem.activities)) if movable is None else movable
    movers = frozenset(index for index in everyone if not problem.activities[index].is_pinned)
    wanted = tuple(must_resolve)
    model = ScheduleModel(Occupancy(problem, movers, judge.claims), judge.clashes, wanted)
    tiers = TierSolve(limits or Limits(60.0, 60.0), (), on_progress)
    price = problem.weights.conflict
    hopeless = hopeless_clashes(Occupancy(problem, movers, judge.claims), judge.clashes)
    open_clashes = sum(price(clash.level) for clash in judge.clashes if clash not in hopeless)
    # A conflict that must go keeps today's schedule from passing for an answer, even one priced at nothing.
    conflicts = max(open_clashes, len(wanted))
    start = TierAnswer(judge.today, conflicts, 0, 0, disruption_proven=False, detour_proven=False)
    answer = tiers.run(model, start)
    verdict = judge.check(answer.assignment, wanted)
    if set(wanted) & set(verdict.clashes):
        return None
    if not verdict.is_sound:
        raise UnsoundAnswer("; ".join(verdict.violations))
    left = sum(price(clash.level) for clash in verdict.clashes)
    status = Status.OPTIMAL if answer.detour_proven else Status.FEASIBLE
    return Result(
        status,
        answer.assignment,
        (
            Tier("conflicts", left, left if answer.disruption_proven else 0),
            Tier("touched", verdict.cost.touch, verdict.cost.touch if answer.disruption_proven else 0),
            Tier("detour", verdict.cost.detour, verdict.cost.detour if answer.detour_proven else 0),
        ),
        verdict.cost,
        verdict.moved,
        verdict.clashes,
        0,
        tiers.wall_seconds,
        tiers.deterministic_seconds,
    )
