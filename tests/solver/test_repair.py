"""Joint repair: fewest touched, neighbours when there is no room, and honest limits."""

from solver import (
    Activity,
    Limits,
    ProblemData,
    Requirement,
    Resource,
    ResourceKind,
    Status,
    find_clashes,
    repair,
    solve,
    suggest,
)

HALLS = tuple(Resource(1, ResourceKind.VENUE, open_windows=((0, 40),)) for _ in range(2))
ROOMS = {0: (1,), 1: (0,)}


def talk(start, length, hall, *, pinned=False, touch=10, swap=True):
    needed = Requirement(hall, alternatives=ROOMS[hall] if swap else ())
    return Activity(start, length, (needed,), () if pinned else ((0, 40),), touch_cost=touch)


def tiers(result):
    return [(tier.name, tier.value, tier.bound) for tier in result.tiers]


def test_the_hub_of_a_star_moves_alone():
    hub = talk(0, 30, 0)
    rest = [talk(start, 10, 0) for start in (0, 10, 20)]
    result = repair(ProblemData(40, HALLS, (hub, *rest)))
    assert result.optimal
    assert result.moved == (0,)
    assert tiers(result) == [("conflicts", 0, 0), ("touched", 10, 10), ("detour", 45, 45)]
    assert result.touched_at_least == 1


def test_somebody_else_makes_room_when_the_house_is_full():
    # The clash on hall 0 can only end if the long talk in hall 1 makes room by starting later.
    problem = ProblemData(
        40,
        HALLS,
        (
            talk(0, 20, 0, touch=50),
            talk(10, 20, 0, pinned=True),
            talk(30, 10, 0, pinned=True),
            talk(10, 20, 1),
        ),
    )
    alone = repair(problem, [0])
    assert [clash.level for clash in alone.clashes] == [4]
    assert (alone.moved, alone.optimal) == ((), True)
    result = repair(problem)
    assert result.clashes == ()
    assert result.moved == (0, 3)
    assert tiers(result)[:2] == [("conflicts", 0, 0), ("touched", 60, 60)]
    assert result.touched_at_least == 1
    whole = solve(problem)
    assert whole is not None
    assert [tier.value for tier in whole.tiers] == [tier.value for tier in result.tiers]


def test_a_calm_schedule_is_left_alone():
    problem = ProblemData(40, HALLS, (talk(0, 10, 0), talk(10, 10, 0)))
    result = repair(problem)
    assert (result.optimal, result.moved, result.touched_at_least) == (True, (), 0)
    assert tiers(result) == [("conflicts", 0, 0), ("touched", 0, 0), ("detour", 0, 0)]


def test_two_pinned_activities_stay_in_conflict_and_it_is_said():
    problem = ProblemData(40, HALLS, (talk(0, 10, 0, pinned=True), talk(5, 10, 0, pinned=True)))
    result = repair(problem)
    assert result.optimal
    assert result.clashes == find_clashes(problem)
    assert tiers(result)[0] == ("conflicts", 8_000, 8_000)


def crowd():
    halls = tuple(Resource(1, ResourceKind.VENUE) for _ in range(3))
    talks = tuple(
        Activity(
            start % 7 * 5,
            10 + start % 3 * 5,
            (Requirement(start % 3, alternatives=tuple(h for h in range(3) if h != start % 3)),),
            ((0, 120),),
            touch_cost=10 + start,
        )
        for start in range(18)
    )
    return ProblemData(150, halls, talks)


def test_out_of_time_is_never_called_optimal():
    result = repair(crowd(), limits=Limits(deterministic=0.0, wall_seconds=60.0))
    assert result.status is Status.FEASIBLE
    assert all(tier.bound <= tier.value for tier in result.tiers)


def test_progress_reports_better_and_better_answers_above_their_bound():
    news = []
    solve(crowd(), limits=Limits(deterministic=1.0, wall_seconds=60.0), on_progress=news.append)
    assert news
    assert {one.tier for one in news} <= {"disruption", "detour"}
    assert all(one.bound <= one.incumbent for one in news)
    for tier in ("disruption", "detour"):
        incumbents = [one.incumbent for one in news if one.tier == tier]
        assert incumbents == sorted(incumbents, reverse=True)


def test_what_nobody_can_end_has_no_answer():
    problem = ProblemData(40, HALLS, (talk(0, 10, 0, pinned=True), talk(5, 10, 0, pinned=True)))
    (clash,) = find_clashes(problem)
    assert solve(problem, must_resolve=[clash]) is None
    assert suggest(problem, [clash], [[0], [1]]) == ()
