"""Answers in indices as changes of bookings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from domain.enums import SuggestionKind
from domain.schedule import SnapshotBooking
from domain.suggestion import Change, Cost, Placement, Suggestion
from domain.time_slot import TimeSlot
from solver.cost import Cost as SolverCost
from solver.kind import Kind
from solver.naming import Naming
from solver.phrase import Phrase, Saying
from solver.placement import Placement as SolverPlacement
from solver.suggestion import Suggestion as SolverSuggestion
from solver.translate import Translation

_KINDS = {
    Kind.RESCHEDULED: SuggestionKind.Rescheduled,
    Kind.RESOURCE_CHANGED: SuggestionKind.ResourceChanged,
    Kind.BOTH: SuggestionKind.RescheduledAndResourceChanged,
}


class Fixes:
    """Turns the solver's placements back into the domain's.

    involved: the activities that a list of fixes is about, all that move among them.
    request_is_booked: whether the request is a booking that is to move; a fix that makes room for it then
        says that it moves as well.
    """

    def __init__(
        self, translation: Translation, involved: Collection[int], *, request_is_booked: bool = False
    ) -> None:
        self._translation = translation
        self._request_is_booked = request_is_booked
        snapshot = translation.snapshot
        self._calendars = {calendar.calendar_id: calendar for calendar in snapshot.calendars}
        self._phrase = Phrase(
            {resource.resource_id: resource for resource in snapshot.resources},
            snapshot.offered_resource_ids,
            snapshot.now,
        )
        self._naming = Naming(translation, involved, self._phrase, request_is_booked=request_is_booked)

    def suggestion(self, found: SolverSuggestion) -> Suggestion:
        """One fix with its sentence."""
        changes = tuple(self.change(one.activity, one.after) for one in found.changes)
        moved = [one.activity for one in found.changes]
        summary = self._phrase.sentence(map(self._saying, moved, changes))
        request = self._translation.request
        if self._request_is_booked and request is not None and request not in moved:
            summary += f"; {self._naming.name(request)} moves as asked"
        return Suggestion(
            kind=_KINDS[found.kind],
            summary=summary,
            changes=changes,
            cost=cost_terms(found.cost),
            optimal=found.optimal,
            gap=found.gap,
        )

    def sentence(self, activity: int, change: Change) -> str:
        """What one change does."""
        return self._phrase.sentence((self._saying(activity, change),))

    def change(self, activity: int, after: SolverPlacement) -> Change:
        """One booking put where a placement says."""
        booking = self._translation.bookings[activity]
        is_request = activity == self._translation.request
        return Change(
            scheduled_event_id=None if is_request else booking.scheduled_event_id,
            before=Placement(booking.calendar_id, booking.slot, booking.claims),
            after=self._placement(booking, activity, after),
            title=booking.title,
        )

    def _saying(self, activity: int, change: Change) -> Saying:
        zone = self._translation.bookings[activity].time_zone
        return Saying(change, self._naming.name(activity), zone, self._naming.zones_said)

    def _placement(self, booking: SnapshotBooking, activity: int, after: SolverPlacement) -> Placement:
        planned = self._translation.problem.activities[activity]
        slot = booking.slot
        if after.start_minute != planned.start_minute:
            start = self._translation.clock.instant(after.start_minute)
            slot = TimeSlot(start, start + booking.slot.duration)
        swapped: dict[UUID, UUID] = {}
        for needed, held in zip(planned.requirements, after.resources, strict=True):
            old = self._translation.resource_ids[needed.resource]
            new = self._translation.resource_ids[held]
            if old is not None and new is not None:
                swapped[old] = new
        claims = tuple(replace(c, resource_id=swapped[c.resource_id]) for c in booking.claims)
        return Placement(self._calendar_after(booking, swapped), slot, claims)

    def _calendar_after(self, booking: SnapshotBooking, swapped: dict[UUID, UUID]) -> UUID:
        owner = self._calendars[booking.calendar_id].resource_id
        if owner is None or swapped.get(owner, owner) == owner:
            return booking.calendar_id
        return self._translation.venue_calendars[swapped[owner]]


def cost_terms(cost: SolverCost) -> Cost:
    """A price with its terms named."""
    return Cost(
        cost.total,
        (
            ("bookings_touched", cost.touch),
            ("minutes_moved", cost.minutes),
            ("resources_changed", cost.swaps),
        ),
    )
