"""One call of CP-SAT, the same answer every time."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from ortools.sat.python import cp_model

from solver.limits import Limits


class Status(Enum):
    """How a solve ended; UNKNOWN is neither an answer nor a proof that there is none."""

    OPTIMAL = "Optimal"
    FEASIBLE = "Feasible"
    INFEASIBLE = "Infeasible"
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one minimisation. objective and bound are None without an answer."""

    status: Status
    solver: cp_model.CpSolver
    objective: int | None
    bound: int | None

    @property
    def deterministic_seconds(self) -> float:
        """CP-SAT's reproducible clock."""
        return float(self.solver.response_proto.deterministic_time)

    @property
    def has_answer(self) -> bool:
        """Whether there is an assignment to read."""
        return self.status in (Status.OPTIMAL, Status.FEASIBLE)


_STATUSES = {
    cp_model.OPTIMAL: Status.OPTIMAL,
    cp_model.FEASIBLE: Status.FEASIBLE,
    cp_model.INFEASIBLE: Status.INFEASIBLE,
    cp_model.UNKNOWN: Status.UNKNOWN,
}


class _Watch(cp_model.CpSolverSolutionCallback):
    def __init__(self, report: Callable[[int, int], None] | None, known_bound: int) -> None:
        super().__init__()
        self._report = report
        self._known_bound = known_bound

    def on_solution_callback(self) -> None:
        objective = round(self.objective_value)
        if self._report is not None:
            self._report(objective, max(self._known_bound, _ceiling(self.best_objective_bound)))
        if objective <= self._known_bound:
            self.stop_search()


def minimise(
    model: cp_model.CpModel,
    expression: cp_model.LinearExprT,
    limits: Limits,
    on_progress: Callable[[int, int], None] | None = None,
    *,
    probing: bool = True,
    known_bound: int | None = None,
) -> Outcome:
    """Minimise an expression with one worker and a fixed seed.

    probing: whether presolve tries literals out; on the small models of one suggestion it takes ten times as
        long as the search it saves.
    known_bound: proven elsewhere to be no more than the minimum; an answer that reaches it is optimal.
    """
    model.minimize(expression)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = limits.seed
    solver.parameters.max_deterministic_time = limits.deterministic
    solver.parameters.max_time_in_seconds = limits.wall_seconds
    # Its handler takes Ctrl-C from the whole process, and leaves the default one, which kills, behind.
    solver.parameters.catch_sigint_signal = False
    if not probing:
        solver.parameters.cp_model_probing_level = 0
    floor = -(2**62) if known_bound is None else known_bound
    watch = _Watch(on_progress, floor) if on_progress is not None or known_bound is not None else None
    code = solver.solve(model, watch)
    if code not in _STATUSES:
        raise AssertionError(f"invalid model: {model.validate()}")
    status = _STATUSES[code]
    if status not in (Status.OPTIMAL, Status.FEASIBLE):
        return Outcome(status, solver, None, None)
    objective = round(solver.objective_value)
    if objective <= floor:
        status = Status.OPTIMAL
    return Outcome(status, solver, objective, max(floor, _ceiling(solver.best_objective_bound)))


def _ceiling(bound: float) -> int:
    # The objective is integral, so a fractional bound rounds up; the slack is for floating-point noise.
    return int(-(-(bound - 1e-6) // 1))
