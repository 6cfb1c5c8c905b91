"""A problem checks itself and survives JSON."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given

from solver import Activity, InvalidProblem, ProblemData, Requirement, Resource, ResourceKind, Weights
from tests.solver.problems import problems

HALL = Resource(1, ResourceKind.VENUE, seats=100, features=frozenset({1}), interchange_group=4)
SMALL = Resource(2, ResourceKind.VENUE, seats=20, features=frozenset({1}), interchange_group=4)
BARE = Resource(1, ResourceKind.VENUE, seats=200, interchange_group=4)
APART = Resource(1, ResourceKind.VENUE, seats=200, features=frozenset({1}), interchange_group=5)
CREW = Resource(1, ResourceKind.STAFF)


def needing(*alternatives, **more):
    needed = Requirement(0, alternatives=alternatives, **more)
    return Activity(10, 5, (needed,), ((0, 20),))


@given(problems())
def test_json_gives_back_the_same_problem(problem):
    assert ProblemData.from_json(problem.to_json()) == problem


def test_every_field_survives_json():
    resource = Resource(
        capacity=3,
        kind=ResourceKind.CALENDAR,
        closures=((1, 2),),
        open_windows=((0, 9),),
        seats=7,
        features=frozenset({3, 1}),
        setup_minutes=4,
        teardown_minutes=5,
        interchange_group=6,
    )
    needed = Requirement(0, 2, True, (1,), 5, frozenset({1}))
    activity = Activity(-3, 8, (needed,), ((0, 5),), 5, False, True, 9, 11)
    problem = ProblemData(50, (resource, resource), (activity,), Weights(swap_staff=77))
    assert ProblemData.from_json(problem.to_json()) == problem


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Resource(0, ResourceKind.VENUE), "capacity must be at least 1, got 0"),
        (lambda: Resource(1, ResourceKind.VENUE, seats=-1), "seats must not be negative, got -1"),
        (
            lambda: Resource(1, ResourceKind.VENUE, setup_minutes=-1),
            "setup and teardown must not be negative, got -1 and 0",
        ),
        (
            lambda: Resource(1, ResourceKind.VENUE, closures=((5, 5),)),
            "closures: empty or reversed range [5, 5)",
        ),
        (
            lambda: Resource(1, ResourceKind.VENUE, open_windows=((5, 4),)),
            "open_windows: empty or reversed range [5, 4)",
        ),
        (lambda: Requirement(0, quantity=0), "quantity must be at least 1, got 0"),
        (lambda: Requirement(0, seats_needed=-1), "seats_needed must not be negative, got -1"),
        (lambda: Requirement(0, alternatives=(0,)), "resource 0 is its own alternative"),
        (lambda: Requirement(0, alternatives=(1, 1)), "alternatives repeat a resource"),
        (lambda: Activity(0, 0), "duration_minutes must be at least 1, got 0"),
        (lambda: Activity(0, 1, start_step_minutes=0), "start_step_minutes must be at least 1, got 0"),
        (lambda: Activity(0, 1, touch_cost=-1), "attendees and touch_cost must not be negative"),
        (lambda: Activity(0, 1, attendees=-1), "attendees and touch_cost must not be negative"),
        (
            lambda: Activity(0, 1, (Requirement(1), Requirement(1))),
            "two requirements hold the same resource",
        ),
        (
            lambda: Activity(0, 1, start_windows=((3, 3),)),
            "start_windows: empty or reversed range [3, 3)",
        ),
        (lambda: Weights(swap_venue=-1), "weights.swap_venue must be 0..1000000, got -1"),
        (lambda: ProblemData(0, (), ()), "horizon_minutes must be at least 1, got 0"),
        (
            lambda: ProblemData(9, (HALL,), (needing(),)),
            "activities[0].start_windows: [0, 20) leaves [0, 9)",
        ),
        (
            lambda: ProblemData(99, (), (needing(),)),
            "activities[0].requirements[0].resource: no resource 0",
        ),
        (
            lambda: ProblemData(99, (HALL,), (Activity(0, 1), needing(7))),
            "activities[1].requirements[0].alternatives: no resource 7",
        ),
        (
            lambda: ProblemData(99, (HALL, CREW), (needing(1),)),
            "activities[0].requirements[0].alternatives: resource 1 is of another kind",
        ),
        (
            lambda: ProblemData(99, (HALL, APART), (needing(1),)),
            "activities[0].requirements[0].alternatives: resource 1 is of another group",
        ),
        (
            lambda: ProblemData(99, (HALL, SMALL), (needing(1, seats_needed=21),)),
            "activities[0].requirements[0].alternatives: resource 1 has too few seats",
        ),
        (
            lambda: ProblemData(99, (HALL, BARE), (needing(1, features_needed=frozenset({1})),)),
            "activities[0].requirements[0].alternatives: resource 1 lacks a feature",
        ),
    ],
)
def test_contradictions_are_named(make, message):
    with pytest.raises(InvalidProblem, match=f"^{re.escape(message)}$"):
        make()


def test_an_alternative_as_good_is_accepted():
    exact = replace(SMALL, seats=21)
    problem = ProblemData(99, (HALL, exact), (needing(1, seats_needed=21, features_needed=frozenset({1})),))
    assert problem.activities[0].options(0) == (0, 1)


def _edited(**changes):
    raw = json.loads(ProblemData(99, (HALL,), (needing(),)).to_json())
    for path, value in changes.items():
        *way, last = (int(part) if part.isdigit() else part for part in path.split("__"))
        place = raw
        for part in way:
            place = place[part]
        if value is KeyError:
            del place[last]
        else:
            place[last] = value
    return json.dumps(raw)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "problem: expected an object, got list"),
        (_edited(version=2), "problem.version: expected 1"),
        (_edited(extra=1), "problem: unknown keys extra"),
        (_edited(horizon_minutes=KeyError), "problem: horizon_minutes is missing"),
        (_edited(horizon_minutes=1.5), "problem.horizon_minutes: expected a whole number"),
        (_edited(horizon_minutes=True), "problem.horizon_minutes: expected a whole number"),
        (_edited(resources={}), "problem.resources: expected a list"),
        (_edited(resources__0__kind="Boat"), "resources[0].kind: unknown kind 'Boat'"),
        (_edited(resources__0__closures=[[1]]), "resources[0].closures[0]: expected a pair"),
        (_edited(resources__0__features=["a"]), "resources[0].features[0]: expected a whole number"),
        (_edited(activities__0__can_swap=1), "activities[0].can_swap: expected true or false"),
        (
            _edited(activities__0__requirements__0__quantity=None),
            "activities[0].requirements[0].quantity: expected a whole number",
        ),
        (_edited(weights__swap_venue="1"), "weights.swap_venue: expected a whole number"),
    ],
)
def test_bad_json_is_named(text, message):
    with pytest.raises(InvalidProblem, match=f"^{re.escape(message)}$"):
        ProblemData.from_json(text)


def test_text_that_is_no_json_is_refused():
    with pytest.raises(InvalidProblem, match=r"^not JSON: "):
        ProblemData.from_json("{")


def test_weights_price_levels_and_swaps():
    weights = Weights(swap_venue=45, swap_staff=30, swap_equipment=15, swap_other=7, swap_rank=2)
    assert [weights.conflict(level) for level in (1, 2, 3, 4)] == [1, 20, 400, 8_000]
    kinds = (ResourceKind.VENUE, ResourceKind.STAFF, ResourceKind.EQUIPMENT, ResourceKind.OTHER)
    assert [weights.swap(kind, 3) for kind in kinds] == [51, 36, 21, 13]
