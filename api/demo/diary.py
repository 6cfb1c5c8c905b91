"""What is taken so far, so that the season has no clash of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from api.demo import house
from domain.entities import Claim
from domain.time_slot import TimeSlot

_RESOURCES = {resource.resource_id: resource for resource in house.RESOURCES}


class Diary:
    """Claims by resource, and the slots of departments, which lead one group at a time."""

    def __init__(self) -> None:
        self._taken: defaultdict[UUID, list[tuple[TimeSlot, int]]] = defaultdict(list)

    def fits(self, slot: TimeSlot, claims: Iterable[Claim], department: UUID | None = None) -> bool:
        """Whether all of it is free, setup and teardown included; careful rather than exact."""
        if department is not None and self._demand(department, slot):
            return False
        return all(self._has_room(slot, claim) for claim in claims)

    def enter(self, slot: TimeSlot, claims: Iterable[Claim], department: UUID | None = None) -> None:
        """Take it."""
        if department is not None:
            self._taken[department].append((slot, 1))
        for claim in claims:
            during = _RESOURCES[claim.resource_id].claimed_range(slot)
            self._taken[claim.resource_id].append((during, claim.quantity))

    def _has_room(self, slot: TimeSlot, claim: Claim) -> bool:
        resource = _RESOURCES[claim.resource_id]
        demand = self._demand(claim.resource_id, resource.claimed_range(slot))
        return demand + claim.quantity <= resource.quantity

    def _demand(self, key: UUID, during: TimeSlot) -> int:
        return sum(quantity for taken, quantity in self._taken[key] if taken.overlaps(during))
