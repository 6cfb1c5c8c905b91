"""Each term of the objective alone."""

from ortools.sat.python import cp_model

from solver import Activity, Clash, ProblemData, Requirement, Resource, ResourceKind, Weights
from solver.mover import Mover
from solver.objective.conflicts import Conflicts
from solver.objective.minutes_moved import MinutesMoved
from solver.objective.swaps import Swaps
from solver.objective.touched import Touched
from solver.occupancy import Occupancy

WEIGHTS = Weights(minute_moved=3, swap_venue=45, swap_staff=30, swap_rank=2)


def bench():
    needs = (
        Requirement(0, alternatives=(1, 2)),
        Requirement(3, alternatives=(4,)),
    )
    kinds = [ResourceKind.VENUE] * 3 + [ResourceKind.STAFF] * 2
    activity = Activity(20, 5, needs, ((0, 50),), touch_cost=7)
    problem = ProblemData(100, tuple(Resource(1, kind) for kind in kinds), (activity,), WEIGHTS)
    model = cp_model.CpModel()
    return model, Mover(model, Occupancy(problem, frozenset({0})), 0), problem


def least(model, expression):
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    model.minimize(expression)
    assert solver.solve(model) == cp_model.OPTIMAL
    return solver.objective_value


def test_touching_costs_the_touch_cost():
    for stays, price in ((1, 0), (0, 7)):
        model, mover, _ = bench()
        model.add(mover.stay == stays)
        assert least(model, Touched([mover]).expression()) == price


def test_minutes_cost_both_ways():
    for start, price in ((20, 0), (26, 18), (11, 27)):
        model, mover, _ = bench()
        term = MinutesMoved([mover], WEIGHTS)
        term.add_to(model)
        model.add(mover.start == start)
        assert least(model, term.expression()) == price


def test_swaps_cost_by_kind_and_rank():
    for held, price in (((0, 3), 0), ((1, 3), 45), ((2, 3), 47), ((0, 4), 30), ((2, 4), 77)):
        model, mover, problem = bench()
        for place, choice in enumerate(mover.held):
            for resource, literal in choice.items():
                model.add(literal == (resource == held[place]))
        assert least(model, Swaps([mover], problem).expression()) == price


def test_conflicts_left_cost_by_level():
    model = cp_model.CpModel()
    left = {Clash(0, 1, 0, level): model.new_constant(1) for level in (1, 2, 3, 4)}
    assert least(model, Conflicts(left, Weights()).expression()) == 8_421


def test_no_movers_cost_nothing():
    model = cp_model.CpModel()
    assert least(model, Touched([]).expression() + Conflicts({}, WEIGHTS).expression()) == 0
