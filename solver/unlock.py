"""Which slot could be had most cheaply by moving who is in the way."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.entities import Resource
from domain.time_slot import TimeSlot
from solver.slot_finder import FoundOccurrence, SlotFinder
from solver.slot_query import SlotQuery

MAXIMUM_POSITIONS = 400
"""How many starts are looked at; of more, every so manieth."""

MAXIMUM_PRICES = 20_000
"""How many times a resource is priced for an occurrence; where each start has many, fewer are looked at."""


@dataclass(frozen=True, slots=True)
class InTheWay:
    """What a booking takes of a resource, and what it costs to move it; None for one that stays."""

    booking_id: UUID
    during: TimeSlot
    quantity: int
    cost: int | None


@dataclass(frozen=True, slots=True)
class Unlock:
    """A slot that would be free if some bookings were moved. cost: of touching them, however far."""

    occurrences: tuple[FoundOccurrence, ...]
    booking_ids: tuple[UUID, ...]
    cost: int


class UnlockFinder:
    """Ranks slots by what is in their way.

    takers: by resource, what firm bookings take of it.
    """

    def __init__(
        self,
        finder: SlotFinder,
        resources: Mapping[UUID, Resource],
        takers: Mapping[UUID, Sequence[InTheWay]],
    ) -> None:
        self._finder = finder
        self._resources = resources
        self._takers = {key: _Timeline(some) for key, some in takers.items()}

    def find(self, limit: int) -> list[Unlock]:
        """The cheapest slots, cheapest first; of those that move the same bookings only the first."""
        found = [one for position in self._positions() if (one := self._at(position))]
        found.sort(key=lambda one: (one.cost, one.occurrences[0].slot))
        listed: dict[tuple[UUID, ...], Unlock] = {}
        for one in found:
            listed.setdefault(one.booking_ids, one)
        return list(listed.values())[:limit]

    def _positions(self) -> range:
        """The starts that are looked at, evenly spread."""
        query = self._finder.query
        prices = query.grid.count * sum(len(group.resource_ids) for group in query.groups)
        most = max(1, min(MAXIMUM_POSITIONS, MAXIMUM_PRICES // prices))
        starts = len(self._finder.starts)
        return range(0, starts, -(-starts // most) or 1)

    def _at(self, position: int) -> Unlock | None:
        """The cheapest choice at a start, the same for every occurrence."""
        query: SlotQuery = self._finder.query
        slots = [TimeSlot(one, one + query.grid.duration) for one in self._finder.starts[position]]
        used: set[UUID] = set()
        moved: dict[UUID, int] = {}
        chosen: list[tuple[UUID, ...]] = []
        for group in query.groups:
            costs = {
                key: some
                for key in group.resource_ids
                if key not in used
                and (some := self._in_the_way(key, position, slots, group.quantity)) is not None
            }
            if len(costs) < group.count:
                return None
            cheapest = sorted(costs, key=lambda key: _total(costs[key]))[: group.count]
            used.update(cheapest)
            chosen.append(tuple(cheapest))
            for key in cheapest:
                moved |= costs[key]
        occurrences = tuple(FoundOccurrence(slot, tuple(chosen)) for slot in slots)
        return Unlock(occurrences, tuple(sorted(moved)), _total(moved)) if moved else None

    def _in_the_way(
        self, key: UUID, position: int, slots: Iterable[TimeSlot], quantity: int
    ) -> dict[UUID, int] | None:
        """What has to be moved from a resource, with its cost; None where it cannot be had."""
        resource = self._resources[key]
        if quantity > resource.quantity or not self._finder.is_open(key, position):
            return None
        found: dict[UUID, int] = {}
        for slot in slots:
            there = (
                self._takers[key].meeting(self._finder.claimed(resource, slot)) if key in self._takers else []
            )
            some = _cheapest(there, resource.quantity - quantity)
            if some is None:
                return None
            found |= some
        return found


class _Timeline:
    """What is taken of one resource, by start."""

    def __init__(self, takers: Iterable[InTheWay]) -> None:
        self._takers = sorted(takers, key=lambda one: one.during)
        self._starts = [one.during.start_date_time for one in self._takers]
        self._longest = max(one.during.duration for one in self._takers)

    def meeting(self, slot: TimeSlot) -> list[InTheWay]:
        """All that share an instant with the slot."""
        low = bisect_right(self._starts, slot.start_date_time - self._longest)
        high = bisect_left(self._starts, slot.end_date_time)
        return [one for one in self._takers[low:high] if one.during.overlaps(slot)]


def _cheapest(there: list[InTheWay], room: int) -> dict[UUID, int] | None:
    """Whom to move so that no more than `room` is taken at any instant, the cheapest first."""
    left = list(there)
    moved: dict[UUID, int] = {}
    movable = [one for one in there if one.cost is not None]
    for one in sorted(movable, key=_price):
        if _peak(left) <= room:
            break
        left.remove(one)
        moved[one.booking_id] = one.cost or 0
    return moved if _peak(left) <= room else None


def _price(one: InTheWay) -> tuple[float, UUID]:
    """What a piece costs to get back."""
    return (one.cost or 0) / one.quantity, one.booking_id


def _peak(taken: Iterable[InTheWay]) -> int:
    steps = sorted(
        step
        for one in taken
        for step in (
            (one.during.start_date_time, one.quantity),
            (one.during.end_date_time, -one.quantity),
        )
    )
    peak = demand = 0
    for _, change in steps:
        demand += change
        peak = max(peak, demand)
    return peak


def _total(costs: Mapping[UUID, int]) -> int:
    return sum(costs.values())
