"""Calendars as stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.entities import Calendar
from domain.enums import CalendarType, OwnerType
from domain.errors import NotFoundException
from persistence import tables
from persistence.liveness import holds_its_place
from persistence.mapping import calendar_from
from persistence.sorting import Position, Sort, page_by
from persistence.unit_of_work import UnitOfWork

_calendars = tables.calendars
_SORTS: Mapping[str, ColumnElement[Any]] = {
    "name": _calendars.c.name,
    "createdAt": _calendars.c.created_at,
}
_bookings = tables.scheduled_events


class _Lock(Enum):
    AS_BOOKINGS_DO = auto()
    FOR_REMOVAL = auto()


@dataclass(frozen=True, slots=True)
class CalendarFilter:
    """Which calendars a list is of; None does not filter. text: part of the name or description."""

    calendar_type: CalendarType | None = None
    owner_type: OwnerType | None = None
    owner_id: UUID | None = None
    is_active: bool | None = None
    text: str | None = None


async def get(uow: UnitOfWork, calendar_id: UUID) -> Calendar:
    """The calendar. Raises NotFoundException when there is none that the viewer sees."""
    return await _one(uow, calendar_id)


async def lock(uow: UnitOfWork, calendar_id: UUID) -> Calendar:
    """The calendar, locked as bookings lock it. Raises NotFoundException."""
    return await _one(uow, calendar_id, _Lock.AS_BOOKINGS_DO)


async def lock_for_removal(uow: UnitOfWork, calendar_id: UUID) -> Calendar:
    """The calendar, locked so that nothing new can refer to it either. Raises NotFoundException."""
    return await _one(uow, calendar_id, _Lock.FOR_REMOVAL)


async def of_owner(uow: UnitOfWork, owner_id: UUID) -> Calendar | None:
    """The one calendar an owner can have."""
    statement = select(_calendars).where(_calendars.c.owner_id == owner_id)
    row = (await uow.connection.execute(statement)).mappings().one_or_none()
    return None if row is None else calendar_from(row)


async def listed(
    uow: UnitOfWork, wanted: CalendarFilter, sort: Sort, after: Position | None, limit: int
) -> list[Calendar]:
    """Calendars in the order asked for, up to `limit` after the position."""
    keys = (_SORTS[sort.by], _calendars.c.calendar_id)
    statement = page_by(select(_calendars).where(*_conditions(wanted)), keys, sort, after, limit)
    return [calendar_from(row) for row in (await uow.connection.execute(statement)).mappings()]


async def add(uow: UnitOfWork, calendar: Calendar) -> bool:
    """Store a new calendar; False, and nothing stored, when its owner has one already."""
    statement = (
        insert(_calendars)
        .values(_values(calendar))
        .on_conflict_do_nothing(constraint="calendars_one_an_owner")
        .returning(_calendars.c.calendar_id)
    )
    _touch(uow, calendar.calendar_id)
    return (await uow.connection.execute(statement)).one_or_none() is not None


async def store(uow: UnitOfWork, calendar: Calendar) -> None:
    """Store a changed calendar."""
    statement = update(_calendars).where(_calendars.c.calendar_id == calendar.calendar_id)
    await uow.connection.execute(statement.values(_values(calendar)))
    _touch(uow, calendar.calendar_id)
    if calendar.resource_id is not None:
        # Whether its owner can be booked depends on it.
        uow.touch(resource_ids=[calendar.resource_id])


async def remove(uow: UnitOfWork, calendar_id: UUID) -> None:
    """Remove a calendar that has no bookings, and the grants on it."""
    resources = tables.resources
    orphaned = update(resources).where(resources.c.calendar_id == calendar_id).values(calendar_id=None)
    owners = await uow.connection.execute(orphaned.returning(resources.c.resource_id))
    uow.touch(resource_ids=owners.scalars())
    await uow.connection.execute(delete(_calendars).where(_calendars.c.calendar_id == calendar_id))
    _touch(uow, calendar_id)


async def has_bookings(uow: UnitOfWork, calendar_id: UUID) -> bool:
    """Whether any booking, past and cancelled ones included, or a series is on the calendar."""
    series = select(tables.series.c.series_id).where(tables.series.c.calendar_id == calendar_id)
    return await _exists(uow, _bookings.c.calendar_id == calendar_id) or bool(
        (await uow.connection.execute(select(series.exists()))).scalar_one()
    )


async def has_live_bookings(uow: UnitOfWork, calendar_id: UUID) -> bool:
    """Whether a booking that is not over and not cancelled is on the calendar."""
    return await _exists(
        uow,
        _bookings.c.calendar_id == calendar_id,
        func.upper(_bookings.c.during) > uow.now,
        holds_its_place(uow.now),
    )


def _touch(uow: UnitOfWork, calendar_id: UUID) -> None:
    """Which resources of a conflict one sees, too, goes by the calendars they have."""
    uow.touch(calendar_ids=[calendar_id], calendar_list=True, conflicts=True)


async def _exists(uow: UnitOfWork, *conditions: ColumnElement[bool]) -> bool:
    statement = select(select(_bookings.c.scheduled_event_id).where(*conditions).exists())
    return bool((await uow.connection.execute(statement)).scalar_one())


async def _one(uow: UnitOfWork, calendar_id: UUID, lock: _Lock | None = None) -> Calendar:
    statement = select(_calendars).where(_calendars.c.calendar_id == calendar_id)
    if lock is not None:
        statement = statement.with_for_update(key_share=lock is _Lock.AS_BOOKINGS_DO)
    row = (await uow.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFoundException("Calendar", calendar_id)
    return calendar_from(row)


def _conditions(wanted: CalendarFilter) -> list[ColumnElement[bool]]:
    columns = _calendars.c
    conditions: list[ColumnElement[bool]] = []
    if wanted.calendar_type is not None:
        conditions.append(columns.calendar_type == int(wanted.calendar_type))
    if wanted.owner_type is not None:
        conditions.append(columns.owner_type == int(wanted.owner_type))
    if wanted.owner_id is not None:
        conditions.append(columns.owner_id == wanted.owner_id)
    if wanted.is_active is not None:
        conditions.append(columns.is_active == wanted.is_active)
    if wanted.text is not None:
        conditions.append(
            or_(
                columns.name.icontains(wanted.text, autoescape=True),
                columns.description.icontains(wanted.text, autoescape=True),
            )
        )
    return conditions


def _values(calendar: Calendar) -> dict[str, Any]:
    return {
        "calendar_id": calendar.calendar_id,
        "name": calendar.name,
        "description": calendar.description,
        "calendar_type": int(calendar.calendar_type),
        "owner_id": calendar.owner_id,
        "owner_type": int(calendar.owner_type),
        "is_active": calendar.is_active,
        "allow_overbooking": calendar.allow_overbooking,
        "max_concurrent_events": calendar.max_concurrent_events,
        "time_zone": calendar.time_zone,
        "instant_booking": calendar.instant_booking,
        "escalation_contact_id": calendar.escalation_contact_id,
        "created_at": calendar.created_at,
        "version": calendar.version,
    }
