"""A bound on how little any conflict-free answer can disturb, without placing anything."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ortools.sat.python import cp_model

from solver.cp_sums import weighted
from solver.engine import minimise
from solver.limits import Limits
from solver.problem import ProblemData
from solver.segments import Segment


@dataclass(frozen=True, slots=True)
class CoverBound:
    """What touching just enough to end the conflicts among some activities costs at the least.

    touched: the sum of touch costs. count: the number of activities. detour: the least detour of any cover
    that cheap in touches. Each holds for every answer that leaves only conflicts nobody could end; the bounds
    of activities that are in no conflict with each other add up. leaving: one such cover.
    """

    members: frozenset[int]
    touched: int
    count: int
    detour: int
    leaving: frozenset[int]


@dataclass(frozen=True, slots=True)
class Detours:
    """The least detour of one activity out of its clashes; None where there is no place at all.

    alone: while everybody it clashes with stays. least: whoever moves besides.
    """

    alone: int | None
    least: int | None


def cover_bounds(
    problem: ProblemData,
    segments: Mapping[int, list[Segment]],
    detours: Mapping[int, Detours],
    partners: Mapping[int, frozenset[int]],
    displaceable: Iterable[int],
    limits: Limits,
) -> tuple[CoverBound, ...]:
    """The minimum weighted covers of today's overloaded segments by the activities that could leave them.

    One for each group of movers linked by conflicts, so that each is small enough to be exact.
    segments: per resource, with the activities that may move as movers.
    detours: by mover. One without any place moves only if one of `displaceable` makes room.
    partners: by mover, whoever it clashes with.
    """
    groups = _linked(partners)
    stuck = [group for group in groups if any(detours[index].least is None for index in group)]
    prices = [problem.activities[index].touch_cost for index in displaceable]
    # One displaced activity may make room for several groups, which therefore share its price.
    room_price = min(prices) // max(1, len(stuck)) if prices else None
    return tuple(
        _group_bound(
            _Cover(problem, {index: detours[index] for index in sorted(group)}, room_price),
            _of_group(segments, group),
            partners,
            limits,
        )
        for group in groups
    )


def _group_bound(
    cover: "_Cover",
    segments: Mapping[int, list[Segment]],
    partners: Mapping[int, frozenset[int]],
    limits: Limits,
) -> CoverBound:
    for resource, stretch in segments.items():
        cover.add_excess(resource, stretch)
    members = frozenset(cover.leaves)
    least = minimise(cover.model, cover.touched, limits)
    touched_bound = max(0, least.bound or 0)
    cover.model.add(cover.touched >= touched_bound)
    fewest = minimise(cover.model, weighted(list(cover.leaves.values()), [1] * len(members)), limits)
    count = max(0, fewest.bound or 0)
    if not least.has_answer or least.objective != touched_bound:
        return CoverBound(members, touched_bound, count, 0, members)
    cover.model.add(cover.touched == touched_bound)
    shortest = minimise(cover.model, cover.detour(partners), limits)
    leaving = members
    if shortest.has_answer:
        values = shortest.solver
        leaving = frozenset(i for i, leaves in cover.leaves.items() if values.boolean_value(leaves))
    return CoverBound(members, touched_bound, count, max(0, shortest.bound or 0), leaving)


def _linked(partners: Mapping[int, frozenset[int]]) -> list[frozenset[int]]:
    groups: list[frozenset[int]] = []
    seen: set[int] = set()
    for first in partners:
        if first in seen:
            continue
        group, frontier = {first}, [first]
        while frontier:
            fresh = {other for other in partners[frontier.pop()] if other in partners} - group
            group |= fresh
            frontier.extend(sorted(fresh))
        seen |= group
        groups.append(frozenset(group))
    return groups


def _of_group(segments: Mapping[int, list[Segment]], group: frozenset[int]) -> dict[int, list[Segment]]:
    # Whoever meets in an overloaded segment clashes there, so that a segment belongs to one group whole.
    return {
        resource: [segment for segment in stretch if segment.movers[0][2] in group]
        for resource, stretch in segments.items()
    }


class _Cover:
    def __init__(self, problem: ProblemData, detours: Mapping[int, Detours], room_price: int | None) -> None:
        self.model = cp_model.CpModel()
        self.leaves = {index: self.model.new_bool_var(f"a{index}") for index in detours}
        self.room = self.model.new_bool_var("room")
        self._problem = problem
        self._detours = detours
        for index, leaves in self.leaves.items():
            if detours[index].least is None:
                self.model.add_implication(leaves, self.room)
        if room_price is None or all(one.least is not None for one in detours.values()):
            self.model.add(self.room == 0)
        prices = [problem.activities[index].touch_cost for index in self.leaves]
        self.touched = weighted([*self.leaves.values(), self.room], [*prices, room_price or 0])

    def add_excess(self, resource: int, segments: list[Segment]) -> None:
        """Let enough leave each overloaded segment."""
        capacity = self._problem.resources[resource].capacity
        for segment in segments:
            claims = (*segment.fixed, *segment.movers)
            # A claim that is too much alone clashes with nobody once alone; the sum below would ask for more.
            if segment.demand <= capacity or len(claims) < 2 or any(c[3] > capacity for c in claims):
                continue
            excess = min(segment.demand - capacity, sum(claim[3] for claim in segment.movers))
            self.model.add(sum(claim[3] * self.leaves[claim[2]] for claim in segment.movers) >= excess)

    def detour(self, partners: Mapping[int, frozenset[int]]) -> cp_model.LinearExpr:
        """The sum of the detours: the one alone, unless a partner leaves too or room is made."""
        terms: list[cp_model.LinearExpr] = []
        for index, leaves in self.leaves.items():
            least, alone = self._detours[index].least or 0, self._detours[index].alone
            helping = sorted(partners[index] & self.leaves.keys())
            eased = [self.room, *(self.leaves[other] for other in helping)]
            price = self.model.new_int_var(0, max(least, alone or 0), f"a{index}.detour")
            self.model.add(price >= least).only_enforce_if([leaves, self.room.negated()])
            if alone is None:
                self.model.add_bool_or([leaves.negated(), *eased])
            else:
                self.model.add(price >= alone).only_enforce_if([leaves, *(e.negated() for e in eased)])
            terms.append(price)
        return weighted(terms, [1] * len(terms))
