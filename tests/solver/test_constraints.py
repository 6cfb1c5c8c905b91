"""Each constraint alone: what it lets through and what it forbids."""

import pytest
from ortools.sat.python import cp_model

from solver import Activity, Clash, Placement, ProblemData, Requirement, Resource, ResourceKind, find_clashes
from solver.constraints.conflicts_left import ConflictsLeft
from solver.constraints.different import Different
from solver.constraints.free_starts import FreeStarts
from solver.constraints.kind_only import KindOnly
from solver.constraints.nothing_idle import NothingIdle
from solver.constraints.one_resource import OneResource
from solver.constraints.open_request import OpenRequest
from solver.constraints.pooled_demand import PooledDemand
from solver.constraints.resolved import Resolved
from solver.constraints.single_holder import SingleHolder
from solver.constraints.stay_or_move import StayOrMove
from solver.kind import Kind
from solver.mover import Mover
from solver.occupancy import Occupancy
from solver.segments import segments

VENUE = ResourceKind.VENUE
WHOLE = ((0, 100),)


def venue(capacity=1, **more):
    return Resource(capacity, VENUE, **more)


def booking(start, length=10, on=0, instead=(1,), windows=WHOLE, **more):
    return Activity(start, length, (Requirement(on, alternatives=instead),), windows, **more)


class Bench:
    """A bare model with the variables of its movers, to which a test adds what it is about."""

    def __init__(self, resources, activities, movers=(0,)):
        self.problem = ProblemData(100, tuple(resources), tuple(activities))
        self.occupancy = Occupancy(self.problem, frozenset(movers))
        self.cp = cp_model.CpModel()
        self.movers = [Mover(self.cp, self.occupancy, index) for index in movers]

    @property
    def mover(self):
        return self.movers[0]

    def add(self, *constraints):
        for constraint in constraints:
            constraint.add_to(self.cp)

    def choices(self):
        """What every real model has."""
        for mover in self.movers:
            self.add(StayOrMove(mover), OneResource(mover))

    def segments(self):
        return {
            number: segments(self.occupancy, number)
            for number in range(len(self.problem.resources))
            if segments(self.occupancy, number)
        }

    def put(self, number, start, resource):
        """Fix where a mover sits."""
        mover = self.movers[number]
        self.cp.add(mover.start == start)
        self.cp.add(mover.same_time == (start == mover.now))
        self.cp.add(mover.held[0][resource] == 1)

    def is_feasible(self):
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        status = solver.solve(self.cp)
        assert status in (cp_model.OPTIMAL, cp_model.INFEASIBLE)
        self.solver = solver
        return status == cp_model.OPTIMAL


def allows(make, *placed):
    """Whether a fresh bench lets each mover sit where it is put."""
    bench = make()
    for number, (start, resource) in enumerate(placed):
        bench.put(number, start, resource)
    return bench.is_feasible()


@pytest.mark.parametrize(
    ("start", "resource", "stays", "keeps"),
    [(20, 0, True, True), (20, 1, False, False), (30, 0, False, False), (30, 1, False, False)],
)
def test_staying_means_time_and_resources(start, resource, stays, keeps):
    bench = Bench([venue(), venue()], [booking(20)])
    bench.choices()
    bench.put(0, start, resource)
    assert bench.is_feasible()
    assert bench.solver.boolean_value(bench.mover.stay) == stays
    assert bench.solver.boolean_value(bench.mover.kept[0]) == keeps
    bench.cp.add(bench.mover.stay == (not stays))
    assert not bench.is_feasible()


def test_a_requirement_holds_exactly_one_resource():
    bench = Bench([venue(), venue()], [booking(20)])
    bench.add(OneResource(bench.mover))
    held = bench.mover.held[0]
    bench.cp.add(held[0] + held[1] == 1)
    assert bench.is_feasible()
    bench.cp.add(held[0] == held[1])
    assert not bench.is_feasible()


def test_two_requirements_never_hold_one_resource():
    needs = (Requirement(0, alternatives=(1, 2)), Requirement(1, alternatives=(2,)))
    bench = Bench([venue(), venue(), venue()], [Activity(20, 10, needs, WHOLE)])
    bench.add(OneResource(bench.mover))
    bench.cp.add(bench.mover.held[0][1] == 1)
    assert bench.is_feasible()
    bench.cp.add(bench.mover.held[1][1] == 1)
    assert not bench.is_feasible()


