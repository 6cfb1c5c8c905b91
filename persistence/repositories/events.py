"""Events as stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update

from domain.entities import Event
from domain.errors import NotFoundException
from persistence import tables
from persistence.liveness import holds_its_place
from persistence.mapping import event_from
from persistence.repositories.claims import update_in_order
from persistence.sorting import Position, Sort, page_by
from persistence.unit_of_work import UnitOfWork

_events = tables.events
_SORTS: Mapping[str, ColumnElement[Any]] = {
    "title": _events.c.title,
    "priority": _events.c.priority,
}
_bookings = tables.scheduled_events
_claims = tables.claims
_series = tables.series


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events a list is of; None does not filter. text: part of the title or description."""

    organizer_id: UUID | None = None
    text: str | None = None


async def get(uow: UnitOfWork, event_id: UUID) -> Event:
    """The event. Raises NotFoundException when there is none that the viewer sees."""
    return await _one(uow, event_id, lock=False)


async def lock(uow: UnitOfWork, event_id: UUID) -> Event:
    """The event, locked against new bookings of it too. Raises NotFoundException."""
    return await _one(uow, event_id, lock=True)


async def listed(
    uow: UnitOfWork, wanted: EventFilter, sort: Sort, after: Position | None, limit: int
) -> list[Event]:
    """Events in the order asked for, up to `limit` after the position."""
    keys = (_SORTS[sort.by], _events.c.event_id)
    statement = page_by(select(_events).where(*_conditions(wanted)), keys, sort, after, limit)
    return [event_from(row) for row in (await uow.connection.execute(statement)).mappings()]


async def add(uow: UnitOfWork, event: Event) -> None:
    """Store a new event."""
    made = {"created_at": uow.now, "created_by": uow.viewer.user_id}
    await uow.connection.execute(insert(_events).values(**made, **_values(event)))


async def store(uow: UnitOfWork, event: Event) -> None:
    """Store a changed event."""
    statement = update(_events).where(_events.c.event_id == event.event_id)
    await uow.connection.execute(statement.values(_values(event)))
    uow.touch(event_ids=[event.event_id])


async def hand_over_bookings(uow: UnitOfWork, event_id: UUID, owner_id: UUID) -> None:
    """Make somebody else the owner of every booking and series of the event, and of what they claim.

    They get a new version, so that whoever has read one with its old owner notices.
    """
    booked = select(_bookings.c.scheduled_event_id).where(_bookings.c.event_id == event_id)
    # Bookings are locked first, and in id order, as a change of one does.
    await uow.connection.execute(
        booked.order_by(_bookings.c.scheduled_event_id).with_for_update(key_share=True)
    )
    await uow.connection.execute(
        update(_bookings)
        .where(_bookings.c.event_id == event_id)
        .values(
            owner_id=owner_id,
            version=_bookings.c.version + 1,
            modified_at=uow.now,
            modified_by=uow.viewer.user_id,
        )
    )
    await uow.connection.execute(
        update(_series)
        .where(_series.c.event_id == event_id)
        .values(
            owner_id=owner_id,
            version=_series.c.version + 1,
            modified_at=uow.now,
            modified_by=uow.viewer.user_id,
        )
    )
    claimed = update_in_order(_claims.c.scheduled_event_id.in_(booked))
    await uow.connection.execute(claimed.values(owner_id=owner_id))
    uow.touch(event_ids=[event_id])


async def remove(uow: UnitOfWork, event_id: UUID) -> None:
    """Remove an event that has no bookings."""
    await uow.connection.execute(delete(_events).where(_events.c.event_id == event_id))


async def is_booked(uow: UnitOfWork, event_id: UUID) -> bool:
    """Whether there is any booking of the event: past, cancelled and hidden ones included."""
    return bool((await uow.connection.execute(select(func.event_is_booked(event_id)))).scalar_one())


async def has_live_bookings(uow: UnitOfWork, event_id: UUID) -> bool:
    """Whether the viewer sees a booking of the event that is not over and not cancelled."""
    live = and_(
        _bookings.c.event_id == event_id,
        func.upper(_bookings.c.during) > uow.now,
        holds_its_place(uow.now),
    )
    statement = select(select(_bookings.c.scheduled_event_id).where(live).exists())
    return bool((await uow.connection.execute(statement)).scalar_one())


async def _one(uow: UnitOfWork, event_id: UUID, *, lock: bool) -> Event:
    statement = select(_events).where(_events.c.event_id == event_id)
    if lock:
        statement = statement.with_for_update()
    row = (await uow.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFoundException("Event", event_id)
    return event_from(row)


def _conditions(wanted: EventFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.organizer_id is not None:
        conditions.append(_events.c.organizer_id == wanted.organizer_id)
    if wanted.text is not None:
        conditions.append(
            or_(
                _events.c.title.icontains(wanted.text, autoescape=True),
                _events.c.description.icontains(wanted.text, autoescape=True),
            )
        )
    return conditions


def _values(event: Event) -> dict[str, Any]:
    return {
        "event_id": event.event_id,
        "title": event.title,
        "description": event.description,
        "attendees": event.attendees,
        "priority": event.priority,
        "organizer_id": event.organizer_id,
        "version": event.version,
    }
