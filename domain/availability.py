"""Whether a resource can be booked, judged by the functions that judge a booking (SCH-030..034)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.booking import Picture, judged_clashes
from domain.conflicts import Pool, Usage, peak_demand
from domain.entities import Calendar, Claim, Closure
from domain.enums import CalendarType, OwnerType, ScheduleStatus
from domain.errors import FieldException, TimeSlotUnavailableException
from domain.policy import Policy
from domain.proposal import Proposal
from domain.rules.availability import closure_at, ensure_open
from domain.rules.conflicts import refuses_booking
from domain.rules.scheduling import ensure_maximum_duration, ensure_minimum_duration, ensure_not_in_past
from domain.time_slot import TimeSlot, merged

SLOT_STEP = timedelta(minutes=30)
"""How far apart the starts of offered slots are (SCH-034)."""

BULK_LIMIT = 50
"""How many resources one check may name (SCH-033)."""

_OWN = UUID(int=2**128 - 1)
_NOBODY = UUID(int=0)
_NO_TIME = timedelta(0)
_SOON = timedelta(days=8)


class ReasonCode(IntEnum):
    """Why a slot is not available, in the order in which a booking would hear of it."""

    Past = 0
    TooShort = 1
    TooLong = 2
    Inactive = 3
    OverCapacity = 4
    Closed = 5
    OutsideWorkingHours = 6
    Booked = 7
    Buffer = 8


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that keeps a slot from being available.

    refuses: whether a booking would be refused; else it is made, with a conflict or too near another.
    until: when this reason ends, where that can be said.
    rivals: the bookings in the way, by start. free, total: how many pieces are left, of how many.
    note: the closure's own reason.
    """

    code: ReasonCode
    refuses: bool
    until: datetime | None = None
    rivals: tuple[UUID, ...] = ()
    free: int | None = None
    total: int | None = None
    note: str | None = None


