"""A resource of larger quantity among movers."""

from collections.abc import Mapping

from ortools.sat.python import cp_model

from solver.claim_intervals import fresh_claims, kept_literals
from solver.mover import Mover
from solver.resource import Resource
from solver.segments import Segment


class PooledDemand:
    """On a pool, wherever a mover's new claim runs, the demand of everybody stays within capacity.

    What stays takes its varying share as fixed intervals. Where kept claims go on overloading the pool as
    today, the stretch is full: no new claim enters.
    """

    def __init__(
        self,
        movers: list[Mover],
        resource: int,
        held: Resource,
        segments: list[Segment],
        profile: list[tuple[int, int, int]],
        overload: Mapping[tuple[int, int], cp_model.IntVar],
    ) -> None:
        self.movers = movers
        self.resource = resource
        self.held = held
        self.segments = segments
        self.profile = profile
        self.overload = overload

    def add_to(self, model: cp_model.CpModel) -> None:
        """Add one Cumulative over new claims, kept claims and what stays."""
        if len(self.movers) < 2:
            return
        fresh = fresh_claims(model, self.movers, self.resource, self.held)
        kept = kept_literals(self.movers, self.resource)
        if len({claim.mover for claim in fresh} | kept.keys()) < 2 or not fresh:
            return
        intervals = [claim.interval for claim in fresh]
        demands = [claim.quantity for claim in fresh]
        for low, high, demand, present in self._busy(model, kept):
            size = high - low
            name = f"r{self.resource}.busy{low}"
            if present is None:
                intervals.append(model.new_fixed_size_interval_var(low, size, name))
            else:
                intervals.append(model.new_optional_fixed_size_interval_var(low, size, present, name))
            demands.append(demand)
        model.add_cumulative(intervals, demands, self.held.capacity)

    def _busy(
        self, model: cp_model.CpModel, kept: Mapping[int, cp_model.IntVar]
    ) -> list[tuple[int, int, int, cp_model.BoolVarT | None]]:
        capacity = self.held.capacity
        found: list[tuple[int, int, int, cp_model.BoolVarT | None]] = []
        for low, high, demand in _outside(self.profile, self.segments):
            found.append((low, high, min(capacity, demand), None))
        for segment in self.segments:
            low, high = segment.low, segment.high
            overload = self.overload.get((self.resource, low))
            if overload is None:
                if segment.fixed_demand:
                    found.append((low, high, segment.fixed_demand, None))
                found.extend((low, high, claim[3], kept[claim[2]]) for claim in segment.movers)
                continue
            found.append((low, high, capacity, overload))
            if segment.fixed_demand <= capacity:
                found.extend(self._below(model, segment, kept, overload))
        return found

    def _below(
        self,
        model: cp_model.CpModel,
        segment: Segment,
        kept: Mapping[int, cp_model.IntVar],
        overload: cp_model.IntVar,
    ) -> list[tuple[int, int, int, cp_model.BoolVarT | None]]:
        low, high = segment.low, segment.high
        found: list[tuple[int, int, int, cp_model.BoolVarT | None]] = []
        if segment.fixed_demand:
            found.append((low, high, segment.fixed_demand, overload.negated()))
        for claim in segment.movers:
            if claim[3] > self.held.capacity:
                continue
            present = model.new_bool_var(f"r{self.resource}.below{low}.{claim[2]}")
            model.add_bool_or([present, overload, kept[claim[2]].negated()])
            found.append((low, high, claim[3], present))
        return found


def _outside(profile: list[tuple[int, int, int]], segments: list[Segment]) -> list[tuple[int, int, int]]:
    found = []
    for low, high, demand in profile:
        at = low
        for segment in segments:
            if segment.high <= at or segment.low >= high:
                continue
            if segment.low > at:
                found.append((at, segment.low, demand))
            at = segment.high
        if at < high:
            found.append((at, high, demand))
    return found
