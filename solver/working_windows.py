"""Working hours as minutes."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from domain.entities import Resource
from domain.time_slot import TimeSlot
from domain.working_hours import WorkingHours
from solver.clock import Clock
from solver.ranges import Ranges

# A window cut at the edge of the stretch would look closed to a booking that runs over the edge.
_MARGIN = timedelta(days=1)


class WorkingWindows:
    """The open windows of resources over a stretch of time, worked out once for equal hours in one zone."""

    def __init__(self, clock: Clock, stretch: TimeSlot) -> None:
        self._clock = clock
        self._stretch = stretch.widened(_MARGIN, _MARGIN)
        self._known: dict[tuple[WorkingHours, str], Ranges] = {}

    def of(self, resource: Resource) -> Ranges | None:
        """When a resource is open; None for always. Seconds round inward."""
        hours = resource.working_hours
        if hours is None:
            return None
        key = (hours, resource.time_zone)
        if key not in self._known:
            inward = (
                self._clock.inward(slot)
                for slot in hours.open_slots(self._stretch, ZoneInfo(resource.time_zone))
            )
            self._known[key] = tuple((low, high) for low, high in inward if low < high)
        return self._known[key]
