"""One way out of a conflict, in indices."""

from dataclasses import dataclass

from solver.clash import Clash
from solver.cost import Cost
from solver.kind import Kind
from solver.placement import Placement


@dataclass(frozen=True, slots=True)
class Change:
    """One activity put elsewhere."""

    activity: int
    before: Placement
    after: Placement


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A checked fix: every activity it moves, what that costs, and whether a cheaper one is ruled out.

    resolved: every conflict it ends, the asked-for ones included.
    remaining: conflicts of the activities it moves that were there before and go on.
    optimal: proven that no answer of this kind by these movers, unlike those before it, is cheaper.
    gap: how far its cost may lie above the cheapest such answer's, as a share of it; 0 when proven.
    """

    kind: Kind
    changes: tuple[Change, ...]
    cost: Cost
    optimal: bool
    resolved: tuple[Clash, ...]
    remaining: tuple[Clash, ...]
    gap: float = 0.0
