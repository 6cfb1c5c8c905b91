"""Conflicts in JSON (spec 8.4, 17.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from api.dto.scheduled_event import ANOTHER_BOOKING
from api.dto.suggestion import SuggestionDto
from api.http.wire import ByName, Instant, Wire
from domain.advice import StoredSuggestion
from domain.enums import ConflictLevel, ConflictStatus, ConflictType, ResolutionMethod
from domain.time_slot import TimeSlot
from persistence.readers.conflicts import ConflictView


class OverlapDto(Wire):
    """The time both bookings take of what they clash over, setup and teardown included."""

    start_date_time: Instant
    end_date_time: Instant

    @classmethod
    def of(cls, slot: TimeSlot) -> OverlapDto:
        """The range in JSON."""
        return cls(start_date_time=slot.start_date_time, end_date_time=slot.end_date_time)


class ConflictDto(Wire):
    """What is always said of a conflict. A hidden booking has no id and the title "another booking".

    dates: of a series that clashes again and again, when each clash starts; the conflict is said once.
    """

    schedule_conflict_id: UUID
    scheduled_event_id: UUID | None = None
    scheduled_event_title: str
    conflicting_event_id: UUID | None = None
    conflicting_event_title: str
    conflict_type: Annotated[ConflictType, ByName()]
    conflict_level: Annotated[ConflictLevel, ByName()]
    status: Annotated[ConflictStatus, ByName()]
    detected_at: Instant
    resolved_at: Instant | None = None
    resolution_method: Annotated[ResolutionMethod, ByName()] | None = None
    dates: list[Instant] | None = None


class ConflictListItemDto(ConflictDto):
    """A conflict in a list."""

    resource_id: UUID | None = None
    resource_name: str | None = None

    @classmethod
    def of(cls, view: ConflictView) -> ConflictListItemDto:
        """The conflict in JSON."""
        return cls(**_fields(view), **_resource_fields(view))


class ConflictDetailDto(ConflictDto):
    """A conflict with what could be done about it."""

    suggested_resolutions: list[str]
    suggestions: list[SuggestionDto]
    overlap: OverlapDto | None = None
    resource_id: UUID | None = None
    resource_name: str | None = None
    escalated_at: Instant | None = None
    escalated_to: UUID | None = None
    escalation_reason: str | None = None
    note: str | None = None

    @classmethod
    def of(cls, view: ConflictView, suggestions: Sequence[StoredSuggestion]) -> ConflictDetailDto:
        """The conflict in JSON."""
        conflict = view.conflict
        return cls(
            **_fields(view),
            suggested_resolutions=[one.suggestion.summary for one in suggestions],
            suggestions=[SuggestionDto.of(one) for one in suggestions],
            overlap=None if view.overlap is None else OverlapDto.of(view.overlap),
            **_resource_fields(view),
            escalated_at=conflict.escalated_at,
            escalated_to=conflict.escalated_to,
            escalation_reason=conflict.escalation_reason,
            note=conflict.note,
        )


def _fields(view: ConflictView) -> dict[str, Any]:
    conflict, scheduled, conflicting = view.conflict, view.scheduled, view.conflicting
    return {
        "schedule_conflict_id": conflict.schedule_conflict_id,
        "scheduled_event_id": scheduled and scheduled.scheduled_event_id,
        "scheduled_event_title": scheduled.title if scheduled else ANOTHER_BOOKING,
        "conflicting_event_id": conflicting and conflicting.scheduled_event_id,
        "conflicting_event_title": conflicting.title if conflicting else ANOTHER_BOOKING,
        "conflict_type": conflict.conflict_type,
        "conflict_level": conflict.conflict_level,
        "status": conflict.status,
        "detected_at": conflict.detected_at,
        "resolved_at": conflict.resolved_at,
        "resolution_method": conflict.resolution_method,
        "dates": list(view.dates) or None,
    }


def _resource_fields(view: ConflictView) -> dict[str, Any]:
    return {"resource_id": view.conflict.resource_id, "resource_name": view.resource_name}
