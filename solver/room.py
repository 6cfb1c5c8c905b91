"""Moving bookings together out of what is wanted for something else."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from domain.schedule import FixedUses, ScheduleSnapshot, SnapshotBooking
from domain.suggestion import Suggestion
from solver.check import Checker, Verdict
from solver.clash import Clash
from solver.fixes import Fixes
from solver.kind import Kind
from solver.limits import Limits
from solver.moving_terms import MovingTerms
from solver.placement import Placement
from solver.suggest import suggest
from solver.suggestion import Change
from solver.suggestion import Suggestion as SolverSuggestion
from solver.translate import Translation, translate

MAXIMUM_TOGETHER = 2
"""How many bookings one model moves; of more each is moved on its own, around those moved before."""


def advise_on_room(
    snapshot: ScheduleSnapshot,
    bookings: Collection[UUID],
    room: Sequence[FixedUses],
    *,
    terms: MovingTerms | None = None,
    limits: Limits | None = None,
) -> tuple[Suggestion, ...]:
    """A way to move some bookings out of what is wanted for something else; empty when there is none.

    room: what is wanted, in the form of what others take. With few bookings the cheapest way there is.
    """
    return _Room(snapshot, bookings, room, terms, limits).advise()


class _Room:
    def __init__(
        self,
        snapshot: ScheduleSnapshot,
        bookings: Collection[UUID],
        room: Sequence[FixedUses],
        terms: MovingTerms | None,
        limits: Limits | None,
    ) -> None:
        self._snapshot = replace(snapshot, fixed=(*snapshot.fixed, *room))
        self._wanted = sum(len(one.uses) for one in room)
        self._terms = terms
        self._limits = limits
        self._translation = translate(self._snapshot, terms, focus=bookings)
        self._movers = [
            index
            for index, one in enumerate(self._translation.bookings)
            if one.scheduled_event_id in bookings
        ]
        self._checker = Checker(self._translation.problem)

    def advise(self) -> tuple[Suggestion, ...]:
        """The way that passes the checker."""
        targets = self._in_the_way(self._translation, self._checker, self._movers)
        if not targets:
            return ()
        if len(self._movers) <= MAXIMUM_TOGETHER:
            problem = self._translation.problem
            found = suggest(
                problem, targets, [self._movers], count=1, limits=self._limits, checker=self._checker
            )
        else:
            found = self._one_by_one(targets)
        fixes = Fixes(self._translation, self._movers)
        return tuple(fixes.suggestion(one) for one in found)

    def _one_by_one(self, targets: Sequence[Clash]) -> tuple[SolverSuggestion, ...]:
        assignment = list(self._checker.today)
        bookings = list(self._translation.bookings)
        for index in self._movers:
            moved = self._moved(tuple(bookings), index)
            if moved is None:
                return ()
            bookings[index], assignment[index] = moved
        verdict = self._checker.check(tuple(assignment), targets)
        return (self._suggestion(verdict, assignment),) if verdict.is_sound else ()

    def _moved(
        self, bookings: tuple[SnapshotBooking, ...], index: int
    ) -> tuple[SnapshotBooking, Placement] | None:
        """A booking moved around all others as they are by now; as it is where it is in nobody's way."""
        booking = bookings[index]
        snapshot = replace(self._snapshot, bookings=bookings)
        translation = translate(snapshot, self._terms, focus=[booking.scheduled_event_id])
        checker = Checker(translation.problem)
        targets = self._in_the_way(translation, checker, [index])
        if not targets:
            return booking, checker.today[index]
        found = suggest(
            translation.problem, targets, [[index]], count=1, limits=self._limits, checker=checker
        )
        if not found:
            return None
        after = found[0].changes[0].after
        place = Fixes(translation, [index]).change(index, after).after
        moved = replace(booking, calendar_id=place.calendar_id, slot=place.slot, claims=place.claims)
        return moved, after

    def _in_the_way(self, translation: Translation, checker: Checker, movers: Collection[int]) -> list[Clash]:
        """The clashes of bookings with what is wanted, whose claims come last."""
        everything = len(translation.bookings) + len(translation.problem.fixed)
        return [
            clash
            for clash in checker.clashes
            if clash.first in movers and clash.second >= everything - self._wanted
        ]

    def _suggestion(self, verdict: Verdict, assignment: Sequence[Placement]) -> SolverSuggestion:
        today = self._checker.today
        moved_in_time = any(assignment[one].start_minute != today[one].start_minute for one in verdict.moved)
        swapped = any(assignment[one].resources != today[one].resources for one in verdict.moved)
        kind = (
            Kind.BOTH
            if moved_in_time and swapped
            else Kind.RESCHEDULED
            if moved_in_time
            else Kind.RESOURCE_CHANGED
        )
        return SolverSuggestion(
            kind,
            tuple(Change(one, today[one], assignment[one]) for one in verdict.moved),
            verdict.cost,
            False,
            verdict.resolved,
            tuple(one for one in verdict.clashes if {one.first, one.second} & set(verdict.moved)),
        )
