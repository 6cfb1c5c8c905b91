"""A suggestion as it is kept: what it answers, for whom, and until when it can be applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.proposal import Proposal
from domain.series import SeriesRequest
from domain.suggestion import Suggestion
from domain.time_slot import TimeSlot
from domain.undo import Undo


@dataclass(frozen=True, slots=True)
class OverlappedHold:
    """A hold that a suggestion books over: it gives way, and its holder is told.

    scheduled_event_id, title: None when it is hidden from the requester.
    """

    slot: TimeSlot
    scheduled_event_id: UUID | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class StoredSuggestion:
    """A suggestion that its requester can apply, once.

    versions: of the bookings it moves, when it was made; one that has changed since makes it stale.
    request: the refused booking that applying it makes; None when it only moves existing ones.
    series: the refused series that applying it makes, with the dates it moves and leaves out.
    undo: what takes it back once it has been applied.
    hidden_resource_ids: what its places claim that the requester may not see, and is not shown.
    holds: on single pieces, that applying it books over as things are now, by start.
    """

    suggestion_id: UUID
    requester_id: UUID
    suggestion: Suggestion
    versions: Mapping[UUID, int]
    created_at: datetime
    expires_at: datetime
    schedule_conflict_id: UUID | None = None
    request: Proposal | None = None
    series: SeriesRequest | None = None
    applied_at: datetime | None = None
    undo: Undo | None = None
    undone_at: datetime | None = None
    hidden_resource_ids: frozenset[UUID] = frozenset()
    holds: tuple[OverlappedHold, ...] = ()
