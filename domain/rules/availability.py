"""When a resource can be used (SCH-030..032)."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from domain.entities import Closure, Resource
from domain.errors import FieldException, TimeSlotUnavailableException
from domain.policy import Policy
from domain.time_slot import TimeSlot, as_text

_MERGE = 'with "onOverlap": "Merge" the two become one'


def closure_at(slot: TimeSlot, closures: Iterable[Closure]) -> Closure | None:
    """The first closure that touches the slot; without one a resource is available (SCH-030)."""
    touching = [closure for closure in closures if closure.slot.overlaps(slot)]
    return min(touching, key=lambda closure: closure.slot, default=None)


def ensure_closures_disjoint(slot: TimeSlot, closures: Iterable[Closure]) -> None:
    """Reject a closure that overlaps another of the same resource (SCH-031)."""
    other = closure_at(slot, closures)
    if other is not None:
        start, end = as_text(other.slot.start_date_time), as_text(other.slot.end_date_time)
        reason = f" ({other.reason})" if other.reason else ""
        raise FieldException("startDateTime", f"Overlaps the closure from {start} to {end}{reason}; {_MERGE}")


def with_buffer(slot: TimeSlot, policy: Policy) -> TimeSlot:
    """The slot an availability check looks at: a buffer on both sides (SCH-032)."""
    return slot.widened(policy.availability_buffer, policy.availability_buffer)


def ensure_open(resource: Resource, slot: TimeSlot, closures: Iterable[Closure]) -> None:
    """Reject a slot in which the resource is closed or outside its working hours; buffers do not count."""
    closure = closure_at(slot, closures)
    if closure is not None:
        raise TimeSlotUnavailableException(resource.name, slot, closure.reason or "closed")
    hours = resource.working_hours
    if hours is not None and not hours.admits(slot, ZoneInfo(resource.time_zone)):
        raise TimeSlotUnavailableException(resource.name, slot, "outside its working hours")
