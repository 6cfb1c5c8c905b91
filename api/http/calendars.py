"""/api/calendars (spec 4.5)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from api.bootstrap import Callboard
from api.cache.entry import Entry, Fresh
from api.cache.kind import CacheKind
from api.cache.scope import scope_of
from api.dto.calendar import CalendarDto, CreateCalendarDto, UpdateCalendarDto
from api.features.create_calendar import CreateCalendar
from api.features.delete_calendar import DeleteCalendar
from api.features.get_calendar import GetCalendar
from api.features.get_calendars import GetCalendars
from api.features.get_list_revision import GetListRevision
from api.features.update_calendar import UpdateCalendar
from api.http.at_least import at_least
from api.http.endpoint import Endpoint
from api.http.kept_answer import NOT_MODIFIED, IfNoneMatch, body_of, kept_answer, question_of
from api.http.paging import DEFAULT_LIMIT, Cursor, Limit, Page
from api.http.problem_docs import problem_docs
from api.http.request import BusOf, DryRun, ExpectedVersion, ServiceOf, ViewerOf, etag
from api.http.sorting import Order, SortedList, SortKey
from api.http.wire import ByName, JsonResponse, Text
from domain.entities import Calendar
from domain.enums import CalendarType, OwnerType, Role
from domain.kept import ensure_kept
from domain.viewer import Viewer
from persistence.repositories.calendars import CalendarFilter
from persistence.revisions import RevisionKind

router = APIRouter(prefix="/api/calendars", tags=["calendars"], route_class=Endpoint)

CalendarId = Annotated[UUID, Path(alias="calendarId")]


_LIST = SortedList[Calendar](
    {"name": SortKey(lambda one: one.name), "createdAt": SortKey(lambda one: one.created_at, datetime)},
    lambda one: one.calendar_id,
)


@router.get("", response_model=Page[CalendarDto], responses={**NOT_MODIFIED, **problem_docs(400)})
async def list_calendars(
    request: Request,
    service: ServiceOf,
    viewer: ViewerOf,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    calendar_type: Annotated[Annotated[CalendarType, ByName()] | None, Query(alias="calendarType")] = None,
    owner_type: Annotated[Annotated[OwnerType, ByName()] | None, Query(alias="ownerType")] = None,
    owner_id: Annotated[UUID | None, Query(alias="ownerId")] = None,
    is_active: Annotated[bool | None, Query(alias="isActive")] = None,
    q: Annotated[Text | None, Query(description="Part of the name or description")] = None,
    sort: Literal["name", "createdAt"] = "name",
    order: Order = "asc",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List the calendars the caller may see, by name unless asked otherwise."""
    wanted = CalendarFilter(calendar_type, owner_type, owner_id, is_active, q)
    by = _LIST.sort(sort, order)
    query = GetCalendars(wanted, by, limit + 1, _LIST.after(by, cursor))

    async def make() -> Fresh:
        found = await service.bus.send(query, viewer)
        return Fresh(body_of(_LIST.page(found, limit, by, CalendarDto.of)))

    return kept_answer(await _kept(service, viewer, question_of(request), make), if_none_match)


@router.get("/{calendarId}", response_model=CalendarDto, responses={**NOT_MODIFIED, **problem_docs(400, 404)})
async def get_calendar(
    calendar_id: CalendarId, service: ServiceOf, viewer: ViewerOf, if_none_match: IfNoneMatch = None
) -> Response:
    """One calendar."""

    async def make() -> Fresh:
        calendar = await service.bus.send(GetCalendar(calendar_id), viewer)
        return Fresh(body_of(CalendarDto.of(calendar)), tag=str(calendar.version))

    return kept_answer(await _kept(service, viewer, str(calendar_id), make), if_none_match)


@router.post(
    "",
    response_model=CalendarDto,
    status_code=201,
    responses=problem_docs(400, 403),
    dependencies=[at_least(Role.Admin)],
)
async def create_calendar(
    body: CreateCalendarDto, service: ServiceOf, bus: BusOf, viewer: ViewerOf, dry_run: DryRun = False
) -> Response:
    """Create a calendar (Admin); without ownerId a venue, staff or equipment calendar makes its resource."""
    command = CreateCalendar(
        name=body.name,
        calendar_type=body.calendar_type,
        time_zone=body.time_zone or service.settings.time_zone,
        owner_type=body.owner_type,
        owner_id=body.owner_id,
        description=body.description,
        is_active=body.is_active,
        allow_overbooking=body.allow_overbooking,
        max_concurrent_events=body.max_concurrent_events,
        instant_booking=body.instant_booking,
        escalation_contact_id=body.escalation_contact_id,
    )
    calendar = await bus.send(command, viewer, dry_run=dry_run)
    return _answer(calendar, 201, {"Location": f"/api/calendars/{calendar.calendar_id}"})


@router.put(
    "/{calendarId}",
    response_model=CalendarDto,
    responses=problem_docs(400, 403, 404, 412),
    dependencies=[at_least(Role.Admin)],
)
async def update_calendar(
    calendar_id: CalendarId,
    body: UpdateCalendarDto,
    service: ServiceOf,
    bus: BusOf,
    viewer: ViewerOf,
    expected_version: ExpectedVersion,
    dry_run: DryRun = False,
) -> Response:
    """Replace a calendar's settings (Admin).

    Bookings ahead are judged again when maxConcurrentEvents or allowOverbooking changes: clashes that arise
    are recorded as conflicts, those that are gone become Resolved.
    """
    ensure_kept("calendarId", calendar_id, body.calendar_id)
    command = UpdateCalendar(
        calendar_id=calendar_id,
        name=body.name,
        time_zone=body.time_zone or service.settings.time_zone,
        description=body.description,
        is_active=body.is_active,
        allow_overbooking=body.allow_overbooking,
        max_concurrent_events=body.max_concurrent_events,
        instant_booking=body.instant_booking,
        escalation_contact_id=body.escalation_contact_id,
        calendar_type=body.calendar_type,
        owner_id=body.owner_id,
        owner_type=body.owner_type,
        created_at=body.created_at,
        expected_version=expected_version,
    )
    return _answer(await bus.send(command, viewer, dry_run=dry_run))


@router.delete(
    "/{calendarId}",
    status_code=204,
    responses=problem_docs(400, 403, 404, 409, 412),
    dependencies=[at_least(Role.Admin)],
)
async def delete_calendar(
    calendar_id: CalendarId,
    bus: BusOf,
    viewer: ViewerOf,
    expected_version: ExpectedVersion,
    dry_run: DryRun = False,
) -> Response:
    """Delete a calendar (Admin).

    409 while it has bookings ahead. Past and cancelled bookings stay on record, so a calendar that has any is
    switched off (isActive: false) instead of removed; the answer is 204 either way. Its resource stays.
    """
    await bus.send(DeleteCalendar(calendar_id, expected_version), viewer, dry_run=dry_run)
    return Response(status_code=204)


async def _kept(
    service: Callboard, viewer: Viewer, question: str, make: Callable[[], Awaitable[Fresh]]
) -> Entry:
    revision = await service.bus.send(GetListRevision(RevisionKind.CalendarList), viewer)
    key = f"{question}:{scope_of(viewer)}"
    return await service.cache.answer(CacheKind.CalendarMetadata, key, revision, make)


def _answer(calendar: Calendar, status_code: int = 200, headers: dict[str, str] | None = None) -> Response:
    every = {**etag(calendar.version), **(headers or {})}
    return JsonResponse(CalendarDto.of(calendar), status_code, every)
