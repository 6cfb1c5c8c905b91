"""A resource of quantity one among movers."""

from ortools.sat.python import cp_model

from solver.claim_intervals import fresh_claims, kept_literals
from solver.mover import Mover
from solver.resource import Resource
from solver.segments import Segment


class SingleHolder:
    """On a resource of capacity 1 a mover's new claim meets no other mover's claim, new or kept.

    Kept claims may overlap one another as they do today: that is for ConflictsLeft to price. Where several
    could be kept, the stretch counts as busy once for all of them.
    """

    def __init__(self, movers: list[Mover], resource: int, held: Resource, segments: list[Segment]) -> None:
        self.movers = movers
        self.resource = resource
        self.held = held
        self.segments = segments

    def add_to(self, model: cp_model.CpModel) -> None:
        """Add one NoOverlap over new claims and stretches that stay busy."""
        if len(self.movers) < 2:
            return
        fresh = fresh_claims(model, self.movers, self.resource, self.held)
        kept = kept_literals(self.movers, self.resource)
        if len({claim.mover for claim in fresh} | kept.keys()) < 2 or not fresh:
            return
        intervals = [claim.interval for claim in fresh]
        for segment in self.segments:
            holders = [kept[claim[2]] for claim in segment.movers]
            busy = holders[0]
            if len(holders) > 1:
                busy = model.new_bool_var(f"r{self.resource}.busy{segment.low}")
                for holder in holders:
                    model.add_implication(holder, busy)
            intervals.append(
                model.new_optional_fixed_size_interval_var(
                    segment.low, segment.high - segment.low, busy, f"r{self.resource}.kept{segment.low}"
                )
            )
        model.add_no_overlap(intervals)
