"""Today's demand on one resource, cut where it changes."""

from dataclasses import dataclass
from itertools import pairwise

from solver.claims import Claim
from solver.occupancy import Occupancy


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time over which the same activities hold a resource today.

    fixed: the claims of those that stay. movers: the claims of those that may move.
    """

    low: int
    high: int
    fixed: tuple[Claim, ...]
    movers: tuple[Claim, ...]

    @property
    def fixed_demand(self) -> int:
        """What those that stay hold."""
        return sum(claim[3] for claim in self.fixed)

    @property
    def demand(self) -> int:
        """What everybody holds today."""
        return self.fixed_demand + sum(claim[3] for claim in self.movers)


def segments(occupancy: Occupancy, resource: int) -> list[Segment]:
    """Today's demand on a resource wherever a mover holds it, in order of time."""
    movers = occupancy.mover_claims(resource)
    if not movers:
        return []
    earliest, latest = movers[0][0], max(claim[1] for claim in movers)
    fixed = [claim for claim in occupancy.claims(resource) if claim[0] < latest and earliest < claim[1]]
    cuts = sorted({at for claim in (*movers, *fixed) for at in claim[:2]})
    found = []
    for low, high in pairwise(cuts):
        here = tuple(claim for claim in movers if claim[0] <= low < claim[1])
        if here:
            found.append(Segment(low, high, tuple(c for c in fixed if c[0] <= low < c[1]), here))
    return found
