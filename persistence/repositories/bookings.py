"""Bookings as entities."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from domain.entities import ScheduledEvent
from domain.errors import NotFoundException
from persistence import tables
from persistence.mapping import scheduled_event_from
from persistence.unit_of_work import UnitOfWork

_bookings = tables.scheduled_events
_claims = tables.claims


async def find_booking(uow: UnitOfWork, scheduled_event_id: UUID) -> ScheduledEvent:
    """The booking with all its claims. Raises NotFoundException when there is none the viewer may see."""
    statement = select(
        _bookings, func.lower(_bookings.c.during).label("start"), func.upper(_bookings.c.during).label("end")
    ).where(_bookings.c.scheduled_event_id == scheduled_event_id)
    row = (await uow.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFoundException("Schedule", scheduled_event_id)
    claims = await uow.connection.execute(
        select(_claims.c.resource_id, _claims.c.role, _claims.c.quantity)
        .where(_claims.c.scheduled_event_id == scheduled_event_id)
        .order_by(_claims.c.claim_id)
    )
    return scheduled_event_from(row, list(claims.mappings()))


async def versions_of(uow: UnitOfWork, scheduled_event_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The present version of each booking that the viewer may see."""
    statement = select(_bookings.c.scheduled_event_id, _bookings.c.version).where(
        _bookings.c.scheduled_event_id.in_(scheduled_event_ids)
    )
    return {row.scheduled_event_id: row.version for row in await uow.connection.execute(statement)}
