"""Whether resources can be booked in a stretch of time, why not, and when they are free within it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from api.message import Message
from domain.availability import Availability, Reason
from domain.availability_lapse import check_lapses_at
from domain.entities import Closure, Resource
from domain.policy import Policy
from domain.rules.scheduling import ensure_start_before_end
from domain.time_slot import TimeSlot
from persistence.readers.availability import read_availability
from persistence.readers.rivals import Rival, get_rivals
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ResourceAvailability:
    """What a check found of one resource. reasons: why the whole time is not available; empty when it is."""

    resource: Resource
    slot: TimeSlot
    reasons: tuple[Reason, ...]
    free: tuple[TimeSlot, ...]
    closures: tuple[Closure, ...]


@dataclass(frozen=True, slots=True)
class CheckedAvailability:
    """What a check found, by resource; resources that the viewer does not see are missing.

    rivals: the bookings that reasons name, as the viewer may know them. buffer: what was kept free around.
    lapses_at: when that is no longer so, if nobody writes; None for never.
    """

    found: Mapping[UUID, ResourceAvailability]
    rivals: Mapping[UUID, Rival]
    buffer: timedelta
    lapses_at: datetime | None


@dataclass(frozen=True, slots=True)
class CheckResourceAvailability(Message[CheckedAvailability]):
    """Which resources, how many of each, when. buffer: None for the policy's (SCH-032)."""

    quantities: Mapping[UUID, int]
    slot: TimeSlot
    buffer: timedelta | None = None


async def handle(query: CheckResourceAvailability, uow: UnitOfWork, policy: Policy) -> CheckedAvailability:
    """Judge the time as a booking of it would be judged, and a buffer around it."""
    ensure_start_before_end(query.slot)
    buffer = policy.availability_buffer if query.buffer is None else query.buffer
    picture = await read_availability(uow, sorted(query.quantities), query.slot.widened(buffer, buffer))
    found: dict[UUID, ResourceAvailability] = {}
    for key in picture.resources:
        judge = Availability(
            picture, key, quantity=query.quantities[key], buffer=buffer, now=uow.now, policy=policy
        )
        reasons = judge.reasons(query.slot)
        # A longer booking may span the nights in which none could start or end.
        free = judge.free(query.slot) if reasons else [query.slot]
        closed = (one for one in picture.closures if one.resource_id == key and one.slot.overlaps(query.slot))
        closures = tuple(sorted(closed, key=lambda one: one.slot))
        found[key] = ResourceAvailability(judge.resource, query.slot, reasons, tuple(free), closures)
    named = {rival for one in found.values() for reason in one.reasons for rival in reason.rivals[:1]}
    rivals = await get_rivals(uow, sorted(named)) if named else {}
    return CheckedAvailability(found, rivals, buffer, check_lapses_at(query.slot, uow.now))
