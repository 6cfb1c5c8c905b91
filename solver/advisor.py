"""Ranked fixes for a conflict or for a refused request, as the domain says them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from domain.conflicts import Clash as DomainClash
from domain.enums import ConflictLevel, ConflictType
from domain.rules.conflicts import refuses_booking
from domain.schedule import ScheduleSnapshot, SnapshotBooking
from domain.suggestion import Suggestion
from solver.check import Checker, closed_requirements
from solver.clash import Clash
from solver.fixes import Fixes
from solver.limits import Limits
from solver.moving_terms import MovingTerms
from solver.resource import ResourceKind
from solver.suggest import suggest
from solver.suggestion import Suggestion as SolverSuggestion
from solver.translate import Translation, translate


def advise_on_conflict(
    snapshot: ScheduleSnapshot,
    conflict: DomainClash,
    *,
    terms: MovingTerms | None = None,
    count: int = 5,
    limits: Limits | None = None,
) -> tuple[Suggestion, ...]:
    """The best fixes for one conflict, cheapest first, each moving one of its two bookings.

    Fixes that end every clash between the two come alone; where there are none, fixes for this conflict only.
    Empty when the snapshot has no such clash (any more) or nothing that may move would end it.
    """
    pair = (conflict.scheduled_event_id, conflict.conflicting_event_id)
    known = {booking.scheduled_event_id for booking in snapshot.bookings}
    if not known.issuperset(pair):
        return ()
    return ConflictAdvisor(snapshot, terms, focus=pair).advise(conflict, count=count, limits=limits)


class ConflictAdvisor:
    """Advises on many conflicts of one snapshot, which is translated and swept once.

    focus: the only bookings that may move; None for all. Raises InvalidProblem for a snapshot with gaps.
    """

    def __init__(
        self,
        snapshot: ScheduleSnapshot,
        terms: MovingTerms | None = None,
        *,
        focus: Collection[UUID] | None = None,
    ) -> None:
        self._translation = translate(snapshot, terms, focus=focus)
        self._checker = Checker(self._translation.problem)
        self._index = {
            booking.scheduled_event_id: index for index, booking in enumerate(self._translation.bookings)
        }

    def advise(
        self, conflict: DomainClash, *, count: int = 5, limits: Limits | None = None
    ) -> tuple[Suggestion, ...]:
        """What `advise_on_conflict` answers."""
        pair = (conflict.scheduled_event_id, conflict.conflicting_event_id)
        if not self._index.keys() >= set(pair):
            return ()
        movers = [self._index[one] for one in pair]
        between = [clash for clash in self._checker.clashes if {clash.first, clash.second} == set(movers)]
        wanted = [clash for clash in between if _is_meant(self._translation, clash, conflict)]
        if not wanted:
            return ()
        mover_sets = [[mover] for mover in movers]
        return _best(self._translation, self._checker, (between, wanted), mover_sets, count, limits)


def advise_on_request(
    snapshot: ScheduleSnapshot,
    request: SnapshotBooking,
    *,
    terms: MovingTerms | None = None,
    count: int = 5,
    limits: Limits | None = None,
    request_is_booked: bool = False,
) -> tuple[Suggestion, ...]:
    """The best ways to fit in a request that was refused: elsewhere, or with its rivals moved out of the way.

    request: at the time and place asked for, its claims complete (the owner of its calendar first); not among
        the snapshot's bookings. In the suggestions its change has no scheduled_event_id; where only rivals
        move, it is booked as asked for.
    request_is_booked: whether it is a booking already, which was refused another place; for the sentences.
    Fixes that leave the request without any conflict come alone; where there are none, those that end what
    refuses it. Empty when nothing refuses it or nothing would help. One that asks for what is closed goes
    elsewhere, whether it clashes or not.
    """
    translation = translate(snapshot, terms, request=request, focus=_nearby(snapshot, request))
    checker = Checker(translation.problem)
    index = len(translation.bookings) - 1
    clashing = [clash for clash in checker.clashes if index in (clash.first, clash.second)]
    refusing = [clash for clash in clashing if refuses_booking(ConflictLevel(clash.level))]
    if closed_requirements(translation.problem, index):
        # Where it was asked for it cannot be, whoever makes room.
        return _best(
            translation,
            checker,
            (clashing, refusing, ()),
            ([index],),
            count,
            limits,
            request_is_booked=request_is_booked,
            is_closed=True,
        )
    rivals = sorted({clash.first for clash in refusing or clashing if clash.second == index})
    goals, movers = (clashing, refusing), ([index], rivals)
    return _best(translation, checker, goals, movers, count, limits, request_is_booked=request_is_booked)


def _nearby(snapshot: ScheduleSnapshot, request: SnapshotBooking) -> list[UUID]:
    """Whoever could clash with a request: bookings around its time on its calendar or its resources."""
    claimed = {claim.resource_id for claim in request.claims}
    buffers = [
        timedelta(minutes=resource.setup_minutes + resource.teardown_minutes)
        for resource in snapshot.resources
        if resource.resource_id in claimed
    ]
    # A minute more for rounding; whoever is counted in vain only costs time.
    margin = max(buffers, default=timedelta()) + timedelta(minutes=1)
    reach = request.slot.widened(margin, margin)
    return [
        booking.scheduled_event_id
        for booking in snapshot.bookings
        if booking.slot.overlaps(reach)
        and (
            booking.calendar_id == request.calendar_id
            or any(claim.resource_id in claimed for claim in booking.claims)
        )
    ]


def _best(
    translation: Translation,
    checker: Checker,
    goals: Sequence[Sequence[Clash]],
    mover_sets: Sequence[Sequence[int]],
    count: int,
    limits: Limits | None,
    *,
    request_is_booked: bool = False,
    is_closed: bool = False,
) -> tuple[Suggestion, ...]:
    for targets in goals:
        found = suggest(
            translation.problem,
            targets,
            mover_sets,
            count=count,
            limits=limits,
            checker=checker,
            is_closed=is_closed,
        )
        if found:
            involved = _involved(translation, mover_sets, found)
            fixes = Fixes(translation, involved, request_is_booked=request_is_booked)
            return tuple(fixes.suggestion(one) for one in found)
    return ()


def _involved(
    translation: Translation, mover_sets: Sequence[Sequence[int]], found: Sequence[SolverSuggestion]
) -> set[int]:
    """All that a reader may take a sentence to be about; of what stays, only what the viewer may see."""
    moved = {change.activity for one in found for change in one.changes}
    visible = {
        index for movers in mover_sets for index in movers if translation.bookings[index].title is not None
    }
    return moved | visible


def _is_meant(translation: Translation, clash: Clash, conflict: DomainClash) -> bool:
    """Whether a clash is the conflict, or is the calendar's side of it that a venue conflict keeps unsaid."""
    kind = translation.problem.resources[clash.resource].kind
    if conflict.conflict_type is ConflictType.TimeOverlap:
        return kind is ResourceKind.CALENDAR
    if translation.resource_ids[clash.resource] == conflict.resource_id:
        return True
    return kind is ResourceKind.CALENDAR and conflict.conflict_type is ConflictType.VenueConflict
