"""/api/resources/.../availability: when resources can be used, and why not (spec 4.4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from api.bootstrap import Callboard
from api.cache.entry import Fresh
from api.dto.availability import (
    AvailabilitySlotsDto,
    BufferMinutes,
    CheckAvailabilityDto,
    CheckMultipleDto,
    MultipleAvailabilityDto,
    ResourceAvailabilityDto,
    TimeSlotDto,
    Told,
)
from api.dto.closure import ClosureDto
from api.features.check_resource_availability import (
    CheckedAvailability,
    CheckResourceAvailability,
    ResourceAvailability,
)
from api.features.get_availability_slots import GetAvailabilitySlots
from api.http.availability_desk import DeskOf, has_free_slot, is_available
from api.http.endpoint import Endpoint
from api.http.kept_answer import NOT_MODIFIED, body_of
from api.http.problem_docs import problem_docs
from api.http.request import BusOf, ServiceOf, ViewerOf
from api.http.wire import FIRST_YEAR, LAST_YEAR, Instant, JsonResponse, LocalDate
from domain.errors import FieldException, NotFoundException, ValidationException
from domain.facts import MultipleResourcesChecked, ResourceAvailabilityChecked
from domain.local_time import at_minute
from domain.time_slot import TimeSlot
from domain.working_hours import MINUTES_A_DAY

router = APIRouter(prefix="/api/resources", tags=["availability"], route_class=Endpoint)

MAXIMUM_DAYS = 92
"""How long a stretch of time one check looks at."""

MAXIMUM_SLOT_DAYS = 31
"""The same for a list of slots."""

UNKNOWN_RESOURCE = "Resource does not exist or is inactive"

Since = Annotated[Instant, Query(alias="from", description="Where the time asked about starts")]
Until = Annotated[Instant, Query(alias="to", description="Where it ends")]
Quantity = Annotated[int, Query(ge=1, le=1_000_000, description="How many pieces are wanted")]
Buffer = Annotated[
    int | None,
    Query(alias="bufferMinutes", ge=0, le=10_080, description="Kept free of other bookings on both sides"),
]
ANSWERS = {**NOT_MODIFIED, **problem_docs(400, 404)}


@router.get("/{resourceId}/availability", response_model=ResourceAvailabilityDto, responses=ANSWERS)
async def get_availability(
    desk: DeskOf,
    since: Since,
    until: Until,
    quantity: Quantity = 1,
    buffer_minutes: Buffer = None,
) -> Response:
    """Whether a resource is available for all of a time, why not, where it is free, and when it is closed."""
    slot = _slot(since, until, "to", MAXIMUM_DAYS)
    key = desk.resource_id

    async def make() -> Fresh:
        checked = await desk.service.bus.send(_check({key: quantity}, slot, buffer_minutes), desk.viewer)
        if key not in checked.found:
            raise NotFoundException("Resource", key)
        found = checked.found[key]
        closures = [ClosureDto.of(one) for one in found.closures]
        answer = _availability(found, checked, quantity).model_copy(update={"closures": closures})
        return Fresh(body_of(answer), checked.lapses_at)

    return await desk.show(slot, f"check:{quantity}:{buffer_minutes}", make, is_available)


@router.post("/availability/check", response_model=ResourceAvailabilityDto, responses=problem_docs(400))
async def check_availability(
    body: CheckAvailabilityDto, service: ServiceOf, bus: BusOf, viewer: ViewerOf
) -> Response:
    """Whether a resource is available for all of a time; with `bufferMinutes: 0`, just what POST says."""
    slot = _slot(body.start_date_time, body.end_date_time, "endDateTime", MAXIMUM_DAYS)
    wanted = {body.resource_id: body.quantity}
    checked = await bus.send(_check(wanted, slot, body.buffer_minutes), viewer)
    if body.resource_id not in checked.found:
        raise FieldException("resourceId", UNKNOWN_RESOURCE)
    _note(service, checked.found[body.resource_id])
    return JsonResponse(_availability(checked.found[body.resource_id], checked, body.quantity))


@router.post(
    "/availability/check-multiple", response_model=MultipleAvailabilityDto, responses=problem_docs(400)
)
async def check_multiple(
    body: CheckMultipleDto, service: ServiceOf, bus: BusOf, viewer: ViewerOf
) -> Response:
    """The same for up to 50 resources, each on its own (SCH-033)."""
    field, wanted = _wanted(body)
    slot = _slot(body.start_date_time, body.end_date_time, "endDateTime", MAXIMUM_DAYS)
    checked = await bus.send(_check(dict(wanted), slot, body.buffer_minutes), viewer)
    for index, (key, _) in enumerate(wanted):
        if key not in checked.found:
            raise FieldException(field.format(index), UNKNOWN_RESOURCE)
    results = [_availability(checked.found[key], checked, quantity) for key, quantity in wanted]
    _note_all(service, checked, [key for key, _ in wanted])
    answer = MultipleAvailabilityDto(
        check_start_time=slot.start_date_time,
        check_end_time=slot.end_date_time,
        all_available=all(one.is_available for one in results),
        results=results,
    )
    return JsonResponse(answer)


@router.get("/{resourceId}/availability/slots", response_model=AvailabilitySlotsDto, responses=ANSWERS)
async def get_slots(
    desk: DeskOf,
    day: Annotated[
        LocalDate | None, Query(alias="date", description="In the resource's own time zone")
    ] = None,
    since: Annotated[Instant | None, Query(alias="from")] = None,
    until: Annotated[Instant | None, Query(alias="to")] = None,
    duration_minutes: Annotated[int, Query(alias="durationMinutes", ge=1, le=44_640)] = 30,
    quantity: Quantity = 1,
    buffer_minutes: Buffer = None,
) -> Response:
    """Every slot of a day or of a time, 30 minutes apart (SCH-034); each that is blocked says why."""
    window = _window(day, since, until, desk.zone)
    duration = timedelta(minutes=duration_minutes)
    query = GetAvailabilitySlots(desk.resource_id, window, duration, quantity, _minutes(buffer_minutes))

    async def make() -> Fresh:
        found = await desk.service.bus.send(query, desk.viewer)
        told = Told(found.rivals, found.buffer)
        answer = AvailabilitySlotsDto(
            resource_id=found.resource.resource_id,
            resource_name=found.resource.name,
            resource_type=found.resource.resource_type,
            duration=duration,
            quantity=quantity,
            buffer_minutes=int(found.buffer.total_seconds() // 60),
            slots=[TimeSlotDto.of(slot, told.reasons(reasons)) for slot, reasons in found.slots],
        )
        return Fresh(body_of(answer), found.lapses_at)

    asked = f"slots:{duration_minutes}:{quantity}:{buffer_minutes}"
    return await desk.show(window, asked, make, has_free_slot)


def _slot(start: Instant, end: Instant, end_field: str, days: int) -> TimeSlot:
    slot = TimeSlot(start, end)
    if slot.duration <= timedelta(0):
        raise FieldException(end_field, "must be after the start")
    if slot.duration > timedelta(days=days):
        raise FieldException(end_field, f"At most {days} days can be asked about at once")
    return slot


def _window(day: date | None, since: Instant | None, until: Instant | None, zone: ZoneInfo) -> TimeSlot:
    if day is not None and since is None and until is None:
        if not FIRST_YEAR < day.year < LAST_YEAR:
            raise FieldException("date", f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}")
        return TimeSlot(at_minute(day, 0, zone), at_minute(day, MINUTES_A_DAY, zone))
    if day is not None:
        raise FieldException("date", "Give either date or from and to")
    if since is None or until is None:
        missing = "from" if since is None else "to"
        raise FieldException(missing, "Give either date or from and to")
    return _slot(since, until, "to", MAXIMUM_SLOT_DAYS)


def _wanted(body: CheckMultipleDto) -> tuple[str, list[tuple[UUID, int]]]:
    """What is asked about, in order, and the name of the field that names the one at a place."""
    if (body.resource_ids is None) == (body.resources is None):
        message = ["Give exactly one of resourceIds and resources"]
        raise ValidationException({"resourceIds": message, "resources": message})
    if body.resources is not None:
        field, wanted = (
            "resources[{}].resourceId",
            [(one.resource_id, one.quantity) for one in body.resources],
        )
    else:
        field, wanted = "resourceIds[{}]", [(one, 1) for one in body.resource_ids or ()]
    seen: set[UUID] = set()
    for index, (key, _) in enumerate(wanted):
        if key in seen:
            raise FieldException(field.format(index), "This resource is named twice")
        seen.add(key)
    return field, wanted


def _check(
    quantities: dict[UUID, int], slot: TimeSlot, buffer_minutes: BufferMinutes | None
) -> CheckResourceAvailability:
    return CheckResourceAvailability(quantities, slot, _minutes(buffer_minutes))


def _minutes(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)


def _availability(
    found: ResourceAvailability, checked: CheckedAvailability, quantity: int
) -> ResourceAvailabilityDto:
    reasons = Told(checked.rivals, checked.buffer).reasons(found.reasons)
    return ResourceAvailabilityDto(
        resource_id=found.resource.resource_id,
        resource_name=found.resource.name,
        resource_type=found.resource.resource_type,
        check_start_time=found.slot.start_date_time,
        check_end_time=found.slot.end_date_time,
        quantity=quantity,
        buffer_minutes=int(checked.buffer.total_seconds() // 60),
        is_available=not reasons,
        unavailable_reason=reasons[0].detail if reasons else None,
        reasons=reasons or None,
        available_slots=[TimeSlotDto.of(one) for one in found.free],
    )


def _note(service: Callboard, found: ResourceAvailability) -> None:
    """Leave the fact of a check, off the response path."""
    resource, slot = found.resource, found.slot
    fact = ResourceAvailabilityChecked(
        resource.resource_id,
        resource.resource_type,
        slot.start_date_time,
        slot.end_date_time,
        not found.reasons,
    )
    service.query_facts.record(resource.resource_id, fact)


def _note_all(service: Callboard, checked: CheckedAvailability, keys: Sequence[UUID]) -> None:
    results = {str(key): not checked.found[key].reasons for key in keys}
    slot = checked.found[keys[0]].slot
    fact = MultipleResourcesChecked(tuple(keys), slot.start_date_time, slot.end_date_time, results)
    service.query_facts.record(keys[0], fact)
