"""Events as their viewers see them."""

from uuid import UUID

from sqlalchemy import select

from persistence import tables
from persistence.unit_of_work import UnitOfWork


async def sees_event(uow: UnitOfWork, event_id: UUID) -> bool:
    """Whether row-level security shows the event to the viewer."""
    statement = select(tables.events.c.event_id).where(tables.events.c.event_id == event_id)
    return (await uow.connection.execute(statement)).first() is not None
