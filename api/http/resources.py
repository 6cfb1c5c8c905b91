"""/api/resources (DESIGN 4.3)."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from api.dto.resource import CreateResourceDto, ResourceDto, ResourceSettingsDto, UpdateResourceDto
from api.dto.working_hours import working_hours
from api.features.create_resource import CreateResource
from api.features.delete_resource import DeleteResource
from api.features.get_resource import GetResource
from api.features.get_resources import GetResources
from api.features.update_resource import UpdateResource
from api.http.at_least import at_least
from api.http.endpoint import Endpoint
from api.http.paging import DEFAULT_LIMIT, Cursor, Limit, Page
from api.http.problem_docs import problem_docs
from api.http.request import BusOf, DryRun, ExpectedVersion, ServiceOf, ViewerOf, etag
from api.http.sorting import Order, SortedList, SortKey
from api.http.wire import ByName, JsonResponse, Text
from domain.entities import Resource
from domain.enums import ResourceType, Role
from domain.kept import ensure_kept
from domain.working_hours import WorkingHours
from persistence.repositories.resources import ResourceFilter

router = APIRouter(prefix="/api/resources", tags=["resources"], route_class=Endpoint)

ResourceId = Annotated[UUID, Path(alias="resourceId")]


_LIST = SortedList[Resource](
    {
        "name": SortKey(lambda one: one.name),
        "resourceType": SortKey(lambda one: int(one.resource_type), int),
        "quantity": SortKey(lambda one: one.quantity, int),
    },
    lambda one: one.resource_id,
)


@router.get("", response_model=Page[ResourceDto], responses=problem_docs(400))
async def list_resources(
    bus: BusOf,
    viewer: ViewerOf,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    resource_type: Annotated[Annotated[ResourceType, ByName()] | None, Query(alias="resourceType")] = None,
    interchange_group: Annotated[Text | None, Query(alias="interchangeGroup")] = None,
    is_active: Annotated[bool | None, Query(alias="isActive")] = None,
    q: Annotated[Text | None, Query(description="Part of the name")] = None,
    sort: Literal["name", "resourceType", "quantity"] = "name",
    order: Order = "asc",
) -> Response:
    """List the resources the caller may see, by name unless asked otherwise."""
    wanted = ResourceFilter(resource_type, interchange_group, is_active, q)
    by = _LIST.sort(sort, order)
    found = await bus.send(GetResources(wanted, by, limit + 1, _LIST.after(by, cursor)), viewer)
    return JsonResponse(_LIST.page(found, limit, by, ResourceDto.of))


@router.get("/{resourceId}", response_model=ResourceDto, responses=problem_docs(400, 404))
async def get_resource(resource_id: ResourceId, bus: BusOf, viewer: ViewerOf) -> Response:
    """One resource."""
    return _answer(await bus.send(GetResource(resource_id), viewer))


@router.post(
    "",
    response_model=ResourceDto,
    status_code=201,
    responses=problem_docs(400, 403),
    dependencies=[at_least(Role.Manager)],
)
async def create_resource(
    body: CreateResourceDto, service: ServiceOf, bus: BusOf, viewer: ViewerOf, dry_run: DryRun = False
) -> Response:
    """Create a resource (Manager). It has no calendar until an Admin gives it one."""
    command = CreateResource(
        name=body.name,
        resource_type=body.resource_type,
        time_zone=body.time_zone or service.settings.time_zone,
        quantity=body.quantity or 1,
        capacity=body.capacity,
        features=frozenset(body.features),
        setup_minutes=body.setup_minutes,
        teardown_minutes=body.teardown_minutes,
        interchange_group=body.interchange_group,
        working_hours=_hours(body),
        is_active=body.is_active,
    )
    resource = await bus.send(command, viewer, dry_run=dry_run)
    return _answer(resource, 201, {"Location": f"/api/resources/{resource.resource_id}"})


@router.put(
    "/{resourceId}",
    response_model=ResourceDto,
    responses=problem_docs(400, 403, 404, 412),
    dependencies=[at_least(Role.Manager)],
)
async def update_resource(
    resource_id: ResourceId,
    body: UpdateResourceDto,
    service: ServiceOf,
    bus: BusOf,
    viewer: ViewerOf,
    expected_version: ExpectedVersion,
    dry_run: DryRun = False,
) -> Response:
    """Replace a resource's settings (Manager).

    Bookings ahead are judged again when quantity, setup or teardown changes: clashes that arise are recorded
    as conflicts, those that are gone become Resolved. Those outside changed working hours become blocked.
    """
    ensure_kept("resourceId", resource_id, body.resource_id)
    command = UpdateResource(
        resource_id=resource_id,
        name=body.name,
        time_zone=body.time_zone or service.settings.time_zone,
        quantity=body.quantity,
        capacity=body.capacity,
        features=frozenset(body.features),
        setup_minutes=body.setup_minutes,
        teardown_minutes=body.teardown_minutes,
        interchange_group=body.interchange_group,
        working_hours=_hours(body),
        is_active=body.is_active,
        resource_type=body.resource_type,
        expected_version=expected_version,
    )
    return _answer(await bus.send(command, viewer, dry_run=dry_run))


@router.delete(
    "/{resourceId}",
    status_code=204,
    responses=problem_docs(400, 403, 404, 409, 412),
    dependencies=[at_least(Role.Manager)],
)
async def delete_resource(
    resource_id: ResourceId,
    bus: BusOf,
    viewer: ViewerOf,
    expected_version: ExpectedVersion,
    dry_run: DryRun = False,
) -> Response:
    """Delete a resource (Manager). 409 when a booking ever claimed it, or while it has a calendar."""
    await bus.send(DeleteResource(resource_id, expected_version), viewer, dry_run=dry_run)
    return Response(status_code=204)


def _hours(body: ResourceSettingsDto) -> WorkingHours | None:
    return None if body.working_hours is None else working_hours(body.working_hours)


def _answer(resource: Resource, status_code: int = 200, headers: dict[str, str] | None = None) -> Response:
    every = {**etag(resource.version), **(headers or {})}
    return JsonResponse(ResourceDto.of(resource), status_code, every)
