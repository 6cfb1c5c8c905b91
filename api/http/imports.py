"""/api/imports: whole schedules from files."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from api.dto.import_report import ImportReportDto
from api.dto.time_zone import TimeZone
from api.features.import_schedule import ImportSchedule
from api.http.at_least import at_least
from api.http.endpoint import Endpoint
from api.http.problem_docs import problem_docs
from api.http.problems import problem
from api.http.request import BusOf, DryRun, ServiceOf, ViewerOf
from api.http.wire import JsonResponse, LocalDate
from api.imports.formats import read_schedule
from api.imports.mapping import columns_told
from api.imports.reading_options import ReadingOptions
from domain.enums import Role
from domain.errors import FieldException

router = APIRouter(prefix="/api/imports", tags=["imports"], route_class=Endpoint)

_NAMES = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "schedule.xlsx",
    "application/xml": "schedule.xml",
    "text/calendar": "schedule.ics",
    "text/csv": "schedule.csv",
    "text/xml": "schedule.xml",
}
"""The types that a schedule comes in, and what such a file is called."""
_FORM = "multipart/form-data"
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            **{kind: {"schema": {"type": "string", "format": "binary"}} for kind in _NAMES},
            _FORM: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
        },
    }
}
# A hostile file keeps a thread and much memory busy for a while: never many at once.
_READING = asyncio.Semaphore(2)


class _UnknownContentType(Exception):
    """The body is of a type that no schedule comes in."""


@router.post(
    "",
    response_model=ImportReportDto,
    responses=problem_docs(400, 403, 415),
    dependencies=[at_least(Role.Manager)],
    openapi_extra=_BODY,
)
async def import_schedule(
    request: Request,
    service: ServiceOf,
    bus: BusOf,
    viewer: ViewerOf,
    time_zone: Annotated[
        TimeZone | None, Query(alias="timeZone", description="What times without an offset are read in")
    ] = None,
    starting: Annotated[
        LocalDate | None,
        Query(description="The day to shift the first booking to, and all others with it"),
    ] = None,
    columns: Annotated[
        list[str] | None,
        Query(
            alias="map",
            max_length=20,
            description="field=column: which column of a table has what, where its heading does not say",
        ),
    ] = None,
    dry_run: DryRun = False,
) -> Response:
    """Import a schedule, clashes and all (Manager); what is there already is skipped.

    It is pentabarf/frab XML, iCalendar, CSV or an Excel workbook.
    """
    try:
        filename, content = await _uploaded(request)
    except _UnknownContentType as error:
        return problem(request, 415, "Unsupported Media Type", str(error), {"Content-Type": [str(error)]})
    zone = time_zone or service.settings.time_zone
    options = ReadingOptions(
        ZoneInfo(zone), columns_told(columns or ()), service.settings.maximum_occurrences
    )
    async with _READING:
        schedule = await asyncio.to_thread(read_schedule, filename, content, options)
    command = ImportSchedule(schedule, zone, starting)
    report = await bus.send(command, viewer, dry_run=dry_run)
    return JsonResponse(ImportReportDto.of(report))


async def _uploaded(request: Request) -> tuple[str, bytes]:
    """The file's name and content, from the body itself or from the form's `file`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in _NAMES:
        return _NAMES[kind], await request.body()
    if kind != _FORM:
        raise _UnknownContentType(f"Send the schedule as {', '.join(_NAMES)} or {_FORM}")
    try:
        async with request.form(max_files=1, max_fields=10) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise FieldException("file", "The form has no file of this name")
            return file.filename or "", await file.read()
    except HTTPException as error:
        raise FieldException("file", f"The form cannot be read: {error.detail}") from error
