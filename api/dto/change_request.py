"""A change to a booking, as its PUT or its reschedule was asked for it."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field, model_validator

from api.dto.scheduled_event import MAXIMUM_CLAIMS, OverrideDto, ResourceClaimDto
from api.dto.time_zone import TimeZone
from api.http.wire import Instant, Text, Wire
from domain.entities import Claim
from domain.time_slot import TimeSlot

Scope = Literal["this", "thisAndFollowing", "all"]

_WHOLE = ("eventId", "calendarId", "timeZone")


class RescheduleEventDto(Wire):
    """Where a booking is to go. scope: of an occurrence, how much of its series goes with it."""

    start_date_time: Instant
    end_date_time: Instant
    scope: Scope | None = None
    reason: Text | None = None
    override: OverrideDto | None = None

    @property
    def slot(self) -> TimeSlot:
        return TimeSlot(self.start_date_time, self.end_date_time)

    @property
    def override_reason(self) -> str | None:
        return None if self.override is None else self.override.reason


class RejectChangeDto(Wire):
    """Why a change that waits is not made."""

    reason: Text | None = None


class ChangeRequestDto(RescheduleEventDto):
    """Takes either body: with an event, a calendar and a zone it is that of a PUT."""

    event_id: UUID | None = None
    calendar_id: UUID | None = None
    time_zone: TimeZone | None = None
    resources: list[ResourceClaimDto] = Field(default_factory=list, max_length=MAXIMUM_CLAIMS)

    @model_validator(mode="after")
    def _is_either(self) -> ChangeRequestDto:
        given = (self.event_id, self.calendar_id, self.time_zone)
        missing = [name for name, value in zip(_WHOLE, given, strict=True) if value is None]
        if 0 < len(missing) < len(_WHOLE) or (missing and self.resources):
            raise ValueError(f"A change of more than the time needs {', '.join(missing)} as well")
        return self

    @property
    def claims(self) -> tuple[Claim, ...]:
        return tuple(one.claim() for one in self.resources)