class Availability:
    """What one resource can be booked for, on its own calendar where it has one and on any other where not.

    picture: the resource, its calendar, its closures and all that is taken of both around the time asked.
    quantity: how many of its pieces are wanted. buffer: kept free of other bookings on both sides (SCH-032).
    """

    def __init__(
        self,
        picture: Picture,
        resource_id: UUID,
        *,
        quantity: int,
        buffer: timedelta,
        now: datetime,
        policy: Policy,
    ) -> None:
        self.resource = picture.resources[resource_id]
        self.calendar = _calendar_of(picture, resource_id, now)
        self.buffer = buffer
        self.quantity = quantity
        self._now = now
        self._policy = policy
        self._closures = tuple(one for one in picture.closures if one.resource_id == resource_id)
        self._taken = {
            pool: _Taken(picture.others.get(pool, ()))
            for pool in (picture.pool_of(resource_id), self._calendar_pool())
        }
        self._picture = replace(
            picture,
            calendars={self.calendar.calendar_id: self.calendar},
            resources={resource_id: self.resource},
            others={},
        )

    def reasons(self, slot: TimeSlot) -> tuple[Reason, ...]:
        """Why the slot is not available, in the order of POST; empty when it is."""
        found = [*self._malformed(slot), *self._unavailable(slot), *self._clashes(slot, _NO_TIME)]
        if not found and self.buffer:
            near = self._clashes(slot, self.buffer)
            found.extend(
                replace(one, code=ReasonCode.Buffer, refuses=False, free=None, total=None) for one in near[:1]
            )
        return tuple(sorted(found, key=lambda one: one.code))

    def free(self, window: TimeSlot) -> list[TimeSlot]:
        """The merged ranges in which bookings of up to a day can be placed, buffers included.

        What is shorter than the shortest booking is left out.
        """
        bookable = TimeSlot(max(window.start_date_time, next_full_minute(self._now)), window.end_date_time)
        if not self._is_used or self.quantity > self.resource.quantity or bookable.duration <= _NO_TIME:
            return []
        hours = self.resource.working_hours
        open_ranges = [bookable] if hours is None else _cut(hours.open_slots(bookable, self._zone), bookable)
        found = _without(open_ranges, merged(self._blocked(window)))
        return [one for one in found if one.duration >= self._policy.minimum_duration]

    def slots(self, window: TimeSlot, duration: timedelta) -> Iterator[TimeSlot]:
        """Every slot of a duration within the window, 30 minutes apart from its start on (SCH-034)."""
        start = window.start_date_time
        while start + duration <= window.end_date_time:
            yield TimeSlot(start, start + duration)
            start += SLOT_STEP

    def _malformed(self, slot: TimeSlot) -> Iterator[Reason]:
        """What POST answers 400 to."""
        checks: tuple[tuple[ReasonCode, Callable[[], None]], ...] = (
            (ReasonCode.Past, lambda: ensure_not_in_past(slot, self._now)),
            (ReasonCode.TooShort, lambda: ensure_minimum_duration(slot, self._policy)),
            (ReasonCode.TooLong, lambda: ensure_maximum_duration(slot, self._policy)),
        )
        for code, ensure in checks:
            try:
                ensure()
            except FieldException:
                yield Reason(code, refuses=True)
        if not self._is_used:
            yield Reason(ReasonCode.Inactive, refuses=True)
        if self.quantity > self.resource.quantity:
            there = self.resource.quantity
            yield Reason(ReasonCode.OverCapacity, refuses=True, free=there, total=there)

    def _unavailable(self, slot: TimeSlot) -> Iterator[Reason]:
        closure = closure_at(slot, self._closures)
        if closure is not None:
            yield Reason(
                ReasonCode.Closed,
                refuses=True,
                until=_end_of(closure, self._closures),
                note=closure.reason,
            )
        try:
            ensure_open(self.resource, slot, ())
        except TimeSlotUnavailableException:
            yield Reason(ReasonCode.OutsideWorkingHours, refuses=True, until=self._next_opening(slot))

    def _clashes(self, slot: TimeSlot, buffer: timedelta) -> list[Reason]:
        """What a booking of the slot would clash with, kept a buffer away; holds are in nobody's way."""
        if self.quantity > self.resource.quantity:
            return []
        wide = slot.widened(buffer, buffer)
        picture, proposal = self._near(wide), self._proposal(wide)
        clashes = {
            clash: level
            for clash, level in judged_clashes(picture, proposal).items()
            if clash.scheduled_event_id == _OWN
        }
        found: dict[ReasonCode, Reason] = {}
        for pool, usages in picture.others.items():
            levels = {
                clash.conflicting_event_id: level
                for clash, level in clashes.items()
                if clash.resource_id == pool.resource_id
            }
            rivals = [one for one in usages if one.scheduled_event_id in levels]
            if rivals:
                refuses = any(map(refuses_booking, levels.values())) and not self.calendar.allow_overbooking
                reason = self._booked(pool, rivals, usages, wide, refuses=refuses)
                known = found.get(reason.code)
                found[reason.code] = reason if known is None else _joined(known, reason)
        return list(found.values())

    def _booked(
        self, pool: Pool, rivals: list[Usage], usages: Iterable[Usage], slot: TimeSlot, *, refuses: bool
    ) -> Reason:
        is_resource = pool.resource_id is not None
        setup = timedelta(minutes=self.resource.setup_minutes) if is_resource else _NO_TIME
        until = max(one.during.end_date_time for one in rivals) + setup
        ids = tuple(one.scheduled_event_id for one in sorted(rivals, key=lambda one: one.during))
        if pool.quantity == 1:
            return Reason(ReasonCode.Booked, refuses, until, ids)
        during = self.resource.claimed_range(slot) if is_resource else slot
        left = max(0, pool.quantity - peak_demand(usages, during))
        return Reason(ReasonCode.OverCapacity, refuses, until, ids, left, pool.quantity)

    def _near(self, slot: TimeSlot) -> Picture:
        """The picture with just the firm bookings that meet the slot: only they can clash with it."""
        claimed = self.resource.claimed_range(slot)
        others = {
            pool: taken.meeting(claimed if pool.resource_id is not None else slot)
            for pool, taken in self._taken.items()
        }
        return replace(self._picture, others=others)

    def _proposal(self, slot: TimeSlot) -> Proposal:
        return Proposal(
            scheduled_event_id=_OWN,
            event_id=_NOBODY,
            calendar_id=self.calendar.calendar_id,
            slot=slot,
            time_zone="UTC",
            status=ScheduleStatus.Scheduled,
            # Later than all there are, so that it is the one that clashes.
            created_at=datetime.max.replace(tzinfo=self._now.tzinfo),
            claims=(Claim(self.resource.resource_id, quantity=self.quantity),),
        )

    def _calendar_pool(self) -> Pool:
        calendar = self.calendar
        return Pool(None, None, calendar.max_concurrent_events, calendar.calendar_id)

    def _blocked(self, window: TimeSlot) -> Iterator[TimeSlot]:
        """Where no booking may be: closed, or too near what is full."""
        yield from (one.slot for one in self._closures if one.slot.overlaps(window))
        setup = timedelta(minutes=self.resource.setup_minutes)
        teardown = timedelta(minutes=self.resource.teardown_minutes)
        for pool, taken in self._taken.items():
            if pool.resource_id is not None:
                for full in taken.beyond(pool.quantity - self.quantity):
                    yield full.widened(teardown + self.buffer, setup + self.buffer)
            elif self.calendar.limits_concurrency:
                for full in taken.beyond(pool.quantity - 1):
                    yield full.widened(self.buffer, self.buffer)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.resource.time_zone)

    @property
    def _is_used(self) -> bool:
        return self.resource.is_active and self.calendar.is_active

    def _next_opening(self, slot: TimeSlot) -> datetime | None:
        """When it opens next after the slot starts, within the week that follows."""
        hours = self.resource.working_hours
        assert hours is not None
        soon = TimeSlot(slot.start_date_time, slot.start_date_time + _SOON)
        openings = (one.start_date_time for one in hours.open_slots(soon, self._zone))
        return next((one for one in openings if one > slot.start_date_time), None)


