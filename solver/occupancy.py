"""What the activities that stay leave free, by interval arithmetic instead of search."""

from solver.check import DAY_MINUTES
from solver.claims import Claim, claims_by_resource
from solver.placement import today
from solver.problem import ProblemData
from solver.ranges import Ranges, difference, intersection, normalised
from solver.resource import Resource


class Occupancy:
    """The schedule of the activities that do not move, a resource at a time.

    movers: the activities left out, because their places are what is asked for.
    """

    def __init__(
        self, problem: ProblemData, movers: frozenset[int], claims: list[list[Claim]] | None = None
    ) -> None:
        self.problem = problem
        self.movers = movers
        self._claims = claims_by_resource(problem, today(problem)) if claims is None else claims
        self._staying: dict[int, list[Claim]] = {}
        self._moving: dict[int, list[Claim]] = {}
        self._blocked: dict[tuple[int, int], Ranges] = {}
        self._free: dict[tuple[int, int, int], Ranges] = {}
        for resource in {n.resource for index in movers for n in problem.activities[index].requirements}:
            self._moving[resource] = sorted(c for c in self._claims[resource] if c[2] in movers)

    def claims(self, resource: int) -> list[Claim]:
        """The claims on a resource of the activities that stay."""
        if resource not in self._moving:
            return self._claims[resource]
        if resource not in self._staying:
            self._staying[resource] = [c for c in self._claims[resource] if c[2] not in self.movers]
        return self._staying[resource]

    def mover_claims(self, resource: int) -> list[Claim]:
        """The claims on a resource that its movers have today, sorted."""
        return self._moving.get(resource, [])

    def profile(self, resource: int) -> list[tuple[int, int, int]]:
        """The demand of the activities that stay as (low, high, demand), where it is not nothing."""
        changes: dict[int, int] = {}
        for low, high, _, quantity in self.claims(resource):
            changes[low] = changes.get(low, 0) + quantity
            changes[high] = changes.get(high, 0) - quantity
        steps: list[tuple[int, int, int]] = []
        demand, since = 0, 0
        for at in sorted(changes):
            if demand:
                steps.append((since, at, demand))
            demand += changes[at]
            since = at
        return steps

    def blocked(self, resource: int, quantity: int) -> Ranges:
        """Where a quantity of a resource is not to be had."""
        key = (resource, quantity)
        if key not in self._blocked:
            self._blocked[key] = self._find_blocked(resource, quantity)
        return self._blocked[key]

    def _find_blocked(self, resource: int, quantity: int) -> Ranges:
        room = self.problem.resources[resource].capacity - quantity
        if room < 0:
            everything = (-(10**9), 10**9)
            return (everything,)
        if room == 0:
            return normalised([claim[:2] for claim in self.claims(resource)])
        return normalised((low, high) for low, high, demand in self.profile(resource) if demand > room)

    def free_starts(self, activity: int, requirement: int, resource: int) -> Ranges:
        """The starts at which an activity's requirement could newly hold a resource, clear of all that stays.

        Today's start is among the candidates even where no window holds it: another resource may fit there.
        """
        key = (activity, requirement, resource)
        if key not in self._free:
            self._free[key] = self._free_starts(activity, requirement, resource)
        return self._free[key]

    def _free_starts(self, activity: int, requirement: int, resource: int) -> Ranges:
        moving = self.problem.activities[activity]
        length, now = moving.duration_minutes, moving.start_minute
        candidates = normalised((*moving.start_windows, (now, now + 1)))
        taken = self.blocked(resource, moving.requirements[requirement].quantity)
        held = self.problem.resources[resource]
        return difference(open_starts(held, candidates, length), taken_starts(held, taken, length))


def open_starts(held: Resource, candidates: Ranges, length: int) -> Ranges:
    """The candidates at which an activity of a length may start, going by closures and hours alone."""
    if held.open_windows is not None:
        candidates = _within(candidates, held.open_windows, length)
    # [start, start + length) meets [low, high) exactly if low - length < start < high.
    return difference(candidates, normalised((low - length + 1, high) for low, high in held.closures))


def taken_starts(held: Resource, taken: Ranges, length: int, buffer: int = 0) -> Ranges:
    """The starts at which an activity of a length, with its setup and teardown, would meet what is taken.

    buffer: minutes kept free on both sides besides.
    """
    before, after = held.teardown_minutes + buffer, held.setup_minutes + buffer
    return normalised((low - length - before + 1, high + after) for low, high in taken)


def _within(candidates: Ranges, windows: Ranges, length: int) -> Ranges:
    """The candidates from which an activity of a length stays inside the windows."""
    if length <= DAY_MINUTES:
        inside = normalised((low, high - length + 1) for low, high in windows)
        return intersection(candidates, inside)
    starts = intersection(candidates, windows)
    return intersection(starts, normalised((low - length + 1, high - length + 1) for low, high in windows))
