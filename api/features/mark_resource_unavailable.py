"""Close a resource for a time."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.booking.closable import lock_closable
from api.booking.stranding import restrand
from api.message import Message
from domain.closures import closing
from domain.entities import Resource
from domain.facts import ResourceMarkedUnavailable
from domain.policy import Policy
from domain.rules.scheduling import ensure_start_before_end
from domain.time_slot import TimeSlot
from persistence.documents import closure_document
from persistence.readers.rivals import Rival, get_rivals
from persistence.repositories import closures
from persistence.repositories.closures import MarkedClosure
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Closed:
    """A resource closed, and the bookings that this strands, by start; hidden ones have no id."""

    resource: Resource
    marked: MarkedClosure
    stranded: tuple[Rival, ...]


@dataclass(frozen=True, slots=True)
class MarkResourceUnavailable(Message[Closed]):
    """What to close, when and why. merge: swallow closures it overlaps instead of being refused (SCH-031)."""

    resource_id: UUID
    slot: TimeSlot
    reason: str | None = None
    merge: bool = False


async def handle(command: MarkResourceUnavailable, uow: UnitOfWork, _policy: Policy) -> Closed:
    """Store the closure, and note which bookings it strands."""
    key = command.resource_id
    resource = await lock_closable(uow, key)
    ensure_start_before_end(command.slot)
    existing = [one.closure for one in await closures.of_resource(uow, key, command.slot)]
    made = closing(command.slot, command.reason, existing, merge=command.merge)
    marked = await closures.add(uow, key, made)
    found = await restrand(uow, resource, made.slot)
    closure = marked.closure
    uow.record(
        key,
        ResourceMarkedUnavailable(
            closure.resource_availability_id,
            key,
            closure.slot.start_date_time,
            closure.slot.end_date_time,
            closure.reason,
            uow.viewer.user_id,
        ),
    )
    uow.audit(
        "ResourceMarkedUnavailable",
        key,
        before={"closures": [closure_document(one) for one in made.absorbed]} if made.absorbed else None,
        after=closure_document(closure) | {"stranded": [str(one) for one in found.blocked]},
    )
    rivals = await get_rivals(uow, found.blocked) if found.blocked else {}
    return Closed(resource, marked, tuple(rivals[one] for one in found.blocked))