class _Taken:
    """The firm usages of one pool, by start."""

    def __init__(self, usages: Iterable[Usage]) -> None:
        self._usages = sorted((one for one in usages if not one.is_hold), key=lambda one: one.during)
        self._starts = [one.during.start_date_time for one in self._usages]
        self._longest = max((one.during.duration for one in self._usages), default=_NO_TIME)

    def meeting(self, slot: TimeSlot) -> tuple[Usage, ...]:
        """Those that share an instant with the slot."""
        low = bisect_right(self._starts, slot.start_date_time - self._longest)
        high = bisect_right(self._starts, slot.end_date_time)
        return tuple(one for one in self._usages[low:high] if one.during.overlaps(slot))

    def beyond(self, room: int) -> Iterator[TimeSlot]:
        """The ranges in which more than so many pieces are taken."""
        steps: dict[datetime, int] = {}
        for one in self._usages:
            for instant, change in (
                (one.during.start_date_time, one.quantity),
                (one.during.end_date_time, -one.quantity),
            ):
                steps[instant] = steps.get(instant, 0) + change
        demand, since = 0, None
        for instant in sorted(steps):
            demand += steps[instant]
            if demand > room and since is None:
                since = instant
            elif demand <= room and since is not None:
                yield TimeSlot(since, instant)
                since = None


def _calendar_of(picture: Picture, resource_id: UUID, now: datetime) -> Calendar:
    """The calendar the resource owns; for one without, one that takes any number of bookings."""
    own = next((one for one in picture.calendars.values() if one.owner_id == resource_id), None)
    if own is not None:
        return own
    return Calendar(
        calendar_id=_NOBODY,
        name="",
        calendar_type=CalendarType.Master,
        owner_id=_NOBODY,
        owner_type=OwnerType.Organization,
        time_zone="UTC",
        created_at=now,
        max_concurrent_events=10**9,
    )


def _joined(one: Reason, other: Reason) -> Reason:
    """The same reason found for the resource and for its calendar."""
    assert one.until is not None
    assert other.until is not None
    scarcer = min(one, other, key=lambda each: each.free or 0)
    return replace(
        scarcer,
        refuses=one.refuses or other.refuses,
        until=max(one.until, other.until),
        rivals=tuple(dict.fromkeys((*one.rivals, *other.rivals))),
    )


def _end_of(closure: Closure, closures: Iterable[Closure]) -> datetime:
    """When the closure ends, and those that follow it without a gap."""
    whole = merged(one.slot for one in closures)
    return next(one.end_date_time for one in whole if one.contains(closure.slot))


def next_full_minute(now: datetime) -> datetime:
    """The first full minute that is not past."""
    return now.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _cut(slots: Iterable[TimeSlot], window: TimeSlot) -> list[TimeSlot]:
    """What of some slots lies in the window."""
    return [shared for one in slots if (shared := one.intersection(window)) is not None]


def _without(slots: Iterable[TimeSlot], taken: list[TimeSlot]) -> list[TimeSlot]:
    """What is left of sorted, disjoint slots after taking sorted, disjoint ranges out of them."""
    left: list[TimeSlot] = []
    for slot in slots:
        start = slot.start_date_time
        for one in taken:
            if not one.overlaps(TimeSlot(start, slot.end_date_time)):
                continue
            if start < one.start_date_time:
                left.append(TimeSlot(start, one.start_date_time))
            start = max(start, one.end_date_time)
        if start < slot.end_date_time:
            left.append(TimeSlot(start, slot.end_date_time))
    return left
