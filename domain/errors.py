"""What can go wrong, without a word of HTTP; `api.http.problems` maps each class to its status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from domain.enums import ConflictLevel, ConflictType
from domain.facts import OverbookingPreventedBySystem
from domain.proposal import Proposal
from domain.time_slot import TimeSlot, as_text

if TYPE_CHECKING:
    from domain.series import AskedSeries


class CallboardException(Exception):
    """The request cannot be carried out."""

    @property
    def detail(self) -> str:
        """The sentence for the caller."""
        return str(self) or (type(self).__doc__ or "").strip()

    @property
    def refused_bookings(self) -> Sequence[ConflictException]:
        """The bookings that were refused: of each that is kept as a fact, though nothing else is."""
        return ()


class ValidationException(CallboardException):
    """The request is not valid.

    errors: messages by field, in the request's own spelling of its fields (camelCase).
    """

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        self.errors = {field: list(messages) for field, messages in errors.items()}
        super().__init__("; ".join(message for messages in self.errors.values() for message in messages))


class FieldException(ValidationException):
    """One field is not valid."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__({field: [message]})


class StartNotBeforeEnd(FieldException):
    """The booking ends before it starts (SCH-001)."""

    def __init__(self) -> None:
        super().__init__("endDateTime", "End time must be after start time")


class SlotTooShort(FieldException):
    """The booking is shorter than the shortest bookable duration (SCH-002)."""

    def __init__(self, minimum: timedelta) -> None:
        minutes = int(minimum.total_seconds() // 60)
        super().__init__("endDateTime", f"Event duration must be at least {minutes} minutes")


class SlotTooLong(FieldException):
    """The booking is longer than the longest bookable duration (SCH-003)."""

    def __init__(self, maximum: timedelta) -> None:
        super().__init__("endDateTime", f"Event duration cannot exceed {maximum.days} days")


class StartsInThePast(FieldException):
    """The booking starts in the past (SCH-004)."""

    def __init__(self) -> None:
        super().__init__("startDateTime", "Start time must be in the future")


class TooManyOccurrences(FieldException):
    """The series asks for more occurrences than a series may have (SCH-006)."""

    def __init__(self, field: str, maximum: int) -> None:
        super().__init__(field, f"Recurring events cannot exceed {maximum} occurrences")


class OverrideReasonMissing(FieldException):
    """An override of overbooking prevention came without a reason (SCH-024)."""

    def __init__(self) -> None:
        super().__init__("override.reason", "An override must include a reason")


class NotFoundException(CallboardException):
    """There is no such thing, or the caller may not know of it."""

    def __init__(self, what: str, identifier: UUID) -> None:
        self.what = what
        self.identifier = identifier
        super().__init__(f"{what} {identifier} does not exist")


class UnauthorizedException(CallboardException):
    """Authentication is required."""


class TooManyAttempts(CallboardException):
    """Too many attempts to sign in. retry_after: how long until there may be another."""

    def __init__(self, retry_after: timedelta) -> None:
        self.retry_after = retry_after
        super().__init__("Too many attempts to sign in; try again later")


class ForbiddenException(CallboardException):
    """The caller's role or grants do not allow this."""


class ApprovalRequired(ForbiddenException):
    """A change this close to the start needs a manager (SCH-005)."""


A_RESOURCE = "a resource"
"""What a resource is called that the viewer may not see."""


class TimeSlotUnavailableException(CallboardException):
    """The resource is closed or outside its working hours. reason: None when the viewer may not know it."""

    def __init__(self, resource_name: str, slot: TimeSlot, reason: str | None = None) -> None:
        self.resource_name = resource_name
        self.slot = slot
        self.reason = reason
        super().__init__(f"{resource_name} is not available" + ("" if reason is None else f": {reason}"))


@dataclass(frozen=True, slots=True)
class RefusedClash:
    """One of the clashes that refused a booking. rival_id: the booking that is there already."""

    rival_id: UUID
    conflict_type: ConflictType
    conflict_level: ConflictLevel
    resource_id: UUID | None


class ConflictException(CallboardException):
    """The selected time slot conflicts with an existing event (SCH-023).

    proposal: the booking that was refused.
    clashes: with what, the worst first.
    """

    def __init__(self, proposal: Proposal, clashes: tuple[RefusedClash, ...]) -> None:
        self.proposal = proposal
        self.clashes = clashes
        super().__init__(self.sentence)

    @property
    def refused_bookings(self) -> Sequence[ConflictException]:
        return (self,)

    def fact(self, attempted_by: UUID, prevented_at: datetime) -> OverbookingPreventedBySystem:
        """What is recorded of the refusal, though the booking itself is rolled back."""
        proposal = self.proposal
        return OverbookingPreventedBySystem(
            proposal.calendar_id, proposal.scheduled_event_id, attempted_by, prevented_at
        )

    sentence: ClassVar[str] = "The selected time slot conflicts with an existing event"


class OverbookingException(ConflictException):
    """The calendar is at its capacity of several events at once (SCH-023)."""

    sentence: ClassVar[str] = "The calendar is at capacity in the selected time slot"


@dataclass(frozen=True, slots=True)
class RefusedOccurrence:
    """One date of a series that clashes. proposal: the booking it was to be."""

    proposal: Proposal
    clashes: tuple[RefusedClash, ...]


class SeriesConflictException(ConflictException):
    """Some dates of a series conflict with existing events (SCH-023).

    occurrences: those dates, in order. asked: how many dates were asked for.
    asked_series: the new series that was refused; None for a change of one.
    """

    def __init__(
        self,
        occurrences: tuple[RefusedOccurrence, ...],
        asked: int,
        asked_series: AskedSeries | None = None,
    ) -> None:
        self.occurrences = tuple(sorted(occurrences, key=lambda one: one.proposal.slot))
        self.asked = asked
        self.asked_series = asked_series
        clashes = tuple(clash for one in self.occurrences for clash in one.clashes)
        super().__init__(self.occurrences[0].proposal, clashes)

    @property
    def detail(self) -> str:
        """The sentence for the caller."""
        count = len(self.occurrences)
        return f"{count} of the {self.asked} dates conflict{'s' if count == 1 else ''} with existing events"


class SeriesUnavailableException(TimeSlotUnavailableException):
    """Something is closed, or outside its working hours, on some dates of a series.

    dates: what is closed, a date each, in order.
    """

    def __init__(self, dates: tuple[TimeSlotUnavailableException, ...]) -> None:
        self.dates = tuple(sorted(dates, key=lambda one: one.slot))
        first = self.dates[0]
        super().__init__(first.resource_name, first.slot, first.reason)

    @property
    def detail(self) -> str:
        """The sentence for the caller."""
        first = self.dates[0]
        count = len(self.dates) - 1
        more = f", and {count} more date{'' if count == 1 else 's'}" if count else ""
        reason = "" if first.reason is None else f": {first.reason}"
        starts = as_text(first.slot.start_date_time)
        return f"{first.resource_name} is not available at {starts}{reason}{more}"


class StateConflict(CallboardException):
    """The thing is not in a state that allows this."""


class StaleVersion(CallboardException):
    """The thing has changed since the caller read it."""

    code: ClassVar[str] = "StaleVersion"
