"""What may stand in for a resource."""

from __future__ import annotations

from uuid import UUID

from domain.enums import OwnerType, ResourceType
from domain.interchange import may_stand_in
from domain.schedule import ScheduleSnapshot, SnapshotBooking


class Alternatives:
    """Resources at least as good as another: same type and group, as many pieces, enough seats, all features.

    Only what is active and offered counts; nothing stands in for what is hidden from the viewer.
    """

    def __init__(self, snapshot: ScheduleSnapshot) -> None:
        offered = snapshot.offered_resource_ids
        self._hidden = snapshot.hidden_resource_ids
        self._by_id = {resource.resource_id: resource for resource in snapshot.resources}
        self._offered = [
            resource
            for resource in snapshot.resources
            if resource.is_active and (offered is None or resource.resource_id in offered)
        ]
        self.calendar_of_venue = {
            calendar.owner_id: calendar.calendar_id
            for calendar in snapshot.calendars
            if calendar.owner_type is OwnerType.Venue and calendar.is_active
        }
        self._calendars = {calendar.calendar_id: calendar for calendar in snapshot.calendars}
        self._known: dict[tuple[UUID, int, int, bool], tuple[UUID, ...]] = {}

    def seats_needed(self, booking: SnapshotBooking, resource_id: UUID) -> int:
        """How many people a venue must hold: those expected, or else as many as today's does."""
        resource = self._by_id[resource_id]
        if resource.resource_type is not ResourceType.Venue:
            return 0
        if booking.attendees is not None:
            return booking.attendees
        return resource.capacity or 0

    def of(self, booking: SnapshotBooking, resource_id: UUID, quantity: int) -> tuple[UUID, ...]:
        """What may stand in for a resource of a booking, the closest fit first."""
        calendar = self._calendars[booking.calendar_id]
        owns = calendar.resource_id == resource_id
        if (owns and calendar.limits_concurrency) or resource_id in self._hidden:
            return ()
        key = (resource_id, self.seats_needed(booking, resource_id), quantity, owns)
        if key not in self._known:
            self._known[key] = self._found(*key)
        return self._known[key]

    def _found(self, resource_id: UUID, seats: int, quantity: int, owns: bool) -> tuple[UUID, ...]:
        today = self._by_id[resource_id]
        if today.interchange_group is None and today.resource_type is not ResourceType.Venue:
            # Nothing may stand in for it; a thousand persons are not each compared with all the others.
            return ()
        found = [
            other
            for other in self._offered
            if may_stand_in(other, today)
            and other.quantity >= quantity
            and (not seats or (other.capacity or 0) >= seats)
            and other.features >= today.features
            and (not owns or other.resource_id in self.calendar_of_venue)
        ]
        found.sort(key=lambda other: (other.capacity or 0, other.name, other.resource_id))
        return tuple(other.resource_id for other in found)
