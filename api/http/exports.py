"""/api/calendars/{calendarId}/export and /api/exports: schedules as files (spec 4.2, SCH-044)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from api.exports.formats import MEDIA_TYPES
from api.exports.service import ExportRequest
from api.http.endpoint import Endpoint
from api.http.problem_docs import problem_docs
from api.http.request import DryRun, ServiceOf, ViewerOf, public_url
from api.http.wire import FIRST_YEAR, LAST_YEAR, Instant, JsonResponse, LocalDate, Wire
from api.storage import disposition
from domain.enums import ExportFormat, ExportPeriod
from persistence.repositories.exports import StoredExport

router = APIRouter(tags=["exports"], route_class=Endpoint)

CalendarId = Annotated[UUID, Path(alias="calendarId")]
ExportId = Annotated[UUID, Path(alias="exportId")]
Format = Literal["Pdf", "Excel", "ICalendar"]


class ExportDailyDto(Wire):
    """A day of a calendar, in the calendar's zone."""

    date: LocalDate
    format: Format


class ExportWeeklyDto(Wire):
    """Seven days of a calendar from weekStartDate on, which is usually a Monday (SCH-041)."""

    week_start_date: LocalDate
    format: Format


class ExportMonthlyDto(Wire):
    """A whole month of a calendar (SCH-042)."""

    month: Annotated[int, Field(strict=True, ge=1, le=12)]
    year: Annotated[int, Field(strict=True, gt=FIRST_YEAR, lt=LAST_YEAR)]
    format: Format


class ExportDto(Wire):
    """A file that was made, and where it is until it expires.

    url: with the bearer token, or signed where the object store hands files out itself.
    """

    export_id: UUID
    url: str
    expires_at: Instant


class ExportDetailDto(ExportDto):
    """The same with what it is of."""

    calendar_id: UUID
    period: Literal["Daily", "Weekly", "Monthly"]
    first_day: LocalDate
    format: Format
    file_name: str
    size_bytes: int
    created_at: Instant


_PROBLEMS = problem_docs(400, 404, 503)


@router.post(
    "/api/calendars/{calendarId}/export/daily",
    response_model=ExportDto,
    status_code=201,
    responses=_PROBLEMS,
)
async def export_daily(
    calendar_id: CalendarId,
    body: ExportDailyDto,
    request: Request,
    service: ServiceOf,
    viewer: ViewerOf,
    dry_run: DryRun = False,
) -> Response:
    """Write a day to a file; whoever sees the calendar gets what they see."""
    wanted = ExportRequest(calendar_id, ExportPeriod.Daily, body.date, ExportFormat(body.format))
    return await _made(request, service, await service.exports.export(wanted, viewer, dry_run=dry_run))


@router.post(
    "/api/calendars/{calendarId}/export/weekly",
    response_model=ExportDto,
    status_code=201,
    responses=_PROBLEMS,
)
async def export_weekly(
    calendar_id: CalendarId,
    body: ExportWeeklyDto,
    request: Request,
    service: ServiceOf,
    viewer: ViewerOf,
    dry_run: DryRun = False,
) -> Response:
    """Write a week to a file; whoever sees the calendar gets what they see."""
    wanted = ExportRequest(calendar_id, ExportPeriod.Weekly, body.week_start_date, ExportFormat(body.format))
    return await _made(request, service, await service.exports.export(wanted, viewer, dry_run=dry_run))


@router.post(
    "/api/calendars/{calendarId}/export/monthly",
    response_model=ExportDto,
    status_code=201,
    responses=_PROBLEMS,
)
async def export_monthly(
    calendar_id: CalendarId,
    body: ExportMonthlyDto,
    request: Request,
    service: ServiceOf,
    viewer: ViewerOf,
    dry_run: DryRun = False,
) -> Response:
    """Write a month to a file; whoever sees the calendar gets what they see."""
    first_day = date(body.year, body.month, 1)
    wanted = ExportRequest(calendar_id, ExportPeriod.Monthly, first_day, ExportFormat(body.format))
    return await _made(request, service, await service.exports.export(wanted, viewer, dry_run=dry_run))


@router.get("/api/exports/{exportId}", response_model=ExportDetailDto, responses=problem_docs(400, 404, 503))
async def get_export(export_id: ExportId, request: Request, service: ServiceOf, viewer: ViewerOf) -> Response:
    """A file that the caller had made; 404 once it has expired."""
    export = await service.exports.find(export_id, viewer)
    detail = ExportDetailDto(
        export_id=export.export_id,
        url=await _url(request, service, export),
        expires_at=export.expires_at,
        calendar_id=export.calendar_id,
        period=export.period.value,
        first_day=export.first_day,
        format=export.format.value,
        file_name=export.file_name,
        size_bytes=export.size_bytes,
        created_at=export.created_at,
    )
    return JsonResponse(detail, headers={"Cache-Control": "private, no-store"})


@router.get(
    "/api/exports/{exportId}/content",
    response_class=Response,
    responses={
        **problem_docs(400, 404, 503),
        200: {
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES.values()
            }
        },
    },
)
async def get_export_content(export_id: ExportId, service: ServiceOf, viewer: ViewerOf) -> Response:
    """The file itself."""
    export, content = await service.exports.content(export_id, viewer)
    headers = {
        "Content-Disposition": disposition(export.file_name),
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=MEDIA_TYPES[export.format], headers=headers)


async def _made(request: Request, service: ServiceOf, export: StoredExport) -> Response:
    answer = ExportDto(
        export_id=export.export_id,
        url=await _url(request, service, export),
        expires_at=export.expires_at,
    )
    return JsonResponse(answer, 201, {"Location": f"/api/exports/{export.export_id}"})


async def _url(request: Request, service: ServiceOf, export: StoredExport) -> str:
    signed = await service.exports.signed_url(export)
    return signed or public_url(request, f"/api/exports/{export.export_id}/content")
