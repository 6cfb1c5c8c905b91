"""A conflict as the solver wants it: its fingerprint and when it is."""

from uuid import UUID

from sqlalchemy import select

from domain.conflicts import Clash
from domain.enums import ConflictType
from domain.time_slot import TimeSlot
from persistence import tables
from persistence.readers.rivals import get_rivals
from persistence.unit_of_work import UnitOfWork

_conflicts = tables.schedule_conflicts


async def find_clash(uow: UnitOfWork, schedule_conflict_id: UUID) -> tuple[Clash, TimeSlot] | None:
    """The clash behind a conflict that the viewer may see, and the time both bookings span together.

    None when there is no such conflict.
    """
    columns = (
        _conflicts.c.scheduled_event_id,
        _conflicts.c.conflicting_event_id,
        _conflicts.c.conflict_type,
        _conflicts.c.resource_id,
    )
    statement = select(*columns).where(_conflicts.c.schedule_conflict_id == schedule_conflict_id)
    row = (await uow.connection.execute(statement)).one_or_none()
    if row is None:
        return None
    clash = Clash(
        row.scheduled_event_id, row.conflicting_event_id, ConflictType(row.conflict_type), row.resource_id
    )
    times = await get_rivals(uow, [clash.scheduled_event_id, clash.conflicting_event_id])
    slots = [rival.slot for rival in times.values()]
    start = min(slot.start_date_time for slot in slots)
    return clash, TimeSlot(start, max(slot.end_date_time for slot in slots))
