"""The best ways out of one conflict, unlike each other."""

from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush

from solver.check import Checker
from solver.clash import Clash
from solver.errors import InvalidProblem
from solver.kind import Kind
from solver.limits import Limits
from solver.occupancy import Occupancy
from solver.problem import ProblemData
from solver.stream import SuggestionStream
from solver.suggestion import Suggestion


def suggest(
    problem: ProblemData,
    targets: Iterable[Clash],
    mover_sets: Iterable[Sequence[int]],
    *,
    kinds: Iterable[Kind] = tuple(Kind),
    count: int = 5,
    apart_minutes: int = 120,
    limits: Limits | None = None,
    checker: Checker | None = None,
    is_closed: bool = False,
) -> tuple[Suggestion, ...]:
    """The best ways to end some of today's conflicts, cheapest first, each checked.

    targets: conflicts of today's schedule (see `find_clashes`) that every answer must end together.
    is_closed: whether a request among the movers may not stay as asked for; then there need be no conflict.
    mover_sets: who may move; each set is tried on its own and any of its members may stay. A refused request
        is an activity like any other: offer it as one set and its rivals as another.
    kinds: the kinds wanted. The best of each enters the list first, then the best of each set of movers, then
        the cheapest with other resources or at least `apart_minutes` away, until there are `count`.
    checker: of the same problem, to spare building it again.
    Raises InvalidProblem when a target is not a conflict of today's schedule or a mover does not exist.
    """
    judge = checker if checker is not None and checker.problem is problem else Checker(problem)
    wanted = tuple(targets)
    for target in wanted:
        if target not in judge.clashes:
            raise InvalidProblem(f"{target} is no conflict of today's schedule")
    if count < 1 or not (wanted or is_closed):
        return ()
    streams = _streams(judge, wanted, mover_sets, tuple(kinds), limits or Limits(), apart_minutes)
    return _ranked(_collected(streams, count))


def _streams(
    checker: Checker,
    targets: tuple[Clash, ...],
    mover_sets: Iterable[Sequence[int]],
    kinds: tuple[Kind, ...],
    limits: Limits,
    apart_minutes: int,
) -> list[SuggestionStream]:
    problem = checker.problem
    found: list[SuggestionStream] = []
    for movers in mover_sets:
        for index in movers:
            if not 0 <= index < len(problem.activities):
                raise InvalidProblem(f"no activity {index}")
        free = frozenset(index for index in movers if not problem.activities[index].is_pinned)
        if free:
            occupancy = Occupancy(problem, free, checker.claims)
            found.extend(
                SuggestionStream(checker, occupancy, targets, kind, limits, apart_minutes) for kind in kinds
            )
    return found


def _collected(streams: list[SuggestionStream], count: int) -> list[Suggestion]:
    heads: dict[int, Suggestion] = {}
    for number, stream in enumerate(streams):
        head = stream.next()
        if head is not None:
            heads[number] = head
    chosen: list[Suggestion] = []
    for numbers in _in_rounds(streams, heads):
        if len(chosen) == count:
            return chosen
        chosen.append(heads[numbers])
    _fill(chosen, streams, heads, count)
    return chosen


def _fill(
    chosen: list[Suggestion],
    streams: list[SuggestionStream],
    heads: dict[int, Suggestion],
    count: int,
) -> None:
    """Take the streams' further answers in order of cost until the list is full or they are dry."""
    # A stream's next answer costs at least its last one: it need not be drawn before that leads.
    queue: list[tuple[int, int, int, Suggestion | None]] = [
        (head.cost.total, 0, number, None) for number, head in heads.items()
    ]
    heapify(queue)
    while queue and len(chosen) < count:
        _, _, number, suggestion = heappop(queue)
        if suggestion is not None and all(other.changes != suggestion.changes for other in chosen):
            chosen.append(suggestion)
        if suggestion is None:
            following = streams[number].next()
            if following is not None:
                heappush(queue, (following.cost.total, 1, number, following))
        else:
            heappush(queue, (suggestion.cost.total, 0, number, None))


def _in_rounds(streams: list[SuggestionStream], heads: dict[int, Suggestion]) -> list[int]:
    """The streams by the cost of their best, the cheapest of each kind before the rest."""
    by_cost = sorted(heads, key=lambda number: (heads[number].cost.total, number))
    first: dict[Kind, int] = {}
    for number in by_cost:
        first.setdefault(streams[number].kind, number)
    leaders = sorted(first.values(), key=by_cost.index)
    return leaders + [number for number in by_cost if number not in leaders]


def _ranked(suggestions: list[Suggestion]) -> tuple[Suggestion, ...]:
    # Among equals the order of the mover sets decides: sorting is stable.
    return tuple(sorted(suggestions, key=lambda suggestion: suggestion.cost.total))
