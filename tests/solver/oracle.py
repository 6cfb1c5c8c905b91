"""Schedules judged minute by minute and solved by trying everything, in ways of its own."""

from itertools import product

from solver import Assignment, Clash, Cost, Kind, Placement, ProblemData, ResourceKind, today


def held(problem, assignment, index):
    """(resource, minutes held, quantity, primary) of one activity."""
    activity, placement = problem.activities[index], assignment[index]
    for resource, needed in zip(placement.resources, activity.requirements, strict=True):
        owner = problem.resources[resource]
        low = placement.start_minute - owner.setup_minutes
        high = placement.start_minute + activity.duration_minutes + owner.teardown_minutes
        yield resource, set(range(low, high)), needed.quantity, needed.primary


def clashes(problem: ProblemData, assignment: Assignment) -> set[Clash]:
    """Every conflict, by adding up each resource's demand at each minute."""
    claims = [
        (index, *claim)
        for index in range(len(problem.activities))
        for claim in held(problem, assignment, index)
    ]
    found = set()
    for number, resource in enumerate(problem.resources):
        here = [claim for claim in claims if claim[1] == number]
        for minute in {m for claim in here for m in claim[2]}:
            present = [claim for claim in here if minute in claim[2]]
            if sum(claim[3] for claim in present) <= resource.capacity:
                continue
            for one in present:
                for other in present:
                    if one[0] < other[0]:
                        level = {
                            ResourceKind.VENUE: 4,
                            ResourceKind.CALENDAR: 3,
                            ResourceKind.STAFF: 2 if one[4] or other[4] else 1,
                        }.get(resource.kind, 2)
                        found.add(Clash(one[0], other[0], number, level))
    return found


def is_open(resource, start, end, duration):
    """Whether an activity may run from start to end."""
    if any(low <= minute < high for low, high in resource.closures for minute in range(start, end)):
        return False
    if resource.open_windows is None:
        return True
    opened = {m for low, high in resource.open_windows for m in range(low, high)}
    if duration > 1_440:
        return start in opened and end - 1 in opened
    return all(minute in opened for minute in range(start, end))


def may_sit(problem, index, placement) -> bool:
    """Whether one activity's placement is among its choices, other activities aside."""
    activity = problem.activities[index]
    now = today(problem)[index]
    if placement != now and not activity.start_windows:
        return False
    start, moved = placement.start_minute, placement.start_minute != activity.start_minute
    permitted = any(low <= start < high for low, high in activity.start_windows)
    if moved and (not permitted or start % activity.start_step_minutes):
        return False
    if len(set(placement.resources)) < len(placement.resources):
        return False
    for place, resource in enumerate(placement.resources):
        needed = activity.requirements[place]
        swapped = resource != needed.resource
        if swapped and (not activity.can_swap or resource not in needed.alternatives):
            return False
        end = start + activity.duration_minutes
        bound_by_hours = moved or swapped or activity.is_request
        if bound_by_hours and not is_open(problem.resources[resource], start, end, activity.duration_minutes):
            return False
        if (moved or swapped) and needed.quantity > problem.resources[resource].capacity:
            return False
    return True


def keeps(problem, assignment, index, resource) -> bool:
    """Whether an activity's claim on a resource is exactly today's."""
    activity, placement = problem.activities[index], assignment[index]
    return placement.start_minute == activity.start_minute and any(
        now.resource == there == resource
        for now, there in zip(activity.requirements, placement.resources, strict=True)
    )


def is_sound(problem, assignment, must_resolve=()) -> bool:
    """Whether an assignment breaks no rule."""
    indices = range(len(problem.activities))
    if not all(may_sit(problem, index, assignment[index]) for index in indices):
        return False
    before, after = clashes(problem, today(problem)), clashes(problem, assignment)
    if after & set(must_resolve) or not after <= before:
        return False
    return all(
        keeps(problem, assignment, index, clash.resource)
        for clash in after
        for index in (clash.first, clash.second)
    )


def cost(problem, assignment) -> Cost:
    """What an assignment disturbs."""
    touch = minutes = swaps = 0
    for activity, placement, now in zip(problem.activities, assignment, today(problem), strict=True):
        touch += activity.touch_cost if placement != now else 0
        minutes += problem.weights.minute_moved * abs(placement.start_minute - activity.start_minute)
        for needed, resource in zip(activity.requirements, placement.resources, strict=True):
            if resource != needed.resource:
                kind = problem.resources[resource].kind.name.lower()
                price = getattr(problem.weights, f"swap_{kind}", problem.weights.swap_other)
                swaps += price + problem.weights.swap_rank * needed.alternatives.index(resource)
    return Cost(touch, minutes, swaps)


def choices(problem, index) -> list[Placement]:
    """Every placement of one activity that it may take, other activities aside."""
    activity = problem.activities[index]
    starts = {activity.start_minute}.union(*(range(low, high) for low, high in activity.start_windows))
    options = [(needed.resource, *needed.alternatives) for needed in activity.requirements]
    placements = (Placement(start, held) for start in sorted(starts) for held in product(*options))
    return [placement for placement in placements if may_sit(problem, index, placement)]


def assignments(problem, movers):
    """Every assignment in which only the movers sit elsewhere than today."""
    now = today(problem)
    for placed in product(*(choices(problem, index) for index in movers)):
        assignment = list(now)
        for index, placement in zip(movers, placed, strict=True):
            assignment[index] = placement
        yield tuple(assignment)


def best(problem, movers, must_resolve=()):
    """(conflicts, touched, detour) of the best sound assignment, None when there is none."""
    price = problem.weights.conflict
    values = []
    for assignment in assignments(problem, movers):
        if is_sound(problem, assignment, must_resolve):
            total = cost(problem, assignment)
            left = sum(price(clash.level) for clash in clashes(problem, assignment))
            values.append((left, total.touch, total.detour))
    return min(values, default=None)


def kind_of(problem, index, placement) -> Kind | None:
    """What a placement changes; None for nothing."""
    now = today(problem)[index]
    moves, swaps = placement.start_minute != now.start_minute, placement.resources != now.resources
    if moves and swaps:
        return Kind.BOTH
    if moves:
        return Kind.RESCHEDULED
    return Kind.RESOURCE_CHANGED if swaps else None


def best_of_kind(problem, index, kind, target) -> int | None:
    """The least cost at which one activity ends a conflict by one kind of change, neither half of it idle."""
    now = today(problem)

    def ends(placement):
        assignment = (*now[:index], placement, *now[index + 1 :])
        return may_sit(problem, index, placement) and is_sound(problem, assignment, (target,))

    found = []
    for placement in choices(problem, index):
        if kind_of(problem, index, placement) is not kind or not ends(placement):
            continue
        if kind is Kind.BOTH:
            swap_alone = Placement(now[index].start_minute, placement.resources)
            move_alone = Placement(placement.start_minute, now[index].resources)
            if ends(swap_alone) or ends(move_alone):
                continue
        found.append(cost(problem, (*now[:index], placement, *now[index + 1 :])).total)
    return min(found, default=None)
