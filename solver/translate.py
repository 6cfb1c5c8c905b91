"""The one place where bookings and resources become indices."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from domain.entities import Calendar
from domain.enums import ClaimRole, ResourceType
from domain.schedule import ScheduleSnapshot, SnapshotBooking
from domain.time_slot import TimeSlot
from solver.activity import Activity, Requirement
from solver.alternatives import Alternatives
from solver.clock import Clock
from solver.errors import InvalidProblem
from solver.fixed_claim import FixedClaim
from solver.moving_terms import MovingTerms
from solver.problem import ProblemData
from solver.ranges import Ranges
from solver.resource import Resource, ResourceKind
from solver.touch_cost import touch_cost
from solver.working_windows import WorkingWindows

_KINDS = {
    ResourceType.Venue: ResourceKind.VENUE,
    ResourceType.Staff: ResourceKind.STAFF,
    ResourceType.Equipment: ResourceKind.EQUIPMENT,
    ResourceType.Other: ResourceKind.OTHER,
}


@dataclass(frozen=True, slots=True)
class Translation:
    """A snapshot as a problem, and what its indices stand for.

    bookings: by activity; a request comes last. resource_ids: by resource, None for a calendar's own limit.
    calendar_ids: by resource, the calendar whose limit it is, None for a resource proper.
    venue_calendars: the calendar of each venue that has one. request: the activity of the request, if any.
    """

    snapshot: ScheduleSnapshot
    problem: ProblemData
    clock: Clock
    bookings: tuple[SnapshotBooking, ...]
    resource_ids: tuple[UUID | None, ...]
    calendar_ids: tuple[UUID | None, ...]
    venue_calendars: dict[UUID, UUID]
    request: int | None


def translate(
    snapshot: ScheduleSnapshot,
    terms: MovingTerms | None = None,
    *,
    request: SnapshotBooking | None = None,
    focus: Collection[UUID] | None = None,
) -> Translation:
    """A snapshot as ProblemData in minutes from midnight UTC before its horizon.

    request: a booking that was refused, at the time and place asked for; it becomes the last activity.
    focus: the only bookings that may move, and a request with them; None for all. The fewer, the faster.
    Raises InvalidProblem when a booking names a calendar or a resource that the snapshot lacks.
    """
    return _Translator(snapshot, terms or MovingTerms(), request, focus).run()


class _Translator:
    def __init__(
        self,
        snapshot: ScheduleSnapshot,
        terms: MovingTerms,
        request: SnapshotBooking | None,
        focus: Collection[UUID] | None,
    ) -> None:
        self.snapshot = snapshot
        self.terms = terms
        self.request = request
        self.focus = None if focus is None else frozenset(focus)
        self.clock = Clock.of(snapshot.horizon)
        self.alternatives = Alternatives(snapshot)
        self.calendars = {calendar.calendar_id: calendar for calendar in snapshot.calendars}
        limited = [calendar for calendar in snapshot.calendars if calendar.limits_concurrency]
        self.resource_index = {r.resource_id: i for i, r in enumerate(snapshot.resources)}
        self.calendar_index = {c.calendar_id: len(self.resource_index) + i for i, c in enumerate(limited)}
        names = {name for resource in snapshot.resources for name in resource.features}
        self.feature_index = {name: i for i, name in enumerate(sorted(names))}
        groups = {r.interchange_group for r in snapshot.resources if r.interchange_group is not None}
        self.group_index = {name: i for i, name in enumerate(sorted(groups))}
        self.resources = {resource.resource_id: resource for resource in snapshot.resources}
        self.limited = limited

    def run(self) -> Translation:
        """The whole snapshot."""
        snapshot = self.snapshot
        bookings = snapshot.bookings if self.request is None else (*snapshot.bookings, self.request)
        resources = (
            *self._resources(),
            *(Resource(calendar.max_concurrent_events, ResourceKind.CALENDAR) for calendar in self.limited),
        )
        problem = ProblemData(
            max(1, self.clock.ceiling(snapshot.horizon.end_date_time)),
            resources,
            tuple(self._activity(booking) for booking in bookings),
            self.terms.weights,
            tuple(self._fixed_claims()),
        )
        return Translation(
            snapshot,
            problem,
            self.clock,
            bookings,
            (*self.resource_index, *(None for _ in self.limited)),
            (*(None for _ in self.resource_index), *self.calendar_index),
            self.alternatives.calendar_of_venue,
            None if self.request is None else len(bookings) - 1,
        )

    def _resources(self) -> Iterable[Resource]:
        closures: dict[UUID, list[tuple[int, int]]] = {}
        for closure in self.snapshot.closures:
            closures.setdefault(closure.resource_id, []).append(self.clock.outward(closure.slot))
        windows = WorkingWindows(self.clock, self._stretch())
        for resource in self.snapshot.resources:
            group = resource.interchange_group
            yield Resource(
                capacity=resource.quantity,
                kind=_KINDS[resource.resource_type],
                closures=tuple(closures.get(resource.resource_id, ())),
                open_windows=windows.of(resource),
                seats=resource.capacity,
                features=frozenset(self.feature_index[name] for name in resource.features),
                setup_minutes=resource.setup_minutes,
                teardown_minutes=resource.teardown_minutes,
                interchange_group=None if group is None else self.group_index[group],
            )

    def _fixed_claims(self) -> Iterable[FixedClaim]:
        since = self.clock.epoch_minute
        for fixed in self.snapshot.fixed:
            if fixed.resource_id is not None:
                index = self.resource_index[fixed.resource_id]
            else:
                assert fixed.calendar_id is not None
                index = self.calendar_index[fixed.calendar_id]
            for low, high, quantity, primary in fixed.uses:
                yield FixedClaim(index, low - since, high - since, quantity, primary)

    def _stretch(self) -> TimeSlot:
        """All the time in which anything may be placed, or the request was asked for."""
        horizon = self.snapshot.horizon
        if self.request is None:
            return horizon
        asked = self.request.slot
        return TimeSlot(
            min(horizon.start_date_time, asked.start_date_time),
            max(horizon.end_date_time, asked.end_date_time),
        )

    def _activity(self, booking: SnapshotBooking) -> Activity:
        start, end = self.clock.outward(booking.slot)
        is_request = booking is self.request
        windows = self._windows(start, end - start, is_request=is_request) if self._may_move(booking) else ()
        notice = start - self.clock.floor(self.snapshot.now)
        return Activity(
            start_minute=start,
            duration_minutes=end - start,
            requirements=self._requirements(booking, movable=bool(windows)),
            start_windows=windows,
            start_step_minutes=self.terms.step_minutes,
            is_request=is_request,
            attendees=booking.attendees or 0,
            touch_cost=touch_cost(booking, notice, self.terms.weights, is_request=is_request),
        )

    def _may_move(self, booking: SnapshotBooking) -> bool:
        if booking is self.request:
            return True
        if self.focus is not None and booking.scheduled_event_id not in self.focus:
            return False
        if not booking.movable or not self.terms.admits(booking.status):
            return False
        return self.clock.floor(booking.slot.start_date_time) >= self._earliest()

    def _earliest(self) -> int:
        return self.clock.ceiling(self.snapshot.now) + self.terms.notice_minutes

    def _windows(self, start: int, duration: int, *, is_request: bool) -> Ranges:
        horizon = self.snapshot.horizon
        # Notice protects what is booked already; a new booking only has to lie ahead.
        earliest = self.clock.ceiling(self.snapshot.now) if is_request else self._earliest()
        low = max(earliest, self.clock.ceiling(horizon.start_date_time))
        high = self.clock.floor(horizon.end_date_time) - duration + 1
        if self.terms.reach_minutes is not None:
            low = max(low, start - self.terms.reach_minutes)
            high = min(high, start + self.terms.reach_minutes + 1)
        if low < high:
            return ((low, high),)
        # It fits nowhere else in the horizon, but other resources may do where it is.
        return ((start, start + 1),) if 0 <= start < self.clock.ceiling(horizon.end_date_time) else ()

    def _requirements(self, booking: SnapshotBooking, *, movable: bool) -> tuple[Requirement, ...]:
        merged: dict[UUID, tuple[int, bool]] = {}
        for claim in booking.claims:
            quantity, primary = merged.get(claim.resource_id, (0, False))
            merged[claim.resource_id] = (
                quantity + claim.quantity,
                primary or claim.role is ClaimRole.Primary,
            )
        found = [
            self._requirement(booking, resource_id, quantity, primary, movable)
            for resource_id, (quantity, primary) in merged.items()
        ]
        if self._calendar(booking).limits_concurrency:
            found.append(Requirement(self.calendar_index[booking.calendar_id]))
        return tuple(found)

    def _requirement(
        self, booking: SnapshotBooking, resource_id: UUID, quantity: int, primary: bool, movable: bool
    ) -> Requirement:
        if resource_id not in self.resources:
            raise InvalidProblem(f"booking {booking.scheduled_event_id}: no resource {resource_id}")
        index = self.resource_index[resource_id]
        if not movable:
            return Requirement(index, quantity, primary)
        self._calendar(booking)
        alternatives = self.alternatives.of(booking, resource_id, quantity)
        return Requirement(
            index,
            quantity,
            primary,
            tuple(self.resource_index[other] for other in alternatives),
            self.alternatives.seats_needed(booking, resource_id),
            frozenset(self.feature_index[name] for name in self.resources[resource_id].features),
        )

    def _calendar(self, booking: SnapshotBooking) -> Calendar:
        calendar = self.calendars.get(booking.calendar_id)
        if calendar is None:
            raise InvalidProblem(f"booking {booking.scheduled_event_id}: no calendar {booking.calendar_id}")
        return calendar
