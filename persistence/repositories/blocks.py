"""Which bookings a resource strands, hidden ones included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text

from domain.time_slot import TimeSlot
from persistence.mapping import as_range, slot_of
from persistence.unit_of_work import UnitOfWork

_CLAIMANTS = text("SELECT * FROM claimants_of(:resource, CAST(:during AS tstzrange), :now)")
_RECORD = text(
    "SELECT * FROM record_blocks(:resource, CAST(:judged AS uuid[]), CAST(:blocked AS uuid[]),"
    " CAST(:reasons AS text[]))"
)


async def claimants(uow: UnitOfWork, resource_id: UUID, during: TimeSlot) -> list[tuple[UUID, TimeSlot]]:
    """The live bookings that claim the resource in a stretch of time and are not over, by start."""
    parameters = {"resource": resource_id, "during": as_range(during), "now": uow.now}
    rows = (await uow.connection.execute(_CLAIMANTS, parameters)).all()
    return [(row.scheduled_event_id, slot_of(row.start, row.end)) for row in rows]


async def record_blocks(
    uow: UnitOfWork, resource_id: UUID, judged: Sequence[UUID], reasons: Mapping[UUID, str]
) -> dict[UUID, bool]:
    """Note which of the judged bookings the resource strands, and of the others that it does not.

    Returns whether each booking for which that is news is blocked now. The resource must be locked.
    """
    if not judged:
        return {}
    parameters = {
        "resource": resource_id,
        "judged": list(judged),
        "blocked": list(reasons),
        "reasons": list(reasons.values()),
    }
    rows = (await uow.connection.execute(_RECORD, parameters)).all()
    uow.touch(booking_ids=(row.scheduled_event_id for row in rows))
    return {row.scheduled_event_id: row.is_blocked for row in rows}
