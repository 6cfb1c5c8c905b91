"""Availability in JSON (spec 8.5, 8.6, 17.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field, PlainSerializer, WithJsonSchema

from api.dto.closure import ClosureDto
from api.dto.resource import Count
from api.dto.scheduled_event import ANOTHER_BOOKING
from api.http.wire import ByName, Instant, Wire
from domain.availability import BULK_LIMIT, Reason, ReasonCode
from domain.enums import ResourceType
from domain.time_slot import TimeSlot
from persistence.readers.rivals import Rival

BufferMinutes = Annotated[int, Field(strict=True, ge=0, le=10_080)]


def clock_time(duration: timedelta) -> str:
    """HH:MM:SS; hours go beyond 24."""
    seconds = int(duration.total_seconds())
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}"


Duration = Annotated[
    timedelta,
    PlainSerializer(clock_time, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["04:00:00"]}),
]


class ReasonDto(Wire):
    """Why a slot is not available. refuses: whether a booking of it is refused, or made with a conflict.

    until: when this reason ends, where that can be said.
    """

    code: Annotated[ReasonCode, ByName()]
    detail: str
    refuses: bool
    until: Instant | None = None

    @classmethod
    def of(cls, reason: Reason, told: Told) -> ReasonDto:
        """The reason in JSON."""
        return cls(code=reason.code, detail=told.detail(reason), refuses=reason.refuses, until=reason.until)


class TimeSlotDto(Wire):
    """A stretch of time; a slot that is not available says why."""

    start_date_time: Instant
    end_date_time: Instant
    duration: Duration
    is_available: bool
    reasons: list[ReasonDto] | None = None

    @classmethod
    def of(cls, slot: TimeSlot, reasons: list[ReasonDto] | None = None) -> TimeSlotDto:
        """The slot in JSON."""
        return cls(
            start_date_time=slot.start_date_time,
            end_date_time=slot.end_date_time,
            duration=slot.duration,
            is_available=not reasons,
            reasons=reasons or None,
        )


class ResourceAvailabilityDto(Wire):
    """Whether a resource is available for the whole of a time, and where it is free within it.

    availableSlots: the free ranges. closures: only where they were asked for.
    """

    resource_id: UUID
    resource_name: str
    resource_type: Annotated[ResourceType, ByName()]
    check_start_time: Instant
    check_end_time: Instant
    quantity: int
    buffer_minutes: int
    is_available: bool
    unavailable_reason: str | None = None
    reasons: list[ReasonDto] | None = None
    available_slots: list[TimeSlotDto]
    closures: list[ClosureDto] | None = None


class AvailabilitySlotsDto(Wire):
    """The slots of a resource, 30 minutes apart, free and blocked."""

    resource_id: UUID
    resource_name: str
    resource_type: Annotated[ResourceType, ByName()]
    duration: Duration
    quantity: int
    buffer_minutes: int
    slots: list[TimeSlotDto]


class CheckAvailabilityDto(Wire):
    """Which resource, how many of it, and when. bufferMinutes: kept free around; 15 unless set otherwise."""

    resource_id: UUID
    start_date_time: Instant
    end_date_time: Instant
    quantity: Count = 1
    buffer_minutes: BufferMinutes | None = None


class WantedResourceDto(Wire):
    """A resource and how many of it."""

    resource_id: UUID
    quantity: Count = 1


class CheckMultipleDto(Wire):
    """Up to 50 resources (SCH-033), as ids or, where more than one piece is wanted, with quantities."""

    resource_ids: Annotated[list[UUID], Field(min_length=1, max_length=BULK_LIMIT)] | None = None
    resources: Annotated[list[WantedResourceDto], Field(min_length=1, max_length=BULK_LIMIT)] | None = None
    start_date_time: Instant
    end_date_time: Instant
    buffer_minutes: BufferMinutes | None = None


class MultipleAvailabilityDto(Wire):
    """The answer for each resource, in the order asked. allAvailable: whether all are, at once."""

    check_start_time: Instant
    check_end_time: Instant
    all_available: bool
    results: list[ResourceAvailabilityDto]


class Told:
    """Says reasons as the viewer may hear them: a hidden booking is "another booking"."""

    def __init__(self, rivals: Mapping[UUID, Rival], buffer: timedelta) -> None:
        self._rivals = rivals
        self._buffer_minutes = int(buffer.total_seconds() // 60)

    def detail(self, reason: Reason) -> str:
        """The sentence."""
        match reason.code:
            case ReasonCode.Past:
                return "It starts in the past"
            case ReasonCode.TooShort:
                return "It is shorter than the shortest booking"
            case ReasonCode.TooLong:
                return "It is longer than the longest booking"
            case ReasonCode.Inactive:
                return "Not in use"
            case ReasonCode.OverCapacity:
                return f"Only {reason.free} of {reason.total} are free"
            case ReasonCode.Closed:
                return f"Closed: {reason.note}" if reason.note else "Closed"
            case ReasonCode.OutsideWorkingHours:
                return "Outside its working hours"
            case ReasonCode.Booked:
                return f"Already booked for {self._rival(reason)}"
            case ReasonCode.Buffer:
                return f"Within {self._buffer_minutes} minutes of {self._rival(reason)}"

    def reasons(self, reasons: tuple[Reason, ...]) -> list[ReasonDto]:
        """The reasons in JSON."""
        return [ReasonDto.of(one, self) for one in reasons]

    def _rival(self, reason: Reason) -> str:
        rival = self._rivals.get(reason.rivals[0])
        return (rival.title if rival is not None else None) or ANOTHER_BOOKING
