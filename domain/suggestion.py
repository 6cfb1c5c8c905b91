"""A fix for a clash: what would change, what it costs and how to say it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.entities import Claim
from domain.enums import SuggestionKind
from domain.time_slot import TimeSlot


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a booking sits: its calendar, its time and all it claims (the calendar's owner first)."""

    calendar_id: UUID
    slot: TimeSlot
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One booking moved. scheduled_event_id is None for a request that was refused and is not booked yet."""

    scheduled_event_id: UUID | None
    before: Placement
    after: Placement
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a fix costs, by named term; the terms add up to the total."""

    total: int
    terms: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A checked fix: applying all its changes removes the clash and makes no new one.

    optimal: whether no cheaper fix of this kind exists, proven.
    gap: how far its cost may lie above the cheapest one's, as a share of it; known when found, not kept.
    summary: the sentence a person would write.
    """

    kind: SuggestionKind
    summary: str
    changes: tuple[Change, ...]
    cost: Cost
    optimal: bool
    gap: float = 0.0
