"""A first answer at once: those who must leave take the nearest place, one after another."""

from collections.abc import Iterable, Mapping

from solver.check import Checker
from solver.claims import claims_by_resource
from solver.cost import swap_cost
from solver.occupancy import Occupancy
from solver.placement import Assignment, Placement
from solver.ranges import contains


def greedy(checker: Checker, leaving: Iterable[int], clashing: Mapping[int, frozenset[int]]) -> Assignment:
    """Today's schedule with each leaving activity moved to its nearest free place, the longest first.

    clashing: by activity, its requirements that are in a clash today. Whoever finds no place stays. The
    answer is sound; where moving them one after another is not, it is today's schedule.
    """
    problem = checker.problem
    waiting = sorted(leaving, key=lambda index: (-problem.activities[index].duration_minutes, index))
    assignment = list(checker.today)
    while waiting:
        claims = claims_by_resource(problem, tuple(assignment))
        occupancy = Occupancy(problem, frozenset(waiting), claims)
        index = waiting.pop(0)
        place = nearest_place(occupancy, index, clashing[index])
        if place is not None:
            assignment[index] = place
    return tuple(assignment) if checker.check(tuple(assignment)).is_sound else checker.today


def nearest_place(occupancy: Occupancy, index: int, clashing: frozenset[int]) -> Placement | None:
    """The cheapest place of one activity out of its clashes and clear of what stays, None without any."""
    problem = occupancy.problem
    activity = problem.activities[index]
    now, step = activity.start_minute, activity.start_step_minutes
    starts = [now]
    starts.extend(
        start
        for low, high in activity.start_windows
        for start in range(-(-low // step) * step, high, step)
        if start != now
    )
    best: tuple[int, Placement] | None = None
    for start in sorted(starts, key=lambda start: (abs(start - now), start)):
        minutes = problem.weights.minute_moved * abs(start - now)
        if best is not None and minutes >= best[0]:
            break
        found = _resources(occupancy, index, start, clashing)
        if found is not None and (best is None or minutes + found[0] < best[0]):
            best = (minutes + found[0], Placement(start, found[1]))
    return None if best is None else best[1]


def _resources(
    occupancy: Occupancy, index: int, start: int, clashing: frozenset[int]
) -> tuple[int, tuple[int, ...]] | None:
    """The cheapest resources at a start, chosen requirement by requirement, with their price."""
    activity = occupancy.problem.activities[index]
    price, chosen = 0, list[int]()
    for place, needed in enumerate(activity.requirements):
        for resource in activity.options(place):
            kept = start == activity.start_minute and resource == needed.resource
            fits = (
                place not in clashing
                if kept
                else contains(occupancy.free_starts(index, place, resource), start)
            )
            if fits and resource not in chosen:
                chosen.append(resource)
                price += swap_cost(occupancy.problem, activity, place, resource)
                break
        else:
            return None
    return price, tuple(chosen)
