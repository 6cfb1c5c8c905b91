"""Series of bookings: a rule in wall-clock time, and the occurrences it was expanded into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.entities import Claim
from domain.enums import ScheduleStatus
from domain.proposal import Proposal
from domain.recurrence.expansion import occurrence_slot
from domain.recurrence.pattern import RecurrencePattern
from domain.suggestion import Placement
from domain.time_slot import TimeSlot


@dataclass(frozen=True, slots=True)
class Series:
    """A series as it is kept; its occurrences are bookings.

    first_start: what the clock in its zone shows when the first occurrence starts (naive).
    duration: of each occurrence, exact across a change of clocks.
    """

    series_id: UUID
    event_id: UUID
    calendar_id: UUID
    owner_id: UUID
    first_start: datetime
    duration: timedelta
    time_zone: str
    pattern: RecurrencePattern
    created_at: datetime
    created_by: UUID
    modified_at: datetime | None = None
    modified_by: UUID | None = None
    version: int = 1

    def slot_of(self, original_start: datetime) -> TimeSlot:
        """When the occurrence takes place that its rule starts then (naive)."""
        return occurrence_slot(original_start, self.duration, ZoneInfo(self.time_zone))


def version_of(series_version: int, occurrence_versions: Iterable[int]) -> int:
    """A number that grows with every change of a series or of one of its occurrences, for If-Match.

    series_version: as stored; what an occurrence counted for when it leaves is to be added to it.
    """
    return series_version + sum(one - 1 for one in occurrence_versions)


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """A series as it is asked for.

    claims: what every occurrence uses besides the resource that owns the calendar.
    skipped: original starts (naive) that are left out.
    moved: by original start, where an occurrence goes instead.
    """

    series_id: UUID
    event_id: UUID
    calendar_id: UUID
    first_start: datetime
    duration: timedelta
    time_zone: str
    pattern: RecurrencePattern
    status: ScheduleStatus
    created_at: datetime
    claims: tuple[Claim, ...] = ()
    hold_expires_at: datetime | None = None
    override_reason: str | None = None
    skipped: frozenset[datetime] = frozenset()
    moved: Mapping[datetime, Placement] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def slot_of(self, original_start: datetime) -> TimeSlot:
        """When the occurrence is to take place that the rule starts then, unless it is moved."""
        return occurrence_slot(original_start, self.duration, self.zone)

    def proposal(self, scheduled_event_id: UUID, original_start: datetime) -> Proposal:
        """What the occurrence is to be."""
        proposal = Proposal(
            scheduled_event_id=scheduled_event_id,
            event_id=self.event_id,
            calendar_id=self.calendar_id,
            slot=self.slot_of(original_start),
            time_zone=self.time_zone,
            status=self.status,
            created_at=self.created_at,
            claims=self.claims,
            hold_expires_at=self.hold_expires_at,
            override_reason=self.override_reason,
        )
        place = self.moved.get(original_start)
        if place is None:
            return proposal
        return replace(proposal, calendar_id=place.calendar_id, slot=place.slot, claims=place.claims)


@dataclass(frozen=True, slots=True)
class AskedSeries:
    """A series as it was asked for, with what each of its dates was to be.

    proposals: by original start (naive), those left out not among them.
    """

    request: SeriesRequest
    proposals: Mapping[datetime, Proposal]

    def original_start(self, scheduled_event_id: UUID) -> datetime:
        """Which date a proposal was to be."""
        return next(
            start for start, one in self.proposals.items() if one.scheduled_event_id == scheduled_event_id
        )
