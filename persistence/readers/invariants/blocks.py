"""What is noted to block bookings."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from persistence.unit_of_work import UnitOfWork

_NOTED = text(
    "SELECT b.scheduled_event_id, one ->> 'reason' AS reason"
    " FROM scheduled_events b CROSS JOIN LATERAL jsonb_array_elements(b.blocks) AS one"
    " WHERE b.scheduled_event_id = ANY (CAST(:bookings AS uuid[])) AND one ->> 'resource_id' = :resource"
)


async def noted_blocks(uow: UnitOfWork, resource_id: UUID, bookings: Sequence[UUID]) -> dict[UUID, str]:
    """Which of some bookings a resource is noted to block, and why."""
    parameters = {"bookings": list(bookings), "resource": str(resource_id)}
    return {row.scheduled_event_id: row.reason for row in await uow.connection.execute(_NOTED, parameters)}
