"""Which activity holds which resource, when, and how much of it."""

from collections.abc import Iterable

from solver.placement import Assignment
from solver.problem import ProblemData

# (low, high, activity or fixed claim, quantity): the range held, setup and teardown included.
Claim = tuple[int, int, int, int]


def claims_by_resource(
    problem: ProblemData, assignment: Assignment, of: Iterable[int] | None = None
) -> list[list[Claim]]:
    """The claims on each resource, by its index; only those of the activities in `of` when given.

    Without `of`, the problem's fixed claims are among them.
    """
    found: list[list[Claim]] = [[] for _ in problem.resources]
    buffers = [(resource.setup_minutes, resource.teardown_minutes) for resource in problem.resources]
    for index in range(len(assignment)) if of is None else of:
        activity, placement = problem.activities[index], assignment[index]
        start = placement.start_minute
        end = start + activity.duration_minutes
        for resource, needed in zip(placement.resources, activity.requirements, strict=True):
            setup, teardown = buffers[resource]
            found[resource].append((start - setup, end + teardown, index, needed.quantity))
    if of is None:
        for index, claim in enumerate(problem.fixed, len(assignment)):
            found[claim.resource].append((claim.low, claim.high, index, claim.quantity))
    return found
