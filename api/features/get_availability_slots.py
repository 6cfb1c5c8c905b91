"""The slots of a resource in a stretch of time, free and blocked, each blocked one with why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from api.message import Message
from domain.availability import Availability, Reason
from domain.availability_lapse import slots_lapse_at
from domain.entities import Resource
from domain.errors import NotFoundException
from domain.policy import Policy
from domain.rules.scheduling import ensure_start_before_end
from domain.time_slot import TimeSlot
from persistence.readers.availability import read_availability
from persistence.readers.rivals import Rival, get_rivals
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AvailabilitySlots:
    """Every slot with the reasons that block it (SCH-034).

    rivals: the bookings that reasons name. lapses_at: when that is no longer so, if nobody writes.
    """

    resource: Resource
    slots: tuple[tuple[TimeSlot, tuple[Reason, ...]], ...]
    rivals: Mapping[UUID, Rival]
    buffer: timedelta
    lapses_at: datetime | None


@dataclass(frozen=True, slots=True)
class GetAvailabilitySlots(Message[AvailabilitySlots]):
    """Which resource, how many of it, when and how long. buffer: None for the policy's (SCH-032)."""

    resource_id: UUID
    window: TimeSlot
    duration: timedelta
    quantity: int = 1
    buffer: timedelta | None = None


async def handle(query: GetAvailabilitySlots, uow: UnitOfWork, policy: Policy) -> AvailabilitySlots:
    """Judge every slot as a booking of it would be judged, and a buffer around it."""
    window = query.window
    ensure_start_before_end(window)
    buffer = policy.availability_buffer if query.buffer is None else query.buffer
    picture = await read_availability(uow, [query.resource_id], window.widened(buffer, buffer))
    if query.resource_id not in picture.resources:
        raise NotFoundException("Resource", query.resource_id)
    judge = Availability(
        picture, query.resource_id, quantity=query.quantity, buffer=buffer, now=uow.now, policy=policy
    )
    slots = tuple((slot, judge.reasons(slot)) for slot in judge.slots(window, query.duration))
    named = {rival for _, reasons in slots for reason in reasons for rival in reason.rivals[:1]}
    rivals = await get_rivals(uow, sorted(named)) if named else {}
    lapses_at = slots_lapse_at(window, query.duration, uow.now)
    return AvailabilitySlots(judge.resource, slots, rivals, buffer, lapses_at)