def make_free_starts():
    closed = venue(closures=((60, 70),), open_windows=((10, 90),))
    activities = [
        booking(15, start_step_minutes=5, windows=((0, 85),)),
        booking(40, on=1, instead=(), windows=()),
    ]
    bench = Bench([closed, venue(setup_minutes=2, teardown_minutes=3)], activities)
    bench.choices()
    bench.add(FreeStarts(bench.mover))
    return bench


@pytest.mark.parametrize(
    ("start", "resource", "allowed"),
    [
        (15, 0, True),
        (10, 0, True),
        (5, 0, False),
        (50, 0, True),
        (51, 0, False),
        (55, 0, False),
        (65, 0, False),
        (70, 0, True),
        (80, 0, True),
        (85, 0, False),
        (15, 1, True),
        (25, 1, True),
        (30, 1, False),
        (50, 1, False),
        (55, 1, True),
    ],
)
def test_new_claims_start_where_it_is_open_and_free(start, resource, allowed):
    assert allows(make_free_starts, (start, resource)) == allowed


def test_today_off_the_step_is_kept_and_nothing_else_is():
    def make():
        bench = Bench([venue(), venue()], [booking(17, start_step_minutes=5)])
        bench.choices()
        bench.add(FreeStarts(bench.mover))
        return bench

    assert allows(make, (17, 0))
    assert allows(make, (17, 1))
    assert not allows(make, (18, 0))
    assert allows(make, (20, 0))


def test_over_a_day_only_the_start_and_the_end_must_be_inside_the_hours():
    hours = ((0, 100), (1_440, 1_500))
    owned = (Resource(1, VENUE, open_windows=hours),)
    problem = ProblemData(3_000, owned, (Activity(10, 1_450, (Requirement(0),), ((0, 120),)),))
    free = Occupancy(problem, frozenset({0})).free_starts(0, 0, 0)
    assert free == ((0, 51),)


@pytest.mark.parametrize(("is_request", "feasible"), [(True, False), (False, True)])
def test_only_a_request_is_bound_by_hours_where_it_is(is_request, feasible):
    bench = Bench([venue(closures=((25, 40),)), venue()], [booking(20, is_request=is_request)])
    bench.choices()
    bench.add(OpenRequest(bench.mover, bench.problem.resources))
    bench.put(0, 20, 0)
    assert bench.is_feasible() == feasible


def make_single_holder():
    activities = [booking(20), booking(25), booking(50, on=1, instead=(0,))]
    bench = Bench([venue(), venue(teardown_minutes=5)], activities, movers=(0, 1, 2))
    bench.choices()
    for number, found in bench.segments().items():
        bench.add(SingleHolder(bench.movers, number, bench.problem.resources[number], found))
    return bench


@pytest.mark.parametrize(
    ("placed", "allowed"),
    [
        (((20, 0), (25, 0), (50, 1)), True),
        (((20, 0), (30, 0), (50, 1)), True),
        (((20, 0), (29, 0), (50, 1)), False),
        (((20, 0), (25, 0), (34, 0)), False),
        (((20, 0), (25, 0), (35, 0)), True),
        (((45, 0), (25, 0), (35, 0)), True),
        (((44, 0), (25, 0), (35, 0)), False),
        (((65, 1), (25, 0), (50, 1)), True),
        (((64, 1), (25, 0), (50, 1)), False),
        (((60, 0), (60, 1), (50, 0)), True),
        (((60, 0), (60, 0), (50, 1)), False),
    ],
)
def test_a_single_resource_is_held_by_one_new_claim_at_a_time(placed, allowed):
    assert allows(make_single_holder, *placed) == allowed


def make_pool():
    activities = [
        booking(20, instead=()),
        booking(20, instead=()),
        booking(20, instead=()),
        booking(40, 20, instead=(), windows=()),
    ]
    bench = Bench([venue(2)], activities, movers=(0, 1, 2))
    bench.choices()
    left = ConflictsLeft(bench.movers, find_clashes(bench.problem), bench.segments(), {0: 2})
    bench.add(left)
    profile = bench.occupancy.profile(0)
    held = bench.problem.resources[0]
    bench.add(PooledDemand(bench.movers, 0, held, bench.segments()[0], profile, left.overload))
    return bench


