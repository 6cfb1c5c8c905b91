"""Bookings in JSON (spec 8.1, 8.2, 17.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from api.dto.link import LinkDto
from api.dto.recurrence import RecurrencePattern
from api.dto.time_zone import TimeZone
from api.http.wire import ByName, Instant, Text, Wire
from domain.entities import Claim
from domain.enums import (
    ClaimRole,
    ConflictLevel,
    ConflictStatus,
    ConflictType,
    RecurrenceType,
    ScheduleStatus,
)
from domain.recurrence.pattern import RecurrencePattern as Pattern
from domain.time_slot import TimeSlot
from persistence.readers.bookings import BookingDetail, BookingSummary, ConflictSummary
from persistence.repositories.change_requests import ChangeRequest

ANOTHER_BOOKING = "another booking"
"""What a booking is called that the viewer may not see."""

ANOTHER_CALENDAR = "another calendar"
"""What the calendar of one's own booking is called when one may not see it."""

_ACTIONS: dict[str, Literal["Update", "Reschedule", "Remove"]] = {
    "UpdateScheduledEvent": "Update",
    "RescheduleEvent": "Reschedule",
    "RemoveEventFromCalendar": "Remove",
}

MAXIMUM_CLAIMS = 50
MAXIMUM_SKIPPED = 1_000


class ResourceClaimDto(Wire):
    """What a booking uses of one resource."""

    resource_id: UUID
    # Of a default the schema would otherwise tell the number.
    role: Annotated[ClaimRole, ByName()] = Field(
        default=ClaimRole.Primary, json_schema_extra={"default": ClaimRole.Primary.name}
    )
    quantity: int = Field(default=1, strict=True, ge=1, le=1_000_000)

    @classmethod
    def of(cls, claim: Claim) -> ResourceClaimDto:
        """The claim in JSON."""
        return cls(resource_id=claim.resource_id, role=claim.role, quantity=claim.quantity)

    def claim(self) -> Claim:
        """The claim the caller asks for."""
        return Claim(self.resource_id, self.role, self.quantity)


class OverrideDto(Wire):
    """Why a full slot is booked all the same (SCH-024)."""

    reason: Text


class BookingRequestDto(Wire):
    """An event on a calendar at a time, and what it uses besides."""

    event_id: UUID
    calendar_id: UUID
    start_date_time: Instant
    end_date_time: Instant
    time_zone: TimeZone
    recurrence_pattern: RecurrencePattern | None = None
    resources: list[ResourceClaimDto] = Field(default_factory=list, max_length=MAXIMUM_CLAIMS)
    override: OverrideDto | None = None

    @property
    def slot(self) -> TimeSlot:
        return TimeSlot(self.start_date_time, self.end_date_time)

    @property
    def claims(self) -> tuple[Claim, ...]:
        return tuple(one.claim() for one in self.resources)

    @property
    def override_reason(self) -> str | None:
        return None if self.override is None else self.override.reason

    @property
    def pattern(self) -> Pattern | None:
        """How it repeats; None for a single booking."""
        if self.recurrence_pattern is None or self.recurrence_pattern.type is RecurrenceType.NONE:
            return None
        return self.recurrence_pattern.pattern()


class ScheduleEventDto(BookingRequestDto):
    """A new booking, or a series of them; `status: "Tentative"` makes it a hold.

    skippedOccurrences: starts of a series that are left out.
    """

    status: Literal["Scheduled", "Tentative"] = "Scheduled"
    hold_expires_at: Instant | None = None
    skipped_occurrences: list[Instant] = Field(default_factory=list, max_length=MAXIMUM_SKIPPED)

    @field_validator("hold_expires_at")
    @classmethod
    def _only_holds_expire(cls, value: datetime | None, info: ValidationInfo) -> datetime | None:
        if value is not None and info.data.get("status") == "Scheduled":
            raise ValueError('Only a hold (status "Tentative") expires')
        return value


class ConflictSummaryDto(Wire):
    """An open conflict of a booking, seen from that booking. dates: of a series, when they meet."""

    schedule_conflict_id: UUID
    conflicting_event_id: UUID | None = None
    conflicting_event_title: str
    conflict_type: Annotated[ConflictType, ByName()]
    conflict_level: Annotated[ConflictLevel, ByName()]
    status: Annotated[ConflictStatus, ByName()]
    dates: list[Instant] | None = None

    @classmethod
    def of(cls, conflict: ConflictSummary) -> ConflictSummaryDto:
        """The conflict in JSON; a hidden rival has no id."""
        return cls(
            schedule_conflict_id=conflict.schedule_conflict_id,
            conflicting_event_id=conflict.conflicting_event_id,
            conflicting_event_title=conflict.conflicting_event_title or ANOTHER_BOOKING,
            conflict_type=conflict.conflict_type,
            conflict_level=conflict.conflict_level,
            status=conflict.status,
            dates=list(conflict.dates) or None,
        )


