"""What a solve answers."""

from dataclasses import dataclass

from solver.clash import Clash
from solver.cost import Cost
from solver.engine import Status
from solver.placement import Assignment


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier of the objective: the value reached and a bound that no answer goes below."""

    name: str
    value: int
    bound: int

    @property
    def gap(self) -> float:
        """How far the value may lie above the best, as a share of it; 0 when proven."""
        return 0.0 if self.value <= self.bound else (self.value - self.bound) / self.value


@dataclass(frozen=True, slots=True)
class Result:
    """A checked answer to a whole problem.

    status: OPTIMAL only when each tier is proven, in order of importance.
    assignment: one placement an activity; today's when nothing better was found.
    tiers: conflicts left, bookings touched, detour (minutes moved and resources changed), each priced.
    moved: the activities that sit elsewhere than today. clashes: the conflicts left.
    touched_at_least: how many activities any conflict-free answer touches at the least.
    deterministic_seconds: CP-SAT's reproducible clock.
    """

    status: Status
    assignment: Assignment
    tiers: tuple[Tier, ...]
    cost: Cost
    moved: tuple[int, ...]
    clashes: tuple[Clash, ...]
    touched_at_least: int
    wall_seconds: float
    deterministic_seconds: float

    @property
    def optimal(self) -> bool:
        """Whether no better answer exists, proven."""
        return self.status is Status.OPTIMAL
