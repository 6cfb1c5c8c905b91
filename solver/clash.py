"""Conflicts between claims, found without a solver (SCH-010)."""

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush

from solver.claims import Claim, claims_by_resource
from solver.placement import Assignment, today
from solver.problem import ProblemData
from solver.resource import ResourceKind

_LEVELS = {ResourceKind.VENUE: 4, ResourceKind.CALENDAR: 3}


@dataclass(frozen=True, slots=True, order=True)
class Clash:
    """Two activities that hold one resource at an instant whose demand exceeds its capacity.

    second: may also be a fixed claim, see ProblemData.
    """

    first: int
    second: int
    resource: int
    level: int


def find_clashes(problem: ProblemData, assignment: Assignment | None = None) -> tuple[Clash, ...]:
    """Every conflict of an assignment (today's when none is given), one a pair and resource, sorted."""
    placed = today(problem) if assignment is None else assignment
    return clashes_of_claims(problem, placed, claims_by_resource(problem, placed))


def clashes_of_claims(
    problem: ProblemData, placed: Assignment, claims_on: list[list[Claim]]
) -> tuple[Clash, ...]:
    """Every conflict among the claims on each resource, one a pair and resource, sorted."""
    found: list[Clash] = []
    for resource, claims in enumerate(claims_on):
        found.extend(clashes_on(problem, placed, resource, claims))
    return tuple(sorted(found))


def clashes_on(
    problem: ProblemData, placed: Assignment, resource: int, claims: list[Claim]
) -> Iterator[Clash]:
    """The conflicts among the claims on one resource that an activity has part in."""
    for first, second in clashing_pairs(claims, problem.resources[resource].capacity):
        if first < len(placed):
            yield Clash(first, second, resource, level_of(problem, placed, first, second, resource))


def clashing_pairs(claims: list[Claim], capacity: int) -> set[tuple[int, int]]:
    """The pairs of activities, lower index first, at once on a resource while its demand exceeds capacity."""
    pairs: set[tuple[int, int]] = set()
    held: list[tuple[int, int, int]] = []
    demand = 0
    for low, high, activity, quantity in sorted(claims):
        while held and held[0][0] <= low:
            demand -= heappop(held)[2]
        heappush(held, (high, activity, quantity))
        demand += quantity
        if demand > capacity and len(held) > 1:
            # Demand rises only where a claim begins, so each overloaded instant's claims are seen here.
            complete = demand - quantity <= capacity
            _add_pairs(pairs, [claim[1] for claim in held], activity, complete=complete)
    return pairs


def _add_pairs(pairs: set[tuple[int, int]], activities: list[int], newest: int, *, complete: bool) -> None:
    if not complete:
        # What was overloaded before this claim began has its pairs already; only the newest adds some.
        pairs.update((min(other, newest), max(other, newest)) for other in activities if other != newest)
        return
    for place, first in enumerate(activities):
        for second in activities[place + 1 :]:
            if first != second:
                pairs.add((min(first, second), max(first, second)))


def level_of(problem: ProblemData, assignment: Assignment, first: int, second: int, resource: int) -> int:
    """The level of a conflict, 1 (Minor) to 4 (Critical) (SCH-011, SCH-012, SCH-013)."""
    kind = problem.resources[resource].kind
    if kind is not ResourceKind.STAFF:
        return _LEVELS.get(kind, 2)
    primary = any(_holds_as_primary(problem, assignment, index, resource) for index in (first, second))
    return 2 if primary else 1


def _holds_as_primary(problem: ProblemData, assignment: Assignment, index: int, resource: int) -> bool:
    if index >= len(assignment):
        return problem.fixed[index - len(assignment)].primary
    requirements = problem.activities[index].requirements
    return any(
        needed.primary
        for held, needed in zip(assignment[index].resources, requirements, strict=True)
        if held == resource
    )
