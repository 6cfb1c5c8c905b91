"""The CP-SAT model, put together from its constraints and objective terms."""

from collections.abc import Iterable, Mapping, Sequence

from ortools.sat.python import cp_model

from solver.clash import Clash
from solver.constraints.conflicts_left import ConflictsLeft
from solver.constraints.free_starts import FreeStarts
from solver.constraints.one_resource import OneResource
from solver.constraints.open_request import OpenRequest
from solver.constraints.pooled_demand import PooledDemand
from solver.constraints.resolved import Resolved
from solver.constraints.single_holder import SingleHolder
from solver.constraints.stay_or_move import StayOrMove
from solver.freedom import Freedom
from solver.hopeless import hopeless_clashes
from solver.mover import Mover
from solver.objective.conflicts import Conflicts
from solver.objective.minutes_moved import MinutesMoved
from solver.objective.swaps import Swaps
from solver.objective.touched import Touched
from solver.occupancy import Occupancy
from solver.placement import Assignment, Placement
from solver.segments import Segment, segments


class ScheduleModel:
    """Who may move where: every answer leaves what stays in place and makes no new conflict.

    occupancy: the schedule without the movers, who are the activities it leaves out.
    clashes: today's conflicts. must_resolve: those of them that may not be left.
    freedoms: by activity, how much of its freedom to look at; all of it where none is given.
    conflicts, touched, detour: the tiers of the objective, in order of importance.
    """

    def __init__(
        self,
        occupancy: Occupancy,
        clashes: Sequence[Clash],
        must_resolve: Iterable[Clash] = (),
        freedoms: Mapping[int, Freedom] | None = None,
    ) -> None:
        self.problem = occupancy.problem
        self.cp = cp_model.CpModel()
        given = freedoms or {}
        hopeless = hopeless_clashes(occupancy, clashes)
        open_clashes = [clash for clash in clashes if clash not in hopeless]
        self.movers = [
            Mover(self.cp, occupancy, index, given.get(index)) for index in sorted(occupancy.movers)
        ]
        touched = {clash.resource for clash in clashes} | {
            resource for mover in self.movers for choice in mover.options for resource in choice
        }
        self._segments = {resource: segments(occupancy, resource) for resource in sorted(touched)}
        for mover in self.movers:
            StayOrMove(mover).add_to(self.cp)
            OneResource(mover).add_to(self.cp)
            FreeStarts(mover).add_to(self.cp)
            OpenRequest(mover, self.problem.resources).add_to(self.cp)
        self.conflicts_left = ConflictsLeft(
            self.movers,
            open_clashes,
            self._segments,
            {r: self.problem.resources[r].capacity for r in touched},
        )
        self.conflicts_left.add_to(self.cp)
        Resolved(must_resolve, self.conflicts_left.left).add_to(self.cp)
        for resource, today in self._segments.items():
            self._add_capacity(occupancy, resource, today)
        MinutesMoved(self.movers, self.problem.weights).add_to(self.cp)
        self.indices = frozenset(mover.index for mover in self.movers)
        self.conflicts = Conflicts(self.conflicts_left.left, self.problem.weights).expression()
        self.touched = self.touched_of(self.indices)
        self.detour = self.detour_of(self.indices)

    def touched_of(self, indices: frozenset[int]) -> cp_model.LinearExpr:
        """The touched tier's share of some movers."""
        return Touched([mover for mover in self.movers if mover.index in indices]).expression()

    def detour_of(self, indices: frozenset[int]) -> cp_model.LinearExpr:
        """The detour tier's share of some movers."""
        movers = [mover for mover in self.movers if mover.index in indices]
        minutes = MinutesMoved(movers, self.problem.weights).expression()
        return minutes + Swaps(movers, self.problem).expression()

    def placements(self, solver: cp_model.CpSolver) -> dict[int, Placement]:
        """Where a solution puts each mover."""
        return {mover.index: mover.placement(solver) for mover in self.movers}

    def hint(self, assignment: Assignment) -> None:
        """Start the search from an assignment."""
        self.cp.clear_hints()  # type: ignore[no-untyped-call]
        for mover in self.movers:
            mover.hint(self.cp, assignment[mover.index])

    def _add_capacity(self, occupancy: Occupancy, resource: int, today: list[Segment]) -> None:
        held = self.problem.resources[resource]
        if held.capacity == 1:
            SingleHolder(self.movers, resource, held, today).add_to(self.cp)
            return
        profile = occupancy.profile(resource)
        overload = self.conflicts_left.overload
        PooledDemand(self.movers, resource, held, today, profile, overload).add_to(self.cp)
