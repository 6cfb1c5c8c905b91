"""Answers in indices as changes of bookings."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from domain.enums import SuggestionKind
from domain.schedule import SnapshotBooking
from domain.suggestion import Change, Cost, Placement, Suggestion
from domain.time_slot import TimeSlot
from solver.cost import Cost as SolverCost
from solver.kind import Kind
from solver.phrase import Phrase
from solver.placement import Placement as SolverPlacement
from solver.suggestion import Suggestion as SolverSuggestion
from solver.translate import Translation

_KINDS = {
    Kind.RESCHEDULED: SuggestionKind.Rescheduled,
    Kind.RESOURCE_CHANGED: SuggestionKind.ResourceChanged,
    Kind.BOTH: SuggestionKind.RescheduledAndResourceChanged,
}


class Fixes:
    """Turns the solver's placements back into the domain's."""

    def __init__(self, translation: Translation) -> None:
        self._translation = translation
        snapshot = translation.snapshot
        self._calendars = {calendar.calendar_id: calendar for calendar in snapshot.calendars}
        self._phrase = Phrase(
            {resource.resource_id: resource for resource in snapshot.resources},
            snapshot.offered_resource_ids,
            snapshot.now,
        )

    def suggestion(self, found: SolverSuggestion) -> Suggestion:
        """One fix with its sentence."""
        changes = tuple(self.change(change.activity, change.after) for change in found.changes)
        zones = [self._translation.bookings[change.activity].time_zone for change in found.changes]
        return Suggestion(
            kind=_KINDS[found.kind],
            summary=self._phrase.sentence(tuple(zip(changes, zones, strict=True))),
            changes=changes,
            cost=cost_terms(found.cost),
            optimal=found.optimal,
        )

    def sentence(self, change: Change, time_zone: str) -> str:
        """What one change does."""
        return self._phrase.sentence(((change, time_zone),))

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
