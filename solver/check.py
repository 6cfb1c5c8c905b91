"""The solver-free checker that every answer passes before anyone sees it."""

from collections.abc import Iterable
from dataclasses import dataclass

from solver.activity import Activity
from solver.claims import claims_by_resource
from solver.clash import Clash, clashes_of_claims, clashes_on
from solver.cost import Cost, placement_cost
from solver.placement import Assignment, Placement, today
from solver.problem import ProblemData
from solver.ranges import contains
from solver.resource import Resource

DAY_MINUTES = 1_440


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checker found: broken rules (none in a good answer), the conflicts left, and the price.

    moved: the activities that sit elsewhere than today, in index order.
    resolved: today's conflicts that are gone. clashes: all that remain, sorted.
    """

    violations: tuple[str, ...]
    moved: tuple[int, ...]
    resolved: tuple[Clash, ...]
    clashes: tuple[Clash, ...]
    cost: Cost

    @property
    def is_sound(self) -> bool:
        """Whether no rule is broken."""
        return not self.violations


class Checker:
    """Judges assignments of one problem by the rules' definitions; knows nothing of models.

    The rules: pinned activities stay; a new start is permitted and on its step; a resource is today's or an
    alternative, and held once; a claim that is not exactly today's lies outside closures and inside open
    windows, asks for no more than there is, and clashes with nothing. What stays as it is may keep the
    conflicts it has.
    """

    def __init__(self, problem: ProblemData) -> None:
        self.problem = problem
        self.today = today(problem)
        self.claims = claims_by_resource(problem, self.today)
        self.clashes = clashes_of_claims(problem, self.today, self.claims)
        self._by_resource: dict[int, list[Clash]] = {}
        for clash in self.clashes:
            self._by_resource.setdefault(clash.resource, []).append(clash)

    def check(self, assignment: Assignment, must_resolve: Iterable[Clash] = ()) -> Verdict:
        """The verdict on an assignment, which must also be rid of the conflicts in `must_resolve`."""
        problem = self.problem
        if len(assignment) != len(problem.activities):
            return Verdict(("one placement an activity is needed",), (), (), self.clashes, Cost())
        moved = tuple(
            index
            for index, (placement, now) in enumerate(zip(assignment, self.today, strict=True))
            if placement is not now and placement != now
        )
        violations: list[str] = []
        for index in moved:
            violations.extend(_placement_violations(problem, index, assignment[index]))
        if violations:
            return Verdict(tuple(violations), moved, (), self.clashes, Cost())
        violations.extend(_request_violations(problem, assignment))
        clashes = self._clashes_after(assignment, moved)
        violations.extend(f"{clash} is new" for clash in clashes if not self._is_inherited(clash, assignment))
        left = set(clashes)
        violations.extend(f"{clash} is not resolved" for clash in must_resolve if clash in left)
        cost = Cost()
        for index in moved:
            cost = cost + placement_cost(problem, index, assignment[index])
        resolved = tuple(clash for clash in self.clashes if clash not in left)
        return Verdict(tuple(violations), moved, resolved, clashes, cost)

    def _clashes_after(self, assignment: Assignment, moved: tuple[int, ...]) -> tuple[Clash, ...]:
        gone = frozenset(moved)
        added = claims_by_resource(self.problem, assignment, moved)
        affected = {r for i in moved for r in (*assignment[i].resources, *self.today[i].resources)}
        found = [clash for clash in self.clashes if clash.resource not in affected]
        for resource in affected:
            claims = [claim for claim in self.claims[resource] if claim[2] not in gone] + added[resource]
            found.extend(clashes_on(self.problem, assignment, resource, claims))
        return tuple(sorted(found))

    def _is_inherited(self, clash: Clash, assignment: Assignment) -> bool:
        if clash not in self._by_resource.get(clash.resource, ()):
            return False
        return all(
            _keeps_claim(self.problem.activities[index], assignment[index], clash.resource)
            for index in (clash.first, clash.second)
            if index < len(assignment)
        )


def check(problem: ProblemData, assignment: Assignment, must_resolve: Iterable[Clash] = ()) -> Verdict:
    """The verdict on one assignment; for many of one problem, keep a Checker."""
    return Checker(problem).check(assignment, must_resolve)


def blocks(resource: Resource, start_minute: int, duration_minutes: int) -> str | None:
    """Which of a resource's hours forbids an activity there, None when none does; buffers do not count."""
    end = start_minute + duration_minutes
    if any(low < end and start_minute < high for low, high in resource.closures):
        return "closed"
    if resource.open_windows is None:
        return None
    if duration_minutes > DAY_MINUTES:
        starts_inside = contains(resource.open_windows, start_minute)
        ends_inside = any(low < end <= high for low, high in resource.open_windows)
        return None if starts_inside and ends_inside else "outside its hours"
    inside = any(low <= start_minute and end <= high for low, high in resource.open_windows)
    return None if inside else "outside its hours"


def closed_requirements(problem: ProblemData, index: int) -> frozenset[int]:
    """The requirements of an activity that its resources' hours forbid where it is today."""
    activity = problem.activities[index]
    return frozenset(
        place
        for place, needed in enumerate(activity.requirements)
        if blocks(problem.resources[needed.resource], activity.start_minute, activity.duration_minutes)
    )


def _keeps_claim(activity: Activity, placement: Placement, resource: int) -> bool:
    if placement.start_minute != activity.start_minute:
        return False
    return any(
        held == resource == needed.resource
        for held, needed in zip(placement.resources, activity.requirements, strict=True)
    )


def _placement_violations(problem: ProblemData, index: int, placement: Placement) -> list[str]:
    activity = problem.activities[index]
    where = f"activity {index}"
    if activity.is_pinned:
        return [f"{where} is pinned"]
    if len(placement.resources) != len(activity.requirements):
        return [f"{where} needs {len(activity.requirements)} resources"]
    found = []
    start = placement.start_minute
    if start != activity.start_minute and not contains(activity.start_windows, start):
        found.append(f"{where} may not start at {start}")
    if start != activity.start_minute and start % activity.start_step_minutes:
        found.append(f"{where} starts off its step at {start}")
    if len(set(placement.resources)) != len(placement.resources):
        found.append(f"{where} holds a resource twice")
    for place, held in enumerate(placement.resources):
        if held not in activity.options(place):
            found.append(f"{where} may not hold resource {held}")
        elif not _keeps_claim(activity, placement, held):
            found.extend(
                f"{where} {reason}" for reason in _claim_violations(problem, index, place, placement)
            )
    return found


def _claim_violations(problem: ProblemData, index: int, place: int, placement: Placement) -> list[str]:
    activity, held = problem.activities[index], placement.resources[place]
    found = []
    reason = blocks(problem.resources[held], placement.start_minute, activity.duration_minutes)
    if reason is not None:
        found.append(f"holds resource {held} while {reason}")
    if activity.requirements[place].quantity > problem.resources[held].capacity:
        found.append(f"asks for more of resource {held} than there is")
    return found


def _request_violations(problem: ProblemData, assignment: Assignment) -> list[str]:
    found = []
    for index, activity in enumerate(problem.activities):
        if activity.is_request:
            for held in assignment[index].resources:
                if 0 <= held < len(problem.resources):
                    reason = blocks(
                        problem.resources[held], assignment[index].start_minute, activity.duration_minutes
                    )
                    if reason is not None:
                        found.append(f"request {index} holds resource {held} while {reason}")
    return found
