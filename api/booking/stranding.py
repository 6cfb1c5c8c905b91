"""Finding the bookings that a closed resource strands, whenever its closures or working hours change.

Use: lock the resource as bookings do, store the change, then `restrand`, all in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from domain.closures import stranded
from domain.entities import Resource
from domain.facts import ScheduledEventBlocked, ScheduledEventUnblocked
from domain.time_slot import TimeSlot
from persistence.repositories import closures
from persistence.repositories.blocks import claimants, record_blocks
from persistence.unit_of_work import UnitOfWork

END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stranding:
    """The bookings that a resource strands in a stretch of time, by start, and those it strands no more."""

    blocked: tuple[UUID, ...]
    unblocked: tuple[UUID, ...]


async def restrand(uow: UnitOfWork, resource: Resource, during: TimeSlot) -> Stranding:
    """Judge every booking ahead that claims the resource in a stretch of time, and note what blocks it."""
    bookings = await claimants(uow, resource.resource_id, during)
    slots = [slot for _, slot in bookings]
    if not slots:
        return Stranding((), ())
    reach = TimeSlot(min(slot.start_date_time for slot in slots), max(slot.end_date_time for slot in slots))
    closed = [one.closure for one in await closures.of_resource(uow, resource.resource_id, reach)]
    reasons = stranded(resource, bookings, closed)
    judged = [key for key, _ in bookings]
    changed = await record_blocks(uow, resource.resource_id, judged, reasons)
    for key in judged:
        if key in changed:
            fact = ScheduledEventBlocked if changed[key] else ScheduledEventUnblocked
            uow.record(key, fact(key, resource.resource_id, uow.viewer.user_id))
    return Stranding(
        tuple(key for key in judged if key in reasons),
        tuple(key for key in judged if changed.get(key) is False),
    )


async def restrand_all(uow: UnitOfWork, resource: Resource) -> Stranding:
    """Judge every booking ahead that claims the resource."""
    return await restrand(uow, resource, TimeSlot(uow.now, END_OF_TIME))
