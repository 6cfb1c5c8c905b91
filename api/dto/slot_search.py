"""Compound slot search in JSON."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Discriminator, Field, Tag

from api.advice.slot_search import SlotSearchAnswer, UnlockedSlot
from api.advice.wanted import AnyOf, CalendarPlace, Wanted, WantedKind
from api.dto.availability import BufferMinutes
from api.dto.resource import Count, Feature, People
from api.dto.scheduled_event import ResourceClaimDto
from api.dto.suggestion import SuggestionDto
from api.dto.time_zone import TimeZone
from api.dto.working_hours import ClockTime
from api.http.wire import ByName, Instant, Wire, format_instant
from domain.enums import ResourceType
from domain.slot_grid import SlotGrid
from domain.time_slot import TimeSlot
from persistence.readers.availability import Premises
from solver.slot_finder import CandidateReport, FoundOccurrence, FoundSlot

MAXIMUM_GROUPS = 8
MAXIMUM_LIMIT = 100
_EVERY_DAYS = {"Day": 1, "Week": 7}


class WindowDto(Wire):
    """From when to when is looked; all occurrences lie within."""

    from_: Annotated[Instant, Field(alias="from")]
    to: Instant


class OccurrencesDto(Wire):
    """How often, and how far apart: `{"count": 3, "every": "Day"}` is three nights running."""

    count: Annotated[int, Field(strict=True, ge=1, le=31)]
    every: Literal["Day", "Week"] = "Day"


class ResourceKindDto(Wire):
    """Any resource of a type that holds enough people and has all features."""

    resource_type: Annotated[ResourceType, ByName()]
    minimum_capacity: People | None = None
    features: Annotated[list[Feature], Field(max_length=50)] = Field(default_factory=list)


def _arm(value: Any) -> str:  # noqa: ANN401
    return "<ids>" if isinstance(value, list) else "<kind>"


ResourceIds = Annotated[list[UUID], Field(min_length=1, max_length=200)]


class AnyOfDto(Wire):
    """So many of the resources named, or of a kind. quantity: how many pieces of each."""

    any_of: Annotated[
        Annotated[ResourceIds, Tag("<ids>")] | Annotated[ResourceKindDto, Tag("<kind>")], Discriminator(_arm)
    ]
    count: Annotated[int, Field(strict=True, ge=1, le=200)] = 1
    quantity: Count = 1

    def wanted(self) -> AnyOf:
        """What is asked for."""
        if isinstance(self.any_of, list):
            return AnyOf(tuple(self.any_of), self.count, self.quantity)
        kind = self.any_of
        wanted = WantedKind(kind.resource_type, kind.minimum_capacity, frozenset(kind.features))
        return AnyOf(wanted, self.count, self.quantity)


class SlotSearchDto(Wire):
    """What to look for: resources of every group at once, for a time, once or several days running.

    dailyFrom, dailyTo: local wall-clock times between which it starts and ends. stepMinutes: between starts.
    bufferMinutes: kept free of other bookings; 15 unless set otherwise.
    calendarId: where it is to be booked; without one, on the calendar of the venue that is found.
    eventId: goes into the bodies that book what is found.
    """

    duration_minutes: Annotated[int, Field(strict=True, ge=1, le=14_400_000)]
    window: WindowDto
    time_zone: TimeZone | None = None
    daily_from: ClockTime | None = None
    daily_to: ClockTime | None = None
    step_minutes: Annotated[int, Field(strict=True, ge=5, le=1_440)] = 30
    buffer_minutes: BufferMinutes | None = None
    occurrences: OccurrencesDto | None = None
    all_of: Annotated[list[AnyOfDto], Field(min_length=1, max_length=MAXIMUM_GROUPS)]
    calendar_id: UUID | None = None
    event_id: UUID | None = None
    limit: Annotated[int, Field(strict=True, ge=1, le=MAXIMUM_LIMIT)] = 10

    def wanted(self, default_zone: str) -> Wanted:
        """What is asked for."""
        repeated = self.occurrences or OccurrencesDto(count=1)
        grid = SlotGrid(
            window=TimeSlot(self.window.from_, self.window.to),
            duration=timedelta(minutes=self.duration_minutes),
            zone=ZoneInfo(self.time_zone or default_zone),
            step_minutes=self.step_minutes,
            daily_from=_minute(self.daily_from or "00:00"),
            daily_to=None if self.daily_to is None else _minute(self.daily_to),
            count=repeated.count,
            every_days=_EVERY_DAYS[repeated.every],
        )
        groups = tuple(one.wanted() for one in self.all_of)
        buffer = None if self.buffer_minutes is None else timedelta(minutes=self.buffer_minutes)
        return Wanted(grid, groups, buffer, self.calendar_id, self.event_id)


class NamedResourceDto(Wire):
    """A resource that was chosen."""

    resource_id: UUID
    resource_name: str


class OccurrenceDto(Wire):
    """One of the times, and by group the resources it takes."""

    start_date_time: Instant
    end_date_time: Instant
    groups: list[list[NamedResourceDto]]


class ScoreDto(Wire):
    """How good a slot is, lower being better; the terms add up to the total.

    waiting: hours until it starts. preference: places down the lists. changes: resources that change by day.
    """

    total: int
    terms: dict[str, int]


class BookCallDto(Wire):
    """A call that books one of the times; it needs an eventId where none was given."""

    method: Literal["POST"] = "POST"
    href: Literal["/api/schedules"] = "/api/schedules"
    body: dict[str, Any]


class FoundSlotDto(Wire):
    """A slot in which all that is wanted is free. book: absent where no calendar is there to book it on."""

    occurrences: list[OccurrenceDto]
    same_resources: bool
    score: ScoreDto
    book: list[BookCallDto] | None = None


class BlockedCandidateDto(Wire):
    """How many of the starts looked at a resource is free at, and what keeps it from the others."""

    resource_id: UUID
    resource_name: str
    free: int
    closed: int
    booked: int


class BlockedGroupDto(Wire):
    """At how many starts enough of a group are free, whatever the other groups are."""

    free: int
    candidates: list[BlockedCandidateDto]


class BlockingDto(Wire):
    """Why there is no slot."""

    detail: str
    starts_looked_at: int
    groups: list[BlockedGroupDto]


class UnlockDto(Wire):
    """A slot that becomes free when a suggestion is applied, which moves other bookings (Manager)."""

    occurrences: list[OccurrenceDto]
    suggestion: SuggestionDto
    book: list[BookCallDto] | None = None


class SlotSearchResultDto(Wire):
    """The best slots, best first. Where there is none: what blocks, and for managers what to move."""

    slots: list[FoundSlotDto]
    blocking: BlockingDto | None = None
    unlock: list[UnlockDto] | None = None


class SlotSearchTold:
    """Puts an answer into JSON for the one who asked."""

    def __init__(self, answer: SlotSearchAnswer, asked: SlotSearchDto) -> None:
        self._answer = answer
        self._asked = asked
        self._premises: Premises = answer.premises
        self._zone = str(answer.query.grid.zone)

    def result(self) -> SlotSearchResultDto:
        """The whole answer."""
        answer = self._answer
        if answer.slots:
            return SlotSearchResultDto(slots=[self._slot(one) for one in answer.slots])
        unlocks = [self._unlock(one) for one in answer.unlocks]
        return SlotSearchResultDto(slots=[], blocking=self._blocking(), unlock=unlocks or None)

    def _slot(self, found: FoundSlot) -> FoundSlotDto:
        return FoundSlotDto(
            occurrences=[self._occurrence(one) for one in found.occurrences],
            same_resources=found.same_resources,
            score=ScoreDto(total=found.score, terms=dict(found.terms)),
            book=self._book(found.occurrences),
        )

    def _unlock(self, found: UnlockedSlot) -> UnlockDto:
        return UnlockDto(
            occurrences=[self._occurrence(one) for one in found.occurrences],
            suggestion=SuggestionDto.of(found.suggestion),
            book=self._book(found.occurrences),
        )

    def _occurrence(self, found: FoundOccurrence) -> OccurrenceDto:
        return OccurrenceDto(
            start_date_time=found.slot.start_date_time,
            end_date_time=found.slot.end_date_time,
            groups=[
                [NamedResourceDto(resource_id=key, resource_name=self._name(key)) for key in some]
                for some in found.groups[: self._answer.shown_groups]
            ],
        )

    def _book(self, occurrences: tuple[FoundOccurrence, ...]) -> list[BookCallDto] | None:
        calls = [(one, self._answer.place(one)) for one in occurrences]
        if any(place is None for _, place in calls):
            return None
        return [BookCallDto(body=self._body(one, place)) for one, place in calls if place is not None]

    def _body(self, occurrence: FoundOccurrence, place: CalendarPlace) -> dict[str, Any]:
        event = {} if self._asked.event_id is None else {"eventId": str(self._asked.event_id)}
        claims = [ResourceClaimDto.of(one).model_dump(mode="json", by_alias=True) for one in place.claims]
        return {
            **event,
            "calendarId": str(place.calendar.calendar_id),
            "startDateTime": format_instant(occurrence.slot.start_date_time),
            "endDateTime": format_instant(occurrence.slot.end_date_time),
            "timeZone": self._zone,
            "resources": claims,
        }

    def _blocking(self) -> BlockingDto:
        reports = self._answer.reports
        never = [index for index, one in enumerate(reports) if one.free == 0]
        looked_at = self._answer.starts_looked_at
        if not looked_at:
            detail = "No start lies in the window: it is past, or too short for all occurrences"
        elif never:
            named = " and ".join(f"allOf[{index}]" for index in never)
            detail = f"At no time are enough of {named} free"
        else:
            detail = "Every group is free at some time, but never all at once"
        return BlockingDto(
            detail=detail,
            starts_looked_at=looked_at,
            groups=[
                BlockedGroupDto(free=one.free, candidates=[self._candidate(each) for each in one.candidates])
                for one in reports
            ],
        )

    def _candidate(self, report: CandidateReport) -> BlockedCandidateDto:
        return BlockedCandidateDto(
            resource_id=report.resource_id,
            resource_name=self._name(report.resource_id),
            free=report.free,
            closed=report.closed,
            booked=report.taken,
        )

    def _name(self, resource_id: UUID) -> str:
        return self._premises.resources[resource_id].name


def _minute(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
