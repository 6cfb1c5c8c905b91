"""What a changed capacity, setup or exemption does to the bookings that are there already (DESIGN 4.7).

Use: `survey`, then store the changed calendar or resource, then `reassess`, all in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from domain.booking import Occupancy, Picture
from domain.conflicts import Pool, Usage, find_clashes
from domain.entities import Calendar, Resource
from domain.enums import ResolutionMethod, ResourceType
from domain.time_slot import TimeSlot
from persistence.booking_store import Question, look, record_conflicts
from persistence.repositories import claims
from persistence.unit_of_work import TransactionLost, UnitOfWork

_LOOK_BACK = timedelta(days=14)
"""Longest teardown plus longest setup: an ended booking can still be in the way of a coming one's setup."""

_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything live from now on that a change may set against each other, locked until the commit."""

    picture: Picture
    since: datetime


async def survey(
    uow: UnitOfWork, *, calendar_id: UUID | None = None, resource_id: UUID | None = None
) -> Survey:
    """Lock what is to change and all that its bookings use: calendars first, then resources, in id order.

    Raises TransactionLost when a booking that uses something else came in before the locks were held.
    """
    since = uow.now - _LOOK_BACK
    known = await claims.involved_with(uow, since, calendar_id=calendar_id, resource_id=resource_id)
    question = Question(
        calendar_ids=sorted(known.calendar_ids),
        slots=[TimeSlot(since, _END_OF_TIME)],
        resource_ids=sorted(known.resource_ids),
    )
    picture = await look(uow, question)
    now_known = await claims.involved_with(uow, since, calendar_id=calendar_id, resource_id=resource_id)
    if not (
        now_known.calendar_ids <= known.calendar_ids and now_known.resource_ids <= picture.resources.keys()
    ):
        raise TransactionLost("a booking came in between")
    return Survey(picture, since)


async def reassess(
    uow: UnitOfWork, found: Survey, *, calendar: Calendar | None = None, resource: Resource | None = None
) -> None:
    """Bring claims and conflicts in line with a calendar or resource that has just been stored.

    Claims that overlap nothing become enforced; clashes that have arisen are recorded, those gone resolved.
    """
    before = found.picture.others
    after = dict(before)
    if resource is not None:
        slots = await claims.booked_slots(uow, resource.resource_id, found.since)
        after = _with_resource(after, resource, slots, uow.now)
        await _rewrite_claims(uow, resource, before, after)
    if calendar is not None:
        after = _with_calendar(after, calendar)
        for venue in _venues_of(found.picture, calendar, resource):
            await _rewrite_claims(uow, venue, before, after)
    old, new = find_clashes(_from(uow.now, before)), find_clashes(_from(uow.now, after))
    arisen = {clash: level for clash, level in new.items() if old.get(clash) != level}
    await record_conflicts(uow, arisen, old.keys() - new.keys(), ResolutionMethod.ResourceChanged)


def alone(usages: Iterable[Usage]) -> frozenset[UUID]:
    """The firm bookings that overlap no other firm booking."""
    firm = sorted((one for one in usages if not one.is_hold), key=lambda one: one.during)
    crowded: set[UUID] = set()
    longest: Usage | None = None
    for usage in firm:
        if longest is not None and usage.during.start_date_time < longest.during.end_date_time:
            crowded |= {usage.scheduled_event_id, longest.scheduled_event_id}
        if longest is None or usage.during.end_date_time > longest.during.end_date_time:
            longest = usage
    return frozenset(one.scheduled_event_id for one in firm) - crowded


def _with_resource(
    occupancy: Occupancy, resource: Resource, slots: Mapping[UUID, TimeSlot], now: datetime
) -> dict[Pool, tuple[Usage, ...]]:
    """The occupancy with the resource's new quantity, setup and teardown; what is over stays as it was."""
    changed: dict[Pool, tuple[Usage, ...]] = {}
    for pool, usages in occupancy.items():
        if pool.resource_id == resource.resource_id:
            pool = replace(pool, quantity=resource.quantity)  # noqa: PLW2901
            usages = tuple(_resized(one, resource, slots, now) for one in usages)  # noqa: PLW2901
        changed[pool] = usages
    return changed


def _resized(usage: Usage, resource: Resource, slots: Mapping[UUID, TimeSlot], now: datetime) -> Usage:
    slot = slots.get(usage.scheduled_event_id)
    if slot is None:
        return usage
    during = resource.claimed_range(slot)
    lasts = max(during.end_date_time, usage.during.end_date_time) > now
    return replace(usage, during=during) if lasts else usage


def _with_calendar(occupancy: Occupancy, calendar: Calendar) -> dict[Pool, tuple[Usage, ...]]:
    """The occupancy with the calendar's own new limit, where it has one."""
    return {
        replace(pool, quantity=calendar.max_concurrent_events)
        if pool.calendar_id == calendar.calendar_id
        else pool: usages
        for pool, usages in occupancy.items()
    }


def _from(now: datetime, occupancy: Occupancy) -> Occupancy:
    """What is still to come: clashes that lie in the past stay as they were recorded."""
    future = TimeSlot(now, _END_OF_TIME)
    return {
        pool: tuple(
            replace(one, during=shared)
            for one in usages
            if (shared := one.during.intersection(future)) is not None
        )
        for pool, usages in occupancy.items()
    }


def _venues_of(picture: Picture, calendar: Calendar, resource: Resource | None) -> list[Resource]:
    """Every venue that bookings on the calendar may claim, except the one that is dealt with already."""
    if picture.calendars[calendar.calendar_id].allow_overbooking == calendar.allow_overbooking:
        return []
    done = None if resource is None else resource.resource_id
    return [
        one
        for key, one in sorted(picture.resources.items())
        if one.resource_type is ResourceType.Venue and key != done
    ]


async def _rewrite_claims(uow: UnitOfWork, resource: Resource, before: Occupancy, after: Occupancy) -> None:
    """Store new ranges, and anew which claims are under the exclusion constraint."""
    key = resource.resource_id
    old = {one.scheduled_event_id: one for one in _usages_of(before, key)}
    new = {one.scheduled_event_id: one for one in _usages_of(after, key)}
    coming = {
        booking
        for booking, usage in new.items()
        if max(usage.during.end_date_time, old[booking].during.end_date_time) > uow.now
    }
    if not coming:
        return
    await claims.relax(uow, key, coming)
    moved = {one: new[one].during for one in coming if new[one].during != old[one].during}
    await claims.resize(uow, key, moved)
    if resource.resource_type is ResourceType.Venue and resource.quantity == 1:
        exempt = await claims.exempt_bookings(uow, key)
        guarded = alone(usage for booking, usage in new.items() if booking not in exempt)
        await claims.enforce(uow, key, guarded & coming)


def _usages_of(occupancy: Occupancy, resource_id: UUID) -> Iterable[Usage]:
    return (one for pool, usages in occupancy.items() if pool.resource_id == resource_id for one in usages)
