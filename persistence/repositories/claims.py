"""What bookings hold of resources, rewritten when a resource or calendar changes under them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Update, and_, bindparam, func, or_, select, update

from domain.enums import AccessLevel, Role, ScheduleStatus
from domain.time_slot import TimeSlot
from persistence import tables
from persistence.mapping import as_range, slot_of
from persistence.unit_of_work import UnitOfWork

_bookings = tables.scheduled_events
_calendars = tables.calendars
_claims = tables.claims
_BOOK = int(AccessLevel.Book)


@dataclass(frozen=True, slots=True)
class Involved:
    """The calendars and resources that some bookings use between them."""

    calendar_ids: frozenset[UUID]
    resource_ids: frozenset[UUID]


async def involved_with(
    uow: UnitOfWork, since: datetime, *, calendar_id: UUID | None, resource_id: UUID | None
) -> Involved:
    """All that live bookings use which are on the calendar or claim the resource and end after `since`."""
    claiming = select(_claims.c.scheduled_event_id).where(
        _claims.c.resource_id == resource_id, _claims.c.live, func.upper(_claims.c.during) > since
    )
    on_it = and_(_bookings.c.calendar_id == calendar_id, func.upper(_bookings.c.during) > since)
    statement = (
        select(_bookings.c.calendar_id, _claims.c.resource_id)
        .outerjoin(_claims, _claims.c.scheduled_event_id == _bookings.c.scheduled_event_id)
        .where(_bookings.c.status != int(ScheduleStatus.Cancelled))
        .where(or_(_bookings.c.scheduled_event_id.in_(claiming), on_it))
        .distinct()
    )
    rows = (await uow.connection.execute(statement)).all()
    calendars = {row[0] for row in rows} | ({calendar_id} if calendar_id else set())
    resources = {row[1] for row in rows if row[1] is not None} | ({resource_id} if resource_id else set())
    return Involved(frozenset(calendars), frozenset(resources))


async def used_by_event(uow: UnitOfWork, event_id: UUID) -> Involved:
    """All that bookings of the event use, past and cancelled ones included."""
    statement = (
        select(_bookings.c.calendar_id, _claims.c.resource_id)
        .outerjoin(_claims, _claims.c.scheduled_event_id == _bookings.c.scheduled_event_id)
        .where(_bookings.c.event_id == event_id)
        .distinct()
    )
    rows = (await uow.connection.execute(statement)).all()
    return Involved(
        frozenset(row[0] for row in rows), frozenset(row[1] for row in rows if row[1] is not None)
    )


async def booked_slots(uow: UnitOfWork, resource_id: UUID, since: datetime) -> dict[UUID, TimeSlot]:
    """When the live bookings that claim the resource are, by booking, without setup and teardown."""
    statement = (
        select(_bookings.c.scheduled_event_id, func.lower(_bookings.c.during), func.upper(_bookings.c.during))
        .join(_claims, _claims.c.scheduled_event_id == _bookings.c.scheduled_event_id)
        .where(_claims.c.resource_id == resource_id, _claims.c.live, func.upper(_claims.c.during) > since)
    )
    return {row[0]: slot_of(row[1], row[2]) for row in await uow.connection.execute(statement)}


async def exempt_bookings(uow: UnitOfWork, resource_id: UUID) -> set[UUID]:
    """The live bookings that claim the resource from calendars that allow overbooking."""
    statement = (
        select(_claims.c.scheduled_event_id)
        .join(_calendars, _calendars.c.calendar_id == _claims.c.calendar_id)
        .where(_claims.c.resource_id == resource_id, _claims.c.live, _calendars.c.allow_overbooking)
    )
    return set((await uow.connection.execute(statement)).scalars())


async def relax(uow: UnitOfWork, resource_id: UUID, booking_ids: Collection[UUID]) -> None:
    """Take the exclusion constraint off the bookings' claims on the resource."""
    await uow.connection.execute(_of(resource_id, booking_ids).values(enforced=False))


async def relax_all(uow: UnitOfWork, booking_ids: Collection[UUID]) -> None:
    """Take the exclusion constraint off bookings that are about to be moved, where the viewer may do that."""
    if booking_ids:
        may_book = or_(func.app_role() >= int(Role.Manager), func.my_access(_claims.c.calendar_id) == _BOOK)
        statement = update_in_order(_claims.c.scheduled_event_id.in_(sorted(booking_ids)), may_book)
        await uow.connection.execute(statement.values(enforced=False))


async def enforce(uow: UnitOfWork, resource_id: UUID, booking_ids: Collection[UUID]) -> None:
    """Put the bookings' claims on the resource, which must not overlap, under the exclusion constraint."""
    if booking_ids:
        await uow.connection.execute(_of(resource_id, booking_ids).values(enforced=True))


async def resize(uow: UnitOfWork, resource_id: UUID, ranges: Mapping[UUID, TimeSlot]) -> None:
    """Give the bookings' claims on the resource, which must have been relaxed, new ranges."""
    if not ranges:
        return
    statement = (
        update(_claims)
        .where(_claims.c.resource_id == resource_id, _claims.c.scheduled_event_id == bindparam("booking_id"))
        .values(during=bindparam("new_during"))
    )
    rows = [{"booking_id": key, "new_during": as_range(ranges[key])} for key in sorted(ranges)]
    await uow.connection.execute(statement, rows)
    uow.touch(resource_ids=[resource_id], booking_ids=ranges)


def update_in_order(*conditions: ColumnElement[bool]) -> Update:
    """An update of claims that locks them in id order first: two in scan order can deadlock."""
    locked = (
        select(_claims.c.claim_id)
        .where(*conditions)
        .order_by(_claims.c.claim_id)
        .with_for_update(key_share=True)
    )
    return update(_claims).where(_claims.c.claim_id.in_(locked))


def _of(resource_id: UUID, booking_ids: Collection[UUID]) -> Update:
    return update_in_order(
        _claims.c.resource_id == resource_id, _claims.c.scheduled_event_id.in_(sorted(booking_ids))
    )
