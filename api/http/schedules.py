"""/api/schedules: bookings (spec 4.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from api.dto.change_request import RejectChangeDto, RescheduleEventDto, Scope
from api.dto.scheduled_event import (
    BookingRequestDto,
    ScheduledEventDetailDto,
    ScheduledEventSummaryDto,
    ScheduleEventDto,
)
from api.features.approve_change import ApproveChange
from api.features.confirm_schedule import ConfirmSchedule
from api.features.get_occurrence import GetOccurrence
from api.features.get_scheduled_event_by_id import GetScheduledEventById
from api.features.get_scheduled_events import GetScheduledEvents
from api.features.reject_change import RejectChange
from api.features.remove_event_from_calendar import RemoveEventFromCalendar
from api.features.reschedule_event import RescheduleEvent
from api.features.update_scheduled_event import UpdateScheduledEvent
from api.http.at_least import at_least
from api.http.endpoint import Endpoint
from api.http.paging import DEFAULT_LIMIT, Cursor, Limit, Page
from api.http.problem_docs import problem_docs
from api.http.request import BusOf, DryRun, ExpectedVersion, ViewerOf, etag
from api.http.schedule_command import command_of
from api.http.sorting import Order, SortedList, SortKey
from api.http.wire import ByName, Instant, JsonResponse, Text
from domain.enums import ConflictLevel, Role, ScheduleStatus
from persistence.readers.bookings import BookingDetail, BookingFilter, BookingSummary

router = APIRouter(prefix="/api/schedules", tags=["schedules"], route_class=Endpoint)

_WAITS: dict[int | str, dict[str, Any]] = {
    202: {
        "model": ScheduledEventDetailDto,
        "description": "The start is near: the change waits for a manager as `pendingChange` (SCH-005)",
    }
}
CHANGE_PROBLEMS = {**_WAITS, **problem_docs(400, 403, 404, 409, 412, 422)}

ScheduleId = Annotated[
    UUID, Path(alias="scheduleId", description="The booking's or series' scheduledEventId")
]
OriginalStart = Annotated[
    Instant, Path(alias="originalStart", description="The start that the series' rule gives the occurrence")
]
Reason = Annotated[Text | None, Query(description="Why, for the audit log")]


_LIST = SortedList[BookingSummary](
    {
        "startDateTime": SortKey(lambda one: one.slot.start_date_time, datetime),
        "endDateTime": SortKey(lambda one: one.slot.end_date_time, datetime),
        "eventTitle": SortKey(lambda one: one.event_title),
    },
    lambda one: one.scheduled_event_id,
)


@router.get("", response_model=Page[ScheduledEventSummaryDto], responses=problem_docs(400))
async def list_scheduled_events(
    bus: BusOf,
    viewer: ViewerOf,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    calendar_id: Annotated[UUID | None, Query(alias="calendarId")] = None,
    event_id: Annotated[UUID | None, Query(alias="eventId")] = None,
    series_id: Annotated[UUID | None, Query(alias="seriesId")] = None,
    resource_id: Annotated[UUID | None, Query(alias="resourceId")] = None,
    status: Annotated[list[Annotated[ScheduleStatus, ByName()]] | None, Query()] = None,
    since: Annotated[Instant | None, Query(alias="from", description="Ends after")] = None,
    until: Annotated[Instant | None, Query(alias="to", description="Starts before")] = None,
    q: Annotated[Text | None, Query(description="Part of the title")] = None,
    conflict_level: Annotated[
        Annotated[ConflictLevel, ByName()] | None,
        Query(alias="conflictLevel", description="At least this bad"),
    ] = None,
    sort: Literal["startDateTime", "endDateTime", "eventTitle"] = "startDateTime",
    order: Order = "asc",
) -> Response:
    """List bookings, by start unless asked otherwise."""
    wanted = BookingFilter(
        calendar_id=calendar_id,
        event_id=event_id,
        series_id=series_id,
        resource_id=resource_id,
        statuses=status or (),
        since=since,
        until=until,
        text=q,
        minimum_level=conflict_level,
    )
    by = _LIST.sort(sort, order)
    found = await bus.send(GetScheduledEvents(wanted, by, limit + 1, _LIST.after(by, cursor)), viewer)
    return JsonResponse(_LIST.page(found, limit, by, ScheduledEventSummaryDto.of))


@router.get("/{scheduleId}", response_model=ScheduledEventDetailDto, responses=problem_docs(400, 404))
async def get_scheduled_event(scheduled_event_id: ScheduleId, bus: BusOf, viewer: ViewerOf) -> Response:
    """One booking with its open conflicts."""
    return _answer(await bus.send(GetScheduledEventById(scheduled_event_id), viewer))


@router.post(
    "", response_model=ScheduledEventDetailDto, status_code=201, responses=problem_docs(400, 403, 409, 422)
)
async def schedule_event(
    body: ScheduleEventDto, bus: BusOf, viewer: ViewerOf, dry_run: DryRun = False
) -> Response:
    """Schedule an event on a calendar, once or as a series, or hold the slot."""
    detail = await bus.send(command_of(body), viewer, dry_run=dry_run)
    location = {"Location": f"/api/schedules/{detail.summary.scheduled_event_id}"}
    return _answer(detail, 201, location)


@router.put("/{scheduleId}", response_model=ScheduledEventDetailDto, responses=CHANGE_PROBLEMS)
async def update_scheduled_event(
    scheduled_event_id: ScheduleId,
    body: BookingRequestDto,
    bus: BusOf,
    viewer: ViewerOf,
    expected_version: ExpectedVersion,
    dry_run: DryRun = False,
) -> Response:
    """Change a booking, or what lies ahead of a series: event, calendar, time, zone and resources at once."""
    command = UpdateScheduledEvent(
        scheduled_event_id,
        body.event_id,
        body.calendar_id,
        body.slot,
        body.time_zone,
        body.claims,
        body.override_reason,
        expected_version,
        body.pattern,
    )
    return _answer(await bus.send(command, viewer, dry_run=dry_run))


@router.delete(
    "/{scheduleId}", status_code=204, responses={**_WAITS, **problem_docs(400, 403, 404, 409, 412)}
)
async def remove_event_from_calendar(
    scheduled_event_id: ScheduleId,
    bus: BusOf,
    viewer: ViewerOf,
    expected_version: ExpectedVersion,
    reason: Reason = None,
    scope: Annotated[
        Scope, Query(description="Of an occurrence: how much of its series goes with it")
    ] = "this",
    dry_run: DryRun = False,
) -> Response:
    """Take an event off its calendar; the booking stays as Cancelled. Of a series goes what lies ahead."""
    command = RemoveEventFromCalendar(scheduled_event_id, reason, expected_version, scope)
    return _removed(await bus.send(command, viewer, dry_run=dry_run))


@router.post("/{scheduleId}/reschedule", response_model=ScheduledEventDetailDto, responses=CHANGE_PROBLEMS)
async def reschedule_event(
    scheduled_event_id: ScheduleId,
    body: RescheduleEventDto,
    bus: BusOf,
    viewer: ViewerOf,
    expected_version: ExpectedVersion,
    dry_run: DryRun = False,
) -> Response:
    """Move a booking to another time; of a series, one occurrence, those from it on, or all ahead."""
    command = RescheduleEvent(
        scheduled_event_id, body.slot, body.reason, body.override_reason, expected_version, body.scope
    )
    return _answer(await bus.send(command, viewer, dry_run=dry_run))


@router.post(
    "/{scheduleId}/confirm",
    response_model=ScheduledEventDetailDto,
    responses=problem_docs(400, 403, 404, 409, 412, 422),
)
async def confirm_schedule(
    scheduled_event_id: ScheduleId,
    bus: BusOf,
    viewer: ViewerOf,
    expected_version: ExpectedVersion,
    dry_run: DryRun = False,
) -> Response:
    """Confirm a booking; a hold becomes a booking for good."""
    command = ConfirmSchedule(scheduled_event_id, expected_version)
    return _answer(await bus.send(command, viewer, dry_run=dry_run))


@router.post(
    "/{scheduleId}/approve",
    response_model=ScheduledEventDetailDto,
    responses=problem_docs(400, 403, 404, 409, 422),
    dependencies=[at_least(Role.Manager)],
)
async def approve_change(
    scheduled_event_id: ScheduleId, bus: BusOf, viewer: ViewerOf, dry_run: DryRun = False
) -> Response:
    """Make the change that waits for the booking or series, judged anew (SCH-005, Manager)."""
    return _answer(await bus.send(ApproveChange(scheduled_event_id), viewer, dry_run=dry_run))


@router.post(
    "/{scheduleId}/reject",
    response_model=ScheduledEventDetailDto,
    responses=problem_docs(400, 403, 404, 409),
)
async def reject_change(
    scheduled_event_id: ScheduleId,
    bus: BusOf,
    viewer: ViewerOf,
    body: RejectChangeDto | None = None,
    dry_run: DryRun = False,
) -> Response:
    """Leave the booking as it is: a manager says so, or whoever asked takes the change back."""
    command = RejectChange(scheduled_event_id, None if body is None else body.reason)
    return _answer(await bus.send(command, viewer, dry_run=dry_run))


OCCURRENCE = "/{scheduleId}/occurrences/{originalStart}"


@router.put(OCCURRENCE, response_model=ScheduledEventDetailDto, responses=CHANGE_PROBLEMS)
async def update_occurrence(
    scheduled_event_id: ScheduleId,
    original_start: OriginalStart,
    body: BookingRequestDto,
    bus: BusOf,
    viewer: ViewerOf,
    expected_version: ExpectedVersion,
    dry_run: DryRun = False,
) -> Response:
    """Change one occurrence of a series; from then on changes of the series leave it alone."""
    occurrence = await bus.send(GetOccurrence(scheduled_event_id, original_start), viewer)
    return await update_scheduled_event(occurrence, body, bus, viewer, expected_version, dry_run)


@router.delete(OCCURRENCE, status_code=204, responses={**_WAITS, **problem_docs(400, 403, 404, 409, 412)})
async def skip_occurrence(
    scheduled_event_id: ScheduleId,
    original_start: OriginalStart,
    bus: BusOf,
    viewer: ViewerOf,
    expected_version: ExpectedVersion,
    reason: Reason = None,
    dry_run: DryRun = False,
) -> Response:
    """Skip one occurrence of a series."""
    occurrence = await bus.send(GetOccurrence(scheduled_event_id, original_start), viewer)
    command = RemoveEventFromCalendar(occurrence, reason, expected_version)
    return _removed(await bus.send(command, viewer, dry_run=dry_run))


def _removed(detail: BookingDetail | None) -> Response:
    return Response(status_code=204) if detail is None else _answer(detail)


def _answer(detail: BookingDetail, status_code: int = 200, headers: dict[str, str] | None = None) -> Response:
    if detail.is_asked:
        status_code = 202
    headers = {**etag(detail.summary.version), **(headers or {})}
    return JsonResponse(ScheduledEventDetailDto.of_detail(detail), status_code, headers)
