"""/api/calendars/{calendarId}/access: who may look at, or book on, a calendar (DESIGN 4.8)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from api.dto.calendar import AccessDto, GrantAccessDto
from api.features.get_calendar_access import GetCalendarAccess
from api.features.grant_calendar_access import GrantCalendarAccess
from api.features.revoke_calendar_access import RevokeCalendarAccess
from api.http.at_least import at_least
from api.http.endpoint import Endpoint
from api.http.paging import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor, page_of
from api.http.problem_docs import problem_docs
from api.http.request import BusOf, DryRun, ViewerOf
from api.http.wire import JsonResponse
from domain.enums import Role

router = APIRouter(
    prefix="/api/calendars/{calendarId}/access",
    tags=["calendars"],
    dependencies=[at_least(Role.Admin)],
    responses=problem_docs(400, 403, 404),
    route_class=Endpoint,
)

CalendarId = Annotated[UUID, Path(alias="calendarId")]
UserId = Annotated[UUID, Path(alias="userId")]


@router.get("", response_model=Page[AccessDto])
async def list_calendar_access(
    calendar_id: CalendarId, bus: BusOf, viewer: ViewerOf, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Response:
    """List a calendar's grants, oldest first (Admin). Managers and Admins need none."""
    query = GetCalendarAccess(calendar_id, limit + 1, decode_cursor(cursor, datetime))
    found = await bus.send(query, viewer)
    return JsonResponse(page_of(found, limit, lambda one: (one.granted_at, one.user_id), AccessDto.of))


@router.put(
    "/{userId}",
    response_model=AccessDto,
    responses={201: {"model": AccessDto, "description": "The user had no access before"}},
)
async def grant_calendar_access(
    calendar_id: CalendarId,
    user_id: UserId,
    body: GrantAccessDto,
    bus: BusOf,
    viewer: ViewerOf,
    dry_run: DryRun = False,
) -> Response:
    """Grant a user access to a calendar, or change what they have (Admin): 201 for a new grant, else 200."""
    command = GrantCalendarAccess(calendar_id, user_id, body.access_level)
    grant, is_new = await bus.send(command, viewer, dry_run=dry_run)
    return JsonResponse(AccessDto.of(grant), 201 if is_new else 200)


@router.delete("/{userId}", status_code=204)
async def revoke_calendar_access(
    calendar_id: CalendarId, user_id: UserId, bus: BusOf, viewer: ViewerOf, dry_run: DryRun = False
) -> Response:
    """Take a user's access to a calendar away (Admin)."""
    await bus.send(RevokeCalendarAccess(calendar_id, user_id), viewer, dry_run=dry_run)
    return Response(status_code=204)
