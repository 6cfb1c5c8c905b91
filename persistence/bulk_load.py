"""Storing a whole schedule at once: what it clashes over is recorded, never refused."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from domain.booking import Picture, PlacedClaim, all_claims
from domain.conflicts import Clash, Pool, Usage, find_clashes
from domain.entities import Calendar, Event, Resource, ScheduledEvent
from domain.enums import ClaimRole, ConflictLevel, ResourceType, ScheduleStatus
from domain.errors import NotFoundException
from domain.facts import EventScheduledOnCalendar
from domain.series import Series
from domain.time_slot import TimeSlot, merged
from persistence import tables
from persistence.booking_store import Question, look, record_conflicts
from persistence.bulk_rows import row_of, store_rows
from persistence.bulk_series import lock_known_series, store_series
from persistence.documents import booking_document
from persistence.repositories.entity_document import entity_document
from persistence.repositories.series import insert_bookings
from persistence.unit_of_work import UnitOfWork

_OWN_CALENDARS = text(
    "UPDATE resources r SET calendar_id = c.calendar_id FROM calendars c"
    " WHERE c.owner_id = r.resource_id AND c.owner_type <= 2 AND c.calendar_id = ANY (:calendars)"
    " AND r.calendar_id IS DISTINCT FROM c.calendar_id"
)
_THERE = text("SELECT scheduled_event_id FROM scheduled_events WHERE scheduled_event_id = ANY (:bookings)")


@dataclass(frozen=True, slots=True)
class LoadedSchedule:
    """What is to be stored. Things whose id is there already are left as they are.

    bookings: on calendars, of events and with claims that are here or in the database already; the claim on
        the resource that owns the calendar may be left out, and no resource may be claimed twice by one.
    series: of which bookings are occurrences. What is new of one that was changed meanwhile, other than where
        it ends, becomes a single booking.
    """

    resources: tuple[Resource, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    events: tuple[Event, ...] = ()
    bookings: tuple[ScheduledEvent, ...] = ()
    series: tuple[Series, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What came of it.

    resources, calendars, events, bookings, series: the ids that are new.
    conflicts: every clash that the new bookings take part in or bring about, with its level.
    """

    resources: frozenset[UUID]
    calendars: frozenset[UUID]
    events: frozenset[UUID]
    bookings: frozenset[UUID]
    conflicts: Mapping[Clash, ConflictLevel]
    series: frozenset[UUID] = frozenset()


async def load(uow: UnitOfWork, schedule: LoadedSchedule) -> LoadReport:
    """Store the schedule for an Admin (calendars are an Admin's), with audit entries and facts.

    Bookings come as they are: none is refused. Where they clash, only the one created first is guarded by the
    exclusion constraint. Raises NotFoundException for a calendar or resource that is nowhere.
    """
    calendars = await store_rows(uow, tables.calendars, [row_of(one) for one in schedule.calendars])
    resources = await store_rows(
        uow,
        tables.resources,
        [row_of(one, calendar_id=None, created_at=uow.now) for one in schedule.resources],
    )
    events = await store_rows(
        uow,
        tables.events,
        [row_of(one, created_at=uow.now, created_by=uow.viewer.user_id) for one in schedule.events],
    )
    known = await lock_known_series(uow, schedule.series)
    picture = await _look(uow, schedule)
    await uow.connection.execute(_OWN_CALENDARS, {"calendars": sorted(picture.calendars)})
    bookings = await _missing(uow, schedule.bookings)
    series, bookings = await store_series(uow, schedule.series, bookings, known)
    placed = _place(picture, bookings)
    await insert_bookings(uow, bookings, placed)
    uow.touch(
        calendar_ids=picture.calendars,
        resource_ids=picture.resources,
        booking_ids=(one.scheduled_event_id for one in bookings),
        calendar_list=bool(calendars),
        conflicts=True,
    )
    conflicts, vanished = _detect(picture, bookings, uow.now)
    await record_conflicts(uow, conflicts, vanished)
    _audit(uow, schedule, calendars | resources | events)
    _record(uow, bookings)
    return LoadReport(
        frozenset(resources),
        frozenset(calendars),
        frozenset(events),
        frozenset(one.scheduled_event_id for one in bookings),
        conflicts,
        series,
    )


async def _look(uow: UnitOfWork, schedule: LoadedSchedule) -> Picture:
    """Lock and read every calendar and resource of the schedule, and what is booked there in its time."""
    calendar_ids = {booking.calendar_id for booking in schedule.bookings}
    resource_ids = {claim.resource_id for booking in schedule.bookings for claim in booking.claims}
    slots = [booking.slot for booking in schedule.bookings]
    hull = [TimeSlot(min(slots).start_date_time, max(one.end_date_time for one in slots))] if slots else []
    wanted = calendar_ids | {calendar.calendar_id for calendar in schedule.calendars}
    picture = await look(uow, Question(sorted(wanted), hull, sorted(resource_ids)))
    for missing in sorted(calendar_ids - picture.calendars.keys()):
        raise NotFoundException("Calendar", missing)
    for missing in sorted(resource_ids - picture.resources.keys()):
        raise NotFoundException("Resource", missing)
    return picture


