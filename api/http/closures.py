"""/api/resources/{resourceId}/availability/mark-...: closing resources and opening them (spec 4.4)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from api.dto.closure import (
    AffectedBookingDto,
    MarkedAvailableDto,
    MarkedClosureDto,
    MarkedUnavailableDto,
    MarkResourceAvailableDto,
    MarkResourceUnavailableDto,
)
from api.features.mark_resource_available import MarkResourceAvailable
from api.features.mark_resource_unavailable import MarkResourceUnavailable
from api.http.at_least import at_least
from api.http.endpoint import Endpoint
from api.http.problem_docs import problem_docs
from api.http.request import BusOf, DryRun, ViewerOf
from api.http.wire import JsonResponse
from domain.enums import Role
from domain.time_slot import TimeSlot

router = APIRouter(prefix="/api/resources", tags=["availability"], route_class=Endpoint)

ResourceId = Annotated[UUID, Path(alias="resourceId")]


@router.post(
    "/{resourceId}/availability/mark-unavailable",
    response_model=MarkedUnavailableDto,
    status_code=201,
    responses=problem_docs(400, 403, 404),
    dependencies=[at_least(Role.Staff)],
)
async def mark_unavailable(
    resource_id: ResourceId,
    body: MarkResourceUnavailableDto,
    bus: BusOf,
    viewer: ViewerOf,
    dry_run: DryRun = False,
) -> Response:
    """Close a resource for a time (Staff); bookings that this strands become blocked."""
    slot = TimeSlot(body.start_date_time, body.end_date_time)
    command = MarkResourceUnavailable(resource_id, slot, body.reason, body.on_overlap == "Merge")
    done = await bus.send(command, viewer, dry_run=dry_run)
    return JsonResponse(MarkedUnavailableDto.closed(done.resource, done.marked, done.stranded), 201)


@router.post(
    "/{resourceId}/availability/mark-available",
    response_model=MarkedAvailableDto,
    responses=problem_docs(400, 403, 404),
    dependencies=[at_least(Role.Staff)],
)
async def mark_available(
    resource_id: ResourceId,
    body: MarkResourceAvailableDto,
    bus: BusOf,
    viewer: ViewerOf,
    dry_run: DryRun = False,
) -> Response:
    """Open a resource again (Staff): closures in this time end, longer ones are cut."""
    slot = TimeSlot(body.start_date_time, body.end_date_time)
    done = await bus.send(MarkResourceAvailable(resource_id, slot), viewer, dry_run=dry_run)
    answer = MarkedAvailableDto(
        resource_id=done.resource.resource_id,
        resource_type=done.resource.resource_type,
        start_date_time=slot.start_date_time,
        end_date_time=slot.end_date_time,
        closures=[MarkedClosureDto.of_marked(one) for one in done.left],
        unblocked_bookings=[AffectedBookingDto.of(one, is_stranded=False) for one in done.unblocked],
    )
    return JsonResponse(answer)
