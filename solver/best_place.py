"""The cheapest place of one activity, by enumeration."""

from solver.cost import swap_cost
from solver.occupancy import Occupancy
from solver.ranges import Ranges, contains


def least_detour(occupancy: Occupancy, index: int, clashing: frozenset[int], *, ends_all: bool) -> int | None:
    """The least price in minutes and swaps of a place out of an activity's clash and clear of what stays.

    clashing: its requirements that are in a clash today; to stay at today's time it must swap one of them, or
        with `ends_all` each.
    A bound from below: that two requirements may want one resource is not looked at. None without any place.
    """
    problem = occupancy.problem
    activity = problem.activities[index]
    choices: list[list[tuple[int, Ranges]]] = []
    for place in range(len(activity.requirements)):
        priced = [
            (swap_cost(problem, activity, place, resource), occupancy.free_starts(index, place, resource))
            for resource in activity.options(place)
        ]
        choices.append(sorted(priced, key=lambda choice: choice[0]))
    best = _least_swap_now(choices, activity.start_minute, clashing, ends_all=ends_all)
    for start in _candidates(choices, activity.start_minute, activity.start_step_minutes):
        minutes = problem.weights.minute_moved * abs(start - activity.start_minute)
        if best is not None and minutes >= best:
            break
        swaps = [next((price for price, free in c if contains(free, start)), None) for c in choices]
        if contains(activity.start_windows, start) and None not in swaps:
            price = minutes + sum(swap for swap in swaps if swap is not None)
            best = price if best is None else min(best, price)
    return best


def _least_swap_now(
    choices: list[list[tuple[int, Ranges]]], now: int, clashing: frozenset[int], *, ends_all: bool
) -> int | None:
    prices = [
        next((price for price, free in choices[place][1:] if contains(free, now)), None) for place in clashing
    ]
    possible = [price for price in prices if price is not None]
    if not ends_all:
        return min(possible, default=None)
    return sum(possible) if len(possible) == len(prices) and possible else None


def _candidates(choices: list[list[tuple[int, Ranges]]], now: int, step: int) -> list[int]:
    # The nearest start of any combination is where one of its ranges begins (or, before today's, ends).
    found: set[int] = set()
    for choice in choices:
        for _, free in choice:
            for low, high in free:
                later = -(-max(low, now + 1) // step) * step
                earlier = min(high - 1, now - 1) // step * step
                if later < high:
                    found.add(later)
                if earlier >= low:
                    found.add(earlier)
    return sorted(found, key=lambda start: (abs(start - now), start))
