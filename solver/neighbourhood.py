"""Who stands in the way."""

from collections.abc import Iterable

from solver.claims import Claim
from solver.problem import ProblemData


def neighbours(
    problem: ProblemData,
    claims: list[list[Claim]],
    stuck: Iterable[int],
    candidates: frozenset[int],
    size: int,
) -> frozenset[int]:
    """For each stuck activity, the `size` candidates nearest in time on the resources it could hold."""
    found: set[int] = set()
    for index in sorted(stuck):
        activity = problem.activities[index]
        middle = activity.start_minute + activity.duration_minutes // 2
        distances: dict[int, int] = {}
        resources = {r for place in range(len(activity.requirements)) for r in activity.options(place)}
        for resource in resources:
            for low, high, other, _ in claims[resource]:
                if other in candidates:
                    distance = max(low - middle, middle - high, 0)
                    distances[other] = min(distance, distances.get(other, distance))
        found.update(sorted(distances, key=lambda other: (distances[other], other))[:size])
    return frozenset(found)
