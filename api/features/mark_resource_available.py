"""Open a resource again where it was closed."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.booking.closable import lock_closable
from api.booking.stranding import restrand
from api.message import Message
from domain.closures import opening
from domain.entities import Resource
from domain.facts import ResourceMarkedAvailable
from domain.policy import Policy
from domain.rules.scheduling import ensure_start_before_end
from domain.time_slot import TimeSlot
from persistence.documents import closure_document
from persistence.readers.rivals import Rival, get_rivals
from persistence.repositories import closures
from persistence.repositories.closures import MarkedClosure
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Opened:
    """A resource opened.

    left: what is still closed of the closures that were cut, by start.
    unblocked: the bookings it strands no more, by start; hidden ones have no id.
    """

    resource: Resource
    slot: TimeSlot
    left: tuple[MarkedClosure, ...]
    unblocked: tuple[Rival, ...]


@dataclass(frozen=True, slots=True)
class MarkResourceAvailable(Message[Opened]):
    """What to open, and when; closures that reach beyond it are cut."""

    resource_id: UUID
    slot: TimeSlot


async def handle(command: MarkResourceAvailable, uow: UnitOfWork, _policy: Policy) -> Opened:
    """Cut the closures, and note which bookings are stranded no more. What is open already stays open."""
    key = command.resource_id
    resource = await lock_closable(uow, key)
    ensure_start_before_end(command.slot)
    before = [one.closure for one in await closures.of_resource(uow, key, command.slot)]
    if not before:
        return Opened(resource, command.slot, (), ())
    cuts = opening(command.slot, before)
    await closures.cut(uow, cuts)
    reach = TimeSlot(before[0].slot.start_date_time, before[-1].slot.end_date_time)
    found = await restrand(uow, resource, reach)
    after = await closures.of_resource(uow, key, reach)
    for cut in cuts:
        opened = cut.opened
        fact = ResourceMarkedAvailable(
            cut.closure.resource_availability_id,
            key,
            opened.start_date_time,
            opened.end_date_time,
            uow.viewer.user_id,
        )
        uow.record(key, fact)
    uow.audit(
        "ResourceMarkedAvailable",
        key,
        before={"closures": [closure_document(one) for one in before]},
        after={
            "closures": [closure_document(one.closure) for one in after],
            "unblocked": [str(one) for one in found.unblocked],
        },
    )
    rivals = await get_rivals(uow, found.unblocked) if found.unblocked else {}
    return Opened(resource, command.slot, tuple(after), tuple(rivals[one] for one in found.unblocked))