class ScheduledEventSummaryDto(Wire):
    """A booking in a list. originalStart: of an occurrence of a series, the start its rule gives it."""

    scheduled_event_id: UUID
    event_id: UUID
    event_title: str
    calendar_id: UUID
    calendar_name: str
    start_date_time: Instant
    end_date_time: Instant
    time_zone: str
    status: Annotated[ScheduleStatus, ByName()]
    conflict_level: Annotated[ConflictLevel, ByName()]
    is_blocked: bool
    block_reason: str | None = None
    hold_expires_at: Instant | None = None
    series_id: UUID | None = None
    original_start: Instant | None = None

    @classmethod
    def of(cls, summary: BookingSummary) -> ScheduledEventSummaryDto:
        """The booking in JSON."""
        return cls(**_summary_fields(summary))


class PendingChangeDto(Wire):
    """A change that waits for a manager, until it lapses.

    action: what it does. calendarId, startDateTime, endDateTime: where the booking is to be, if that changes.
    """

    action: Literal["Update", "Reschedule", "Remove"]
    calendar_id: UUID | None = None
    start_date_time: Instant | None = None
    end_date_time: Instant | None = None
    reason: str | None = None
    requested_by: UUID | None = None
    requested_at: Instant
    lapses_at: Instant
    approve: LinkDto
    reject: LinkDto

    @classmethod
    def of(cls, change: ChangeRequest) -> PendingChangeDto:
        """The change in JSON, with the calls that decide it."""
        slot, path = change.slot, f"/api/schedules/{change.schedule_id}"
        return cls(
            action=_ACTIONS[change.command],
            calendar_id=change.calendar_id,
            start_date_time=None if slot is None else slot.start_date_time,
            end_date_time=None if slot is None else slot.end_date_time,
            reason=change.reason,
            requested_by=change.requested_by,
            requested_at=change.requested_at,
            lapses_at=change.lapses_at,
            approve=LinkDto(method="POST", href=f"{path}/approve"),
            reject=LinkDto(method="POST", href=f"{path}/reject"),
        )


class ScheduledEventDetailDto(ScheduledEventSummaryDto):
    """A booking with its open conflicts, and what it claims besides its calendar's owner.

    A whole series is told like a booking at the time of its first occurrence, with all its occurrences.
    holdRank: of a hold, 1 for the first to arrive of those that want some of the same; it moves up when one
    before it goes.
    """

    recurrence_pattern: RecurrencePattern | None = None
    conflicts: list[ConflictSummaryDto]
    resources: list[ResourceClaimDto] | None = None
    occurrences: list[ScheduledEventSummaryDto] | None = None
    pending_change: PendingChangeDto | None = None
    hold_rank: int | None = None

    @classmethod
    def of_detail(cls, detail: BookingDetail) -> ScheduledEventDetailDto:
        """The booking in JSON."""
        pattern = detail.summary.pattern
        return cls(
            **_summary_fields(detail.summary),
            recurrence_pattern=None if pattern is None else RecurrencePattern.of(pattern),
            conflicts=[ConflictSummaryDto.of(one) for one in detail.conflicts],
            resources=[ResourceClaimDto.of(one) for one in detail.claims] or None,
            occurrences=[ScheduledEventSummaryDto.of(one) for one in detail.occurrences] or None,
            pending_change=None if detail.waiting is None else PendingChangeDto.of(detail.waiting),
            hold_rank=detail.hold_rank,
        )


def _summary_fields(summary: BookingSummary) -> dict[str, Any]:
    return {
        "scheduled_event_id": summary.scheduled_event_id,
        "event_id": summary.event_id,
        "event_title": summary.event_title,
        "calendar_id": summary.calendar_id,
        "calendar_name": ANOTHER_CALENDAR if summary.calendar_name is None else summary.calendar_name,
        "start_date_time": summary.slot.start_date_time,
        "end_date_time": summary.slot.end_date_time,
        "time_zone": summary.time_zone,
        "status": summary.status,
        "conflict_level": summary.conflict_level,
        "is_blocked": summary.is_blocked,
        "block_reason": summary.block_reason,
        "hold_expires_at": (summary.hold_expires_at if summary.status is ScheduleStatus.Tentative else None),
        "series_id": summary.series_id,
        "original_start": summary.original_start,
    }