async def _missing(uow: UnitOfWork, bookings: Iterable[ScheduledEvent]) -> list[ScheduledEvent]:
    """The bookings that are not there yet, in the order they were created."""
    by_id = {booking.scheduled_event_id: booking for booking in bookings}
    there = set((await uow.connection.execute(_THERE, {"bookings": list(by_id)})).scalars())
    fresh = [booking for key, booking in by_id.items() if key not in there]
    return sorted(fresh, key=lambda booking: (booking.created_at, booking.scheduled_event_id))


@dataclass(slots=True)
class _Taken:
    """Disjoint slots of one resource."""

    slots: list[TimeSlot]

    def take(self, slot: TimeSlot) -> bool:
        """Add the slot unless it overlaps one that is there."""
        at = bisect_left(self.slots, slot)
        if any(near.overlaps(slot) for near in self.slots[max(at - 1, 0) : at + 1]):
            return False
        self.slots.insert(at, slot)
        return True


@dataclass(slots=True)
class _Guard:
    """Which claims the exclusion constraint can take: the first comers on venues of quantity 1."""

    picture: Picture
    taken: dict[UUID, _Taken] = field(default_factory=dict)

    def admits(self, booking: ScheduledEvent, resource: Resource, during: TimeSlot) -> bool:
        """Whether a claim becomes enforced; from then on it keeps the others out."""
        firm = booking.status not in {ScheduleStatus.Tentative, ScheduleStatus.Cancelled}
        exempt = self.picture.calendars[booking.calendar_id].allow_overbooking
        if resource.resource_type is not ResourceType.Venue or resource.quantity > 1 or not firm or exempt:
            return False
        return self._taken(resource.resource_id).take(during)

    def _taken(self, resource_id: UUID) -> _Taken:
        if resource_id not in self.taken:
            others = self.picture.others.get(self.picture.pool_of(resource_id), ())
            self.taken[resource_id] = _Taken(merged(one.during for one in others if not one.is_hold))
        return self.taken[resource_id]


def _place(picture: Picture, bookings: list[ScheduledEvent]) -> dict[UUID, list[PlacedClaim]]:
    guard = _Guard(picture)
    placed: dict[UUID, list[PlacedClaim]] = {}
    for booking in bookings:
        calendar = picture.calendars[booking.calendar_id]
        placed[booking.scheduled_event_id] = some = []
        for claim in all_claims(calendar, booking.claims):
            resource = picture.resources[claim.resource_id]
            during = resource.claimed_range(booking.slot)
            some.append(PlacedClaim(claim, during, guard.admits(booking, resource, during)))
    return placed


def _detect(
    picture: Picture, bookings: list[ScheduledEvent], now: datetime
) -> tuple[dict[Clash, ConflictLevel], frozenset[Clash]]:
    """The clashes to record, and those between others that have turned into another kind."""
    usages: defaultdict[Pool, list[Usage]] = defaultdict(list)
    for pool, others in picture.others.items():
        usages[pool].extend(others)
    for booking in bookings:
        if booking.status_at(now) is not ScheduleStatus.Cancelled:
            for pool, usage in _usages(picture, booking):
                usages[pool].append(usage)
    before, after = find_clashes(picture.others), find_clashes(usages)
    own = {booking.scheduled_event_id for booking in bookings}
    found = {
        clash: level
        for clash, level in after.items()
        if own & {clash.scheduled_event_id, clash.conflicting_event_id} or clash not in before
    }
    return found, frozenset(before.keys() - after.keys())


def _usages(picture: Picture, booking: ScheduledEvent) -> Iterable[tuple[Pool, Usage]]:
    key, is_hold = booking.scheduled_event_id, booking.status is ScheduleStatus.Tentative
    calendar = picture.calendars[booking.calendar_id]
    for claim in all_claims(calendar, booking.claims):
        during = picture.resources[claim.resource_id].claimed_range(booking.slot)
        usage = Usage(key, during, booking.created_at, claim.quantity, claim.role, is_hold)
        yield picture.pool_of(claim.resource_id), usage
    if calendar.limits_concurrency:
        usage = Usage(key, booking.slot, booking.created_at, 1, ClaimRole.Primary, is_hold)
        yield picture.pool_of_calendar(calendar), usage


def _audit(uow: UnitOfWork, schedule: LoadedSchedule, stored: set[UUID]) -> None:
    for resource in schedule.resources:
        if resource.resource_id in stored:
            uow.audit("ResourceCreated", resource.resource_id, after=entity_document(resource))
    for calendar in schedule.calendars:
        if calendar.calendar_id in stored:
            uow.audit("CalendarCreated", calendar.calendar_id, after=entity_document(calendar))
    for event in schedule.events:
        if event.event_id in stored:
            uow.audit("EventCreated", event.event_id, after=entity_document(event))


def _record(uow: UnitOfWork, bookings: Iterable[ScheduledEvent]) -> None:
    for booking in bookings:
        key, slot = booking.scheduled_event_id, booking.slot
        uow.audit("EventScheduled", key, after=booking_document(booking))
        if booking.status is not ScheduleStatus.Cancelled:
            fact = EventScheduledOnCalendar(
                key, booking.event_id, booking.calendar_id, slot.start_date_time, slot.end_date_time
            )
            uow.record(key, fact, booking.version)
