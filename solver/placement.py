"""Where activities sit."""

from dataclasses import dataclass

from solver.problem import ProblemData


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one activity sits: its start, and the resource each of its requirements holds, in their order."""

    start_minute: int
    resources: tuple[int, ...]


# One placement for each activity, in the problem's order.
Assignment = tuple[Placement, ...]


def today(problem: ProblemData) -> Assignment:
    """The schedule as it is."""
    return tuple(
        Placement(activity.start_minute, tuple([needed.resource for needed in activity.requirements]))
        for activity in problem.activities
    )
