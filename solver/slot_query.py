"""What somebody looks for: a slot in which enough resources of several groups are free at once."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.slot_grid import SlotGrid


@dataclass(frozen=True, slots=True)
class WantedGroup:
    """So many of some resources. resource_ids: the preferred first. quantity: how many pieces of each."""

    resource_ids: tuple[UUID, ...]
    count: int = 1
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class SlotQuery:
    """What to look for, and where.

    calendar_id: the calendar it is to be booked on, whose own limit counts too; None for any.
    buffer_minutes: kept free of other bookings on both sides (SCH-032).
    """

    grid: SlotGrid
    groups: tuple[WantedGroup, ...]
    buffer_minutes: int = 0
    calendar_id: UUID | None = None
