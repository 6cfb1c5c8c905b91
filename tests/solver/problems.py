"""Small random problems of every shape the solver knows."""

from hypothesis import strategies as st

from solver import Activity, Placement, ProblemData, Requirement, Resource, ResourceKind, Weights

HORIZON = 16


@st.composite
def resources(draw, kind):
    closures = draw(st.lists(st.tuples(st.integers(0, HORIZON - 1), st.integers(1, 3)), max_size=1))
    opened = draw(st.one_of(st.none(), st.tuples(st.integers(0, 3), st.integers(HORIZON - 4, HORIZON))))
    return Resource(
        capacity=1 if kind is ResourceKind.STAFF else draw(st.sampled_from((1, 1, 2, 3))),
        kind=kind,
        closures=tuple((low, low + length) for low, length in closures),
        open_windows=None if opened is None else (opened,),
        setup_minutes=draw(st.sampled_from((0, 0, 1))),
        teardown_minutes=draw(st.sampled_from((0, 0, 1))),
    )


@st.composite
def requirements(draw, pool):
    resource = draw(st.sampled_from(pool))
    others = [other for other in pool if other != resource]
    return Requirement(
        resource,
        quantity=draw(st.sampled_from((1, 1, 1, 2))),
        primary=draw(st.booleans()),
        alternatives=tuple(draw(st.permutations(others))[: draw(st.integers(0, 2))]),
    )


@st.composite
def activities(draw, venues, staff, gear, *, movable):
    needs = [draw(requirements(venues)), draw(requirements(staff))]
    if gear and draw(st.booleans()):
        needs.append(draw(requirements(gear)))
    low = draw(st.integers(0, HORIZON - 2))
    window = (low, min(HORIZON, low + draw(st.integers(1, 7))))
    return Activity(
        start_minute=draw(st.integers(0, HORIZON - 4)),
        duration_minutes=draw(st.integers(1, 5)),
        requirements=tuple(needs),
        start_windows=(window,) if movable else (),
        start_step_minutes=draw(st.sampled_from((1, 1, 2, 3))),
        can_swap=draw(st.sampled_from((True, True, True, False))),
        touch_cost=draw(st.sampled_from((1, 5, 100))),
    )


@st.composite
def problems(draw, movers=2, pinned=3):
    """Up to `movers` activities that may move among up to `pinned` that may not, on crowded resources."""
    kinds = (*[ResourceKind.VENUE] * 3, *[ResourceKind.STAFF] * 2, ResourceKind.EQUIPMENT)
    owned = tuple(draw(resources(kind)) for kind in kinds)
    venues, staff, gear = [0, 1, 2], [3, 4], [5]
    free = draw(st.lists(activities(venues, staff, gear, movable=True), min_size=1, max_size=movers))
    stuck = draw(st.lists(activities(venues, staff, gear, movable=False), min_size=1, max_size=pinned))
    weights = Weights(minute_moved=draw(st.sampled_from((1, 3))), swap_rank=draw(st.sampled_from((0, 1))))
    return ProblemData(HORIZON, owned, (*free, *stuck), weights)


@st.composite
def assignments(draw, problem):
    """Any placement of each activity on resources of the right kind, permitted or not."""
    placed = []
    for activity in problem.activities:
        start = draw(st.integers(0, HORIZON - 1)) if draw(st.booleans()) else activity.start_minute
        options = [(needed.resource, *needed.alternatives) for needed in activity.requirements]
        placed.append(Placement(start, tuple(draw(st.sampled_from(option)) for option in options)))
    return tuple(placed)
