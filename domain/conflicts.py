"""Conflict detection: a conflict is a demand beyond quantity (SCH-010..013)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from domain.enums import ClaimRole, ConflictLevel, ConflictType, ResourceType
from domain.rules.conflicts import (
    equipment_conflict_level,
    hold_overlap_level,
    staff_conflict_level,
    time_overlap_level,
    venue_conflict_level,
)
from domain.time_slot import TimeSlot


@dataclass(frozen=True, slots=True)
class Usage:
    """What one booking takes of one resource, or of a calendar that limits concurrency, and for how long.

    A booking has one usage a pool at most.
    during: setup and teardown included.
    created_at: orders the two bookings of a conflict; equal times fall back to the ids.
    is_hold: a Tentative booking's; never counted in demand, only warned about.
    """

    scheduled_event_id: UUID
    during: TimeSlot
    created_at: datetime
    quantity: int = 1
    role: ClaimRole = ClaimRole.Primary
    is_hold: bool = False


@dataclass(frozen=True, slots=True)
class Pool:
    """What usages share: a resource, or a calendar that limits concurrency (then `resource_id` is None).

    calendar_id: tells calendars apart; None for a resource.
    """

    resource_id: UUID | None
    resource_type: ResourceType | None
    quantity: int
    calendar_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Clash:
    """Two bookings that conflict, as its fingerprint: stable however often it is detected again.

    scheduled_event_id: the booking created later.
    resource_id: what they clash over; None for a calendar's own limit.
    """

    scheduled_event_id: UUID
    conflicting_event_id: UUID
    conflict_type: ConflictType
    resource_id: UUID | None


@dataclass(frozen=True, slots=True)
class _Pair:
    later: Usage
    earlier: Usage


def find_clashes(occupancy: Mapping[Pool, Iterable[Usage]]) -> dict[Clash, ConflictLevel]:
    """Every clash among the usages of each pool, with its level.

    A pair that clashes over a venue has no TimeOverlap of its calendar beside it.
    """
    return _classified((pool, _clashing_pairs(usages, pool.quantity)) for pool, usages in occupancy.items())


def find_clashes_around(
    scheduled_event_id: UUID, occupancy: Mapping[Pool, Iterable[Usage]]
) -> dict[Clash, ConflictLevel]:
    """The clashes that a booking may have a part in or a bearing on; the same as `find_clashes`, less others.

    Whether two bookings clash over one person or thing depends on no third, so of those pools only the
    booking's own clashes are told: somebody wanted by sixty bookings has two thousand. Venues and calendars,
    where one clash silences another, are told whole.
    """
    return find_clashes_around_all(frozenset({scheduled_event_id}), occupancy)


def find_clashes_around_all(
    scheduled_event_ids: frozenset[UUID], occupancy: Mapping[Pool, Iterable[Usage]]
) -> dict[Clash, ConflictLevel]:
    """The clashes that any of several bookings may have a part in or a bearing on."""
    return _classified(
        (
            pool,
            _clashing_pairs(usages, pool.quantity)
            if pool.quantity > 1 or pool.resource_type in {None, ResourceType.Venue}
            else _pairs_with(scheduled_event_ids, usages),
        )
        for pool, usages in occupancy.items()
    )


def _classified(pairs_of: Iterable[tuple[Pool, set[_Pair]]]) -> dict[Clash, ConflictLevel]:
    found: dict[Clash, ConflictLevel] = {}
    for pool, pairs in pairs_of:
        for pair in pairs:
            clash, level = _classify(pool, pair)
            found[clash] = level
    return _without_repeated_overlaps(found)


def peak_demand(usages: Iterable[Usage], during: TimeSlot) -> int:
    """The largest demand of firm usages at one instant of the range."""
    steps: list[tuple[datetime, int]] = []
    for usage in usages:
        shared = None if usage.is_hold else usage.during.intersection(during)
        if shared is not None:
            steps.append((shared.start_date_time, usage.quantity))
            steps.append((shared.end_date_time, -usage.quantity))
    peak = demand = 0
    for _, change in sorted(steps):
        demand += change
        peak = max(peak, demand)
    return peak


def _clashing_pairs(usages: Iterable[Usage], quantity: int) -> set[_Pair]:
    """Sweep over the starts: firm usages beyond the quantity clash pairwise, holds only with firm ones."""
    pairs: set[_Pair] = set()
    active: list[Usage] = []
    for usage in sorted(usages, key=lambda one: one.during.start_date_time):
        now = usage.during.start_date_time
        active = [one for one in active if one.during.end_date_time > now]
        before = sum(one.quantity for one in active if not one.is_hold)
        firm = [one for one in active if not one.is_hold]
        active.append(usage)
        if usage.is_hold:
            if before + usage.quantity > quantity:
                pairs.update(_pair(usage, one) for one in firm)
            continue
        demand = before + usage.quantity
        if demand > quantity:
            pairs.update(_pair(usage, one) for one in firm)
            if before <= quantity:
                pairs.update(_pair(one, two) for i, one in enumerate(firm) for two in firm[i + 1 :])
        for hold in active:
            if hold.is_hold and demand + hold.quantity > quantity:
                pairs.update(_pair(hold, one) for one in (*firm, usage))
    return pairs


def _pairs_with(scheduled_event_ids: frozenset[UUID], usages: Iterable[Usage]) -> set[_Pair]:
    """Some bookings' clashes over a single piece: with all they meet there, but hold with hold."""
    some = sorted(usages, key=lambda one: one.during.start_date_time)
    pairs: set[_Pair] = set()
    active: list[Usage] = []
    for usage in some:
        now = usage.during.start_date_time
        active = [one for one in active if one.during.end_date_time > now]
        own = usage.scheduled_event_id in scheduled_event_ids
        pairs.update(
            _pair(usage, one)
            for one in active
            if (own or one.scheduled_event_id in scheduled_event_ids) and not (usage.is_hold and one.is_hold)
        )
        active.append(usage)
    return pairs


