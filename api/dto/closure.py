"""Closures of resources in JSON (spec 2.4)."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from api.dto.link import LinkDto
from api.dto.scheduled_event import ANOTHER_BOOKING
from api.http.wire import ByName, Instant, Text, Wire
from domain.entities import Closure, Resource
from domain.enums import ResourceType
from persistence.readers.rivals import Rival
from persistence.repositories.closures import MarkedClosure


class MarkResourceUnavailableDto(Wire):
    """When to close a resource, and why. onOverlap: what to do about closures that are there already."""

    start_date_time: Instant
    end_date_time: Instant
    reason: Text | None = None
    on_overlap: Literal["Refuse", "Merge"] = "Refuse"


class MarkResourceAvailableDto(Wire):
    """When to open a resource again; closures that reach beyond are cut."""

    start_date_time: Instant
    end_date_time: Instant


class ClosureDto(Wire):
    """A time in which a resource is closed."""

    resource_availability_id: UUID
    start_date_time: Instant
    end_date_time: Instant
    is_available: Literal[False] = False
    unavailable_reason: str | None = None

    @classmethod
    def of(cls, closure: Closure) -> ClosureDto:
        """The closure in JSON."""
        return cls(**closure_fields(closure))


class MarkedClosureDto(ClosureDto):
    """A closure, with when and by whom it was marked."""

    marked_at: Instant
    marked_by: UUID

    @classmethod
    def of_marked(cls, marked: MarkedClosure) -> MarkedClosureDto:
        """The closure in JSON."""
        return cls(**closure_fields(marked.closure), marked_at=marked.marked_at, marked_by=marked.marked_by)


def closure_fields(closure: Closure) -> dict[str, Any]:
    """What a closure says in JSON."""
    return {
        "resource_availability_id": closure.resource_availability_id,
        "start_date_time": closure.slot.start_date_time,
        "end_date_time": closure.slot.end_date_time,
        "unavailable_reason": closure.reason,
    }


class AffectedBookingDto(Wire):
    """A booking that a closed resource strands, or strands no more. suggestions: where its fixes are."""

    scheduled_event_id: UUID | None = None
    event_title: str
    start_date_time: Instant
    end_date_time: Instant
    suggestions: LinkDto | None = None

    @classmethod
    def of(cls, booking: Rival, *, is_stranded: bool) -> AffectedBookingDto:
        """The booking in JSON; a hidden one has no id and no fixes."""
        key = booking.scheduled_event_id
        href = f"/api/schedules/{key}/suggestions"
        link = LinkDto(method="GET", href=href) if is_stranded and key is not None else None
        return cls(
            scheduled_event_id=key,
            event_title=booking.title or ANOTHER_BOOKING,
            start_date_time=booking.slot.start_date_time,
            end_date_time=booking.slot.end_date_time,
            suggestions=link,
        )


class MarkedUnavailableDto(MarkedClosureDto):
    """A resource that was closed, and the bookings that are stranded by it."""

    resource_id: UUID
    resource_type: Annotated[ResourceType, ByName()]
    stranded_bookings: list[AffectedBookingDto]

    @classmethod
    def closed(
        cls, resource: Resource, marked: MarkedClosure, stranded: tuple[Rival, ...]
    ) -> MarkedUnavailableDto:
        """The closure in JSON."""
        return cls(
            **dict(MarkedClosureDto.of_marked(marked)),
            resource_id=resource.resource_id,
            resource_type=resource.resource_type,
            stranded_bookings=[AffectedBookingDto.of(one, is_stranded=True) for one in stranded],
        )


class MarkedAvailableDto(Wire):
    """A resource that was opened. closures: what is still closed of those that were cut."""

    resource_id: UUID
    resource_type: Annotated[ResourceType, ByName()]
    start_date_time: Instant
    end_date_time: Instant
    is_available: Literal[True] = True
    closures: list[MarkedClosureDto]
    unblocked_bookings: list[AffectedBookingDto]
