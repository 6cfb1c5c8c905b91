"""The slots of a resource in a stretch of time, free and blocked, each blocked one with why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from api.message import Message
from domain.availability import Availability, Reason
from domain.entities import Resource
from domain.errors import NotFoundException
from domain.local_time import at_minute
from domain.policy import Policy
from domain.rules.scheduling import ensure_start_before_end
from domain.time_slot import TimeSlot
from domain.working_hours import MINUTES_A_DAY
from persistence.readers.availability import read_availability
from persistence.readers.rivals import Rival, get_rivals
from persistence.repositories import resources
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AvailabilitySlots:
    """Every slot with the reasons that block it (SCH-034). rivals: the bookings that reasons name."""

    resource: Resource
    window: TimeSlot
    slots: tuple[tuple[TimeSlot, tuple[Reason, ...]], ...]
    rivals: Mapping[UUID, Rival]
    buffer: timedelta


@dataclass(frozen=True, slots=True)
class GetAvailabilitySlots(Message[AvailabilitySlots]):
    """Which resource, how many of it, when and how long. buffer: None for the policy's (SCH-032).

    window: a stretch of time, or a day in the resource's own time zone.
    """

    resource_id: UUID
    window: TimeSlot | date
    duration: timedelta
    quantity: int = 1
    buffer: timedelta | None = None


async def handle(query: GetAvailabilitySlots, uow: UnitOfWork, policy: Policy) -> AvailabilitySlots:
    """Judge every slot as a booking of it would be judged, and a buffer around it."""
    resource = await resources.get(uow, query.resource_id)
    window = _window(query.window, ZoneInfo(resource.time_zone))
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
    return AvailabilitySlots(judge.resource, window, slots, rivals, buffer)


def _window(asked: TimeSlot | date, zone: ZoneInfo) -> TimeSlot:
    if isinstance(asked, TimeSlot):
        return asked
    return TimeSlot(at_minute(asked, 0, zone), at_minute(asked, MINUTES_A_DAY, zone))
