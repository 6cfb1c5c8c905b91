"""Today's conflicts that go on."""

from collections.abc import Iterable, Mapping

from ortools.sat.python import cp_model

from solver.claim_intervals import kept_literals
from solver.clash import Clash
from solver.mover import Mover
from solver.segments import Segment


class ConflictsLeft:
    """A conflict is left when both claims are kept and the demand around them still exceeds capacity.

    left: after add_to, the literal of each of today's conflicts that a mover could end; true whenever its
        conflict is left. overload: the literal of each overloaded segment of today, by (resource, low).
    """

    def __init__(
        self,
        movers: list[Mover],
        clashes: Iterable[Clash],
        segments: Mapping[int, list[Segment]],
        capacities: Mapping[int, int],
    ) -> None:
        self.movers = movers
        self.clashes = tuple(clashes)
        self.segments = segments
        self.capacities = capacities
        self.left: dict[Clash, cp_model.IntVar] = {}
        self.overload: dict[tuple[int, int], cp_model.IntVar] = {}

    def add_to(self, model: cp_model.CpModel) -> None:
        """Add a literal for each overloaded segment and for each conflict in it."""
        by_pair = {(clash.resource, clash.first, clash.second): clash for clash in self.clashes}
        for resource, segments in self.segments.items():
            kept = kept_literals(self.movers, resource)
            for segment in segments:
                if segment.demand > self.capacities[resource]:
                    overload = self._add_overload(model, resource, segment, kept)
                    self._add_pairs(model, resource, segment, kept, overload, by_pair)

    def _add_overload(
        self,
        model: cp_model.CpModel,
        resource: int,
        segment: Segment,
        kept: Mapping[int, cp_model.IntVar],
    ) -> cp_model.IntVar:
        overload = model.new_bool_var(f"r{resource}.overload{segment.low}")
        room = self.capacities[resource] - segment.fixed_demand
        if room < 0:
            model.add(overload == 1)
        else:
            demand = sum(claim[3] * kept[claim[2]] for claim in segment.movers)
            model.add(demand <= room).only_enforce_if(overload.negated())
            model.add(demand >= room + 1).only_enforce_if(overload)
        self.overload[resource, segment.low] = overload
        return overload

    def _add_pairs(
        self,
        model: cp_model.CpModel,
        resource: int,
        segment: Segment,
        kept: Mapping[int, cp_model.IntVar],
        overload: cp_model.IntVar,
        by_pair: Mapping[tuple[int, int, int], Clash],
    ) -> None:
        present = sorted(claim[2] for claim in (*segment.fixed, *segment.movers))
        for place, first in enumerate(present):
            for second in present[place + 1 :]:
                clash = by_pair.get((resource, first, second))
                if clash is None:
                    continue
                if clash not in self.left:
                    self.left[clash] = model.new_bool_var(f"r{resource}.left{first}.{second}")
                holders = [kept[index] for index in (first, second) if index in kept]
                gone = [holder.negated() for holder in holders]
                model.add_bool_or([*gone, overload.negated(), self.left[clash]])