def _pair(one: Usage, other: Usage) -> _Pair:
    earlier, later = sorted((one, other), key=attrgetter("created_at", "scheduled_event_id"))
    return _Pair(later, earlier)


def _classify(pool: Pool, pair: _Pair) -> tuple[Clash, ConflictLevel]:
    later, earlier = pair.later, pair.earlier
    if earlier.is_hold or later.is_hold:
        conflict_type, level = ConflictType.TimeOverlap, hold_overlap_level()
    else:
        conflict_type, level = _type_and_level(pool.resource_type, (later.role, earlier.role))
    clash = Clash(later.scheduled_event_id, earlier.scheduled_event_id, conflict_type, pool.resource_id)
    return clash, level


def _type_and_level(
    resource_type: ResourceType | None, roles: tuple[ClaimRole, ClaimRole]
) -> tuple[ConflictType, ConflictLevel]:
    match resource_type:
        case None:
            return ConflictType.TimeOverlap, time_overlap_level()
        case ResourceType.Venue:
            return ConflictType.VenueConflict, venue_conflict_level()
        case ResourceType.Staff:
            return ConflictType.StaffConflict, staff_conflict_level(roles)
        case ResourceType.Equipment:
            return ConflictType.EquipmentConflict, equipment_conflict_level()
        case _:
            return ConflictType.ResourceConflict, equipment_conflict_level()


def _without_repeated_overlaps(found: dict[Clash, ConflictLevel]) -> dict[Clash, ConflictLevel]:
    over_venues = {
        (clash.scheduled_event_id, clash.conflicting_event_id)
        for clash in found
        if clash.conflict_type is ConflictType.VenueConflict
    }
    return {
        clash: level
        for clash, level in found.items()
        if clash.conflict_type is not ConflictType.TimeOverlap
        or (clash.scheduled_event_id, clash.conflicting_event_id) not in over_venues
    }
