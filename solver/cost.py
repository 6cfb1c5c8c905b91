"""What an assignment disturbs, priced."""

from dataclasses import dataclass

from solver.activity import Activity
from solver.placement import Placement
from solver.problem import ProblemData


@dataclass(frozen=True, slots=True)
class Cost:
    """The price of a disruption by its parts.

    touch: for changing bookings at all. minutes: for the time they move. swaps: for changed resources.
    """

    touch: int = 0
    minutes: int = 0
    swaps: int = 0

    @property
    def detour(self) -> int:
        """What the changes cost beyond touching."""
        return self.minutes + self.swaps

    @property
    def total(self) -> int:
        """The sum of the parts."""
        return self.touch + self.minutes + self.swaps

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.touch + other.touch, self.minutes + other.minutes, self.swaps + other.swaps)


def swap_cost(problem: ProblemData, activity: Activity, requirement: int, resource: int) -> int:
    """The price of a requirement holding a resource: nothing for today's."""
    needed = activity.requirements[requirement]
    if resource == needed.resource:
        return 0
    return problem.weights.swap(problem.resources[resource].kind, needed.alternatives.index(resource))


def placement_cost(problem: ProblemData, index: int, placement: Placement) -> Cost:
    """The price of one activity sitting where the placement says."""
    activity = problem.activities[index]
    swaps = [
        swap_cost(problem, activity, place, resource) for place, resource in enumerate(placement.resources)
    ]
    same = placement.start_minute == activity.start_minute and all(
        resource == needed.resource
        for resource, needed in zip(placement.resources, activity.requirements, strict=True)
    )
    return Cost(
        touch=0 if same else activity.touch_cost,
        minutes=problem.weights.minute_moved * abs(placement.start_minute - activity.start_minute),
        swaps=sum(swaps),
    )