@pytest.mark.parametrize(
    ("placed", "allowed"),
    [
        (((20, 0), (20, 0), (20, 0)), True),
        (((20, 0), (20, 0), (30, 0)), True),
        (((20, 0), (20, 0), (29, 0)), False),
        (((20, 0), (15, 0), (30, 0)), True),
        (((45, 0), (20, 0), (20, 0)), True),
        (((45, 0), (45, 0), (20, 0)), False),
        (((50, 0), (40, 0), (60, 0)), True),
        (((60, 0), (60, 0), (60, 0)), False),
        (((60, 0), (60, 0), (70, 0)), True),
    ],
)
def test_a_pool_is_never_newly_overdrawn(placed, allowed):
    assert allows(make_pool, *placed) == allowed


@pytest.mark.parametrize(
    ("placed", "left"),
    [
        (((20, 0), (20, 0), (20, 0)), {(0, 1), (0, 2), (1, 2)}),
        (((20, 0), (20, 0), (60, 0)), set()),
        (((60, 0), (60, 0), (20, 0)), set()),
    ],
)
def test_a_pool_conflict_is_left_only_while_the_pool_is_overdrawn(placed, left):
    bench = Bench(
        [venue(2)], [booking(20, instead=()), booking(20, instead=()), booking(20, instead=())], (0, 1, 2)
    )
    bench.choices()
    constraint = ConflictsLeft(bench.movers, find_clashes(bench.problem), bench.segments(), {0: 2})
    bench.add(constraint)
    for number, (start, resource) in enumerate(placed):
        bench.put(number, start, resource)
    bench.cp.minimize(sum(constraint.left.values()))
    assert bench.is_feasible()
    found = {(c.first, c.second) for c, literal in constraint.left.items() if bench.solver.value(literal)}
    assert found == left


def test_a_conflict_that_must_go_does_and_one_out_of_reach_is_infeasible():
    target = Clash(0, 1, 0, 4)

    def make(targets):
        bench = Bench([venue(), venue()], [booking(20), booking(25, windows=())])
        bench.choices()
        left = ConflictsLeft(bench.movers, find_clashes(bench.problem), bench.segments(), {0: 1, 1: 1})
        bench.add(left, Resolved(targets, left.left))
        return bench

    assert allows(lambda: make([target]), (20, 1))
    assert not allows(lambda: make([target]), (20, 0))
    assert not allows(lambda: make([Clash(5, 6, 0, 4)]), (20, 1))


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [
        (Kind.RESCHEDULED, {(30, 0), (20, 0)}),
        (Kind.RESOURCE_CHANGED, {(20, 1), (20, 0)}),
        (Kind.BOTH, {(30, 1)}),
    ],
)
def test_a_kind_changes_only_what_it_is_about(kind, allowed):
    def make():
        bench = Bench([venue(), venue()], [booking(20)])
        bench.choices()
        bench.add(KindOnly(bench.movers, kind))
        return bench

    places = [(20, 0), (20, 1), (30, 0), (30, 1)]
    assert {place for place in places if allows(make, place)} == allowed


def test_neither_half_of_a_double_change_is_idle():
    # Resource 1 is free at today's start, resource 2 is not; resource 0 is free from 40 on.
    activities = [booking(20, instead=(1, 2)), booking(20, 20, windows=()), booking(15, 10, on=2, windows=())]

    def make():
        bench = Bench([venue(), venue(), venue()], activities)
        bench.choices()
        bench.add(NothingIdle(bench.mover, frozenset({0})))
        return bench

    assert allows(make, (30, 2))
    assert not allows(make, (30, 1))
    assert not allows(make, (50, 2))


def test_an_answer_differs_in_resource_or_clearly_in_time():
    def make():
        bench = Bench([venue(), venue()], [booking(20)])
        bench.choices()
        bench.add(Different(bench.movers, {0: Placement(50, (0,))}, 10))
        return bench

    assert not allows(make, (50, 0))
    assert not allows(make, (59, 0))
    assert not allows(make, (41, 0))
    assert allows(make, (50, 1))
    assert allows(make, (20, 0))
    assert allows(make, (60, 0))
    assert allows(make, (40, 0))
