"""Suggested fixes in JSON."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.dto.link import LinkDto
from api.dto.scheduled_event import ANOTHER_BOOKING, ResourceClaimDto
from api.http.wire import Instant, Wire
from domain.advice import OverlappedHold, StoredSuggestion
from domain.enums import SuggestionKind
from domain.suggestion import Change, Placement


class PlacementDto(Wire):
    """Where a booking sits."""

    calendar_id: UUID
    start_date_time: Instant
    end_date_time: Instant
    resources: list[ResourceClaimDto]

    @classmethod
    def of(cls, place: Placement, hidden: Collection[UUID] = ()) -> PlacementDto:
        """The place in JSON, without the hidden resources it claims."""
        return cls(
            calendar_id=place.calendar_id,
            start_date_time=place.slot.start_date_time,
            end_date_time=place.slot.end_date_time,
            resources=[
                ResourceClaimDto.of(claim) for claim in place.claims if claim.resource_id not in hidden
            ],
        )


class ChangeDto(Wire):
    """One booking moved; without a scheduledEventId it is the request itself, not booked yet."""

    scheduled_event_id: UUID | None = None
    event_title: str | None = None
    from_: Annotated[PlacementDto, Field(alias="from")]
    to: PlacementDto

    @classmethod
    def of(cls, change: Change, hidden: Collection[UUID] = ()) -> ChangeDto:
        """The change in JSON."""
        return cls(
            scheduled_event_id=change.scheduled_event_id,
            event_title=change.title,
            from_=PlacementDto.of(change.before, hidden),
            to=PlacementDto.of(change.after, hidden),
        )


class CostDto(Wire):
    """What a fix costs; the terms add up to the total."""

    total: int
    terms: dict[str, int]


class OverlappedHoldDto(Wire):
    """A hold that a fix books over; it gives way."""

    scheduled_event_id: UUID | None = None
    event_title: str
    start_date_time: Instant
    end_date_time: Instant

    @classmethod
    def of(cls, hold: OverlappedHold) -> OverlappedHoldDto:
        """The hold in JSON; a hidden one has no id."""
        return cls(
            scheduled_event_id=hold.scheduled_event_id,
            event_title=hold.title or ANOTHER_BOOKING,
            start_date_time=hold.slot.start_date_time,
            end_date_time=hold.slot.end_date_time,
        )


class SuggestionDto(Wire):
    """A checked fix and the call that applies it.

    holds: what it books over, absent when there are none. skippedOccurrences: dates of a series left out.
    """

    id: UUID
    kind: SuggestionKind
    summary: str
    changes: list[ChangeDto]
    cost: CostDto
    optimal: bool
    holds: list[OverlappedHoldDto] | None = None
    skipped_occurrences: list[Instant] | None = None
    expires_at: Instant
    apply: LinkDto

    @classmethod
    def of(cls, stored: StoredSuggestion) -> SuggestionDto:
        """The suggestion in JSON."""
        suggestion = stored.suggestion
        return cls(
            id=stored.suggestion_id,
            kind=suggestion.kind,
            summary=suggestion.summary,
            changes=[ChangeDto.of(change, stored.hidden_resource_ids) for change in suggestion.changes],
            cost=CostDto(total=suggestion.cost.total, terms=dict(suggestion.cost.terms)),
            optimal=suggestion.optimal,
            holds=[OverlappedHoldDto.of(hold) for hold in stored.holds] or None,
            skipped_occurrences=_skipped(stored),
            expires_at=stored.expires_at,
            apply=LinkDto(href=f"/api/suggestions/{stored.suggestion_id}/apply"),
        )


def _skipped(stored: StoredSuggestion) -> list[datetime] | None:
    series = stored.series
    if series is None:
        return None
    return [series.slot_of(start).start_date_time for start in sorted(series.skipped)] or None
