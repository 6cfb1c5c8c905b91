"""Every answer is sound, and on small problems as good as trying everything."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from solver import Checker, Kind, Status, find_clashes, repair, solve, suggest, today
from tests.solver import oracle
from tests.solver.problems import assignments, problems

NAMES = ("conflicts", "touched", "detour")


def values(result):
    return tuple(tier.value for tier in result.tiers)


@given(st.data())
def test_the_sweep_finds_what_counting_each_minute_finds(data):
    problem = data.draw(problems(movers=3, pinned=4))
    assignment = data.draw(assignments(problem))
    assert set(find_clashes(problem, assignment)) == oracle.clashes(problem, assignment)


@given(st.data())
def test_the_checker_accepts_exactly_what_the_rules_allow(data):
    problem = data.draw(problems())
    assignment = data.draw(assignments(problem))
    verdict = Checker(problem).check(assignment)
    assert verdict.is_sound == oracle.is_sound(problem, assignment)
    if verdict.is_sound:
        assert verdict.cost == oracle.cost(problem, assignment)
        assert set(verdict.clashes) == oracle.clashes(problem, assignment)
        assert set(verdict.resolved) == oracle.clashes(problem, today(problem)) - set(verdict.clashes)


@settings(max_examples=30)
@given(problems())
def test_solve_is_as_good_as_trying_everything(problem):
    movers = [i for i, activity in enumerate(problem.activities) if not activity.is_pinned]
    result = solve(problem)
    assert result is not None
    assert result.status is Status.OPTIMAL
    assert [tier.name for tier in result.tiers] == list(NAMES)
    assert oracle.is_sound(problem, result.assignment)
    assert values(result) == oracle.best(problem, movers)
    assert [tier.bound for tier in result.tiers] == list(values(result))


@settings(max_examples=30)
@given(problems())
def test_repair_is_sound_and_its_bounds_are_true(problem):
    movers = [i for i, activity in enumerate(problem.activities) if not activity.is_pinned]
    result = repair(problem)
    truth = oracle.best(problem, movers)
    assert oracle.is_sound(problem, result.assignment)
    assert values(result) >= truth
    assert result.tiers[0].bound <= truth[0]
    stuck = replace(problem, activities=tuple(a for a in problem.activities if a.is_pinned))
    hopeless = sum(problem.weights.conflict(clash.level) for clash in oracle.clashes(stuck, today(stuck)))
    assert result.tiers[0].bound in (hopeless, truth[0])
    if truth[0] == hopeless:
        assert result.tiers[1].bound <= truth[1]
        if result.tiers[1].value == truth[1]:
            assert result.tiers[2].bound <= truth[2]
    if result.optimal:
        assert values(result) == truth


@settings(max_examples=40)
@given(st.data())
def test_the_best_of_each_kind_is_the_best_there_is(data):
    problem = data.draw(problems())
    targets = [clash for clash in find_clashes(problem) if clash.first == 0]
    if not targets:
        return
    target = data.draw(st.sampled_from(targets))
    for kind in Kind:
        answers = suggest(problem, [target], [[0]], kinds=[kind], count=3, apart_minutes=2)
        expected = oracle.best_of_kind(problem, 0, kind, target)
        assert (answers[0].cost.total if answers else None) == expected
        totals = [answer.cost.total for answer in answers]
        assert totals == sorted(totals)
        assert len({answer.changes for answer in answers}) == len(answers)
        for answer in answers:
            assert answer.optimal
            assert answer.kind is kind
            assert target in answer.resolved
            (change,) = answer.changes
            assignment = (change.after, *today(problem)[1:])
            assert oracle.kind_of(problem, 0, change.after) is kind
            assert oracle.is_sound(problem, assignment, (target,))
            assert answer.cost == oracle.cost(problem, assignment)


@settings(max_examples=20)
@given(st.data())
def test_a_joint_suggestion_is_as_good_as_trying_everything(data):
    problem = data.draw(problems())
    movers = [i for i, activity in enumerate(problem.activities) if not activity.is_pinned]
    targets = find_clashes(problem)
    if not targets:
        return
    target = data.draw(st.sampled_from(targets))
    answers = suggest(problem, [target], [movers], kinds=[Kind.RESCHEDULED], count=1)
    now = today(problem)
    costs = [
        oracle.cost(problem, assignment).total
        for assignment in oracle.assignments(problem, movers)
        if all(placed.resources == there.resources for placed, there in zip(assignment, now, strict=True))
        and oracle.is_sound(problem, assignment, (target,))
    ]
    assert (answers[0].cost.total if answers else None) == min(costs, default=None)


@settings(max_examples=10)
@given(problems())
def test_the_same_problem_has_the_same_answer(problem):
    clashes = find_clashes(problem)[:1]
    movers = [[i] for i, activity in enumerate(problem.activities) if not activity.is_pinned]
    assert suggest(problem, clashes, movers) == suggest(problem, clashes, movers)
    assert repair(problem).assignment == repair(problem).assignment
