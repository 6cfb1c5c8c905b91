"""/api/events (DESIGN 4.3)."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from api.dto.event import CreateEventDto, EventDto, UpdateEventDto
from api.features.create_event import CreateEvent
from api.features.delete_event import DeleteEvent
from api.features.get_event import GetEvent
from api.features.get_events import GetEvents
from api.features.update_event import UpdateEvent
from api.http.endpoint import Endpoint
from api.http.paging import DEFAULT_LIMIT, Cursor, Limit, Page
from api.http.problem_docs import problem_docs
from api.http.request import BusOf, DryRun, ExpectedVersion, ViewerOf, etag
from api.http.sorting import Order, SortedList, SortKey
from api.http.wire import JsonResponse, Text
from domain.entities import Event
from domain.kept import ensure_kept
from persistence.repositories.events import EventFilter

router = APIRouter(prefix="/api/events", tags=["events"], route_class=Endpoint)

EventId = Annotated[UUID, Path(alias="eventId")]


_LIST = SortedList[Event](
    {"title": SortKey(lambda one: one.title), "priority": SortKey(lambda one: one.priority, int)},
    lambda one: one.event_id,
)


@router.get("", response_model=Page[EventDto], responses=problem_docs(400))
async def list_events(
    bus: BusOf,
    viewer: ViewerOf,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    organizer_id: Annotated[UUID | None, Query(alias="organizerId")] = None,
    q: Annotated[Text | None, Query(description="Part of the title or description")] = None,
    sort: Literal["title", "priority"] = "title",
    order: Order = "asc",
) -> Response:
    """List the events the caller may see, by title unless asked otherwise."""
    by = _LIST.sort(sort, order)
    query = GetEvents(EventFilter(organizer_id, q), by, limit + 1, _LIST.after(by, cursor))
    return JsonResponse(_LIST.page(await bus.send(query, viewer), limit, by, EventDto.of))


@router.get("/{eventId}", response_model=EventDto, responses=problem_docs(400, 404))
async def get_event(event_id: EventId, bus: BusOf, viewer: ViewerOf) -> Response:
    """One event."""
    return _answer(await bus.send(GetEvent(event_id), viewer))


@router.post("", response_model=EventDto, status_code=201, responses=problem_docs(400, 403))
async def create_event(
    body: CreateEventDto, bus: BusOf, viewer: ViewerOf, dry_run: DryRun = False
) -> Response:
    """Create an event; a title is enough. Customers organize their own only."""
    command = CreateEvent(
        title=body.title,
        organizer_id=body.organizer_id,
        description=body.description,
        attendees=body.attendees,
        priority=body.priority,
    )
    event = await bus.send(command, viewer, dry_run=dry_run)
    return _answer(event, 201, {"Location": f"/api/events/{event.event_id}"})


@router.put("/{eventId}", response_model=EventDto, responses=problem_docs(400, 403, 404, 412))
async def update_event(
    event_id: EventId,
    body: UpdateEventDto,
    bus: BusOf,
    viewer: ViewerOf,
    expected_version: ExpectedVersion,
    dry_run: DryRun = False,
) -> Response:
    """Replace an event's fields. A new organizer takes its bookings over; that needs a Manager."""
    ensure_kept("eventId", event_id, body.event_id)
    command = UpdateEvent(
        event_id=event_id,
        title=body.title,
        organizer_id=body.organizer_id,
        description=body.description,
        attendees=body.attendees,
        priority=body.priority,
        expected_version=expected_version,
    )
    return _answer(await bus.send(command, viewer, dry_run=dry_run))


@router.delete("/{eventId}", status_code=204, responses=problem_docs(400, 404, 409, 412))
async def delete_event(
    event_id: EventId,
    bus: BusOf,
    viewer: ViewerOf,
    expected_version: ExpectedVersion,
    dry_run: DryRun = False,
) -> Response:
    """Delete an event. 409 when it is booked, or ever was: bookings stay on record."""
    await bus.send(DeleteEvent(event_id, expected_version), viewer, dry_run=dry_run)
    return Response(status_code=204)


def _answer(event: Event, status_code: int = 200, headers: dict[str, str] | None = None) -> Response:
    every = {**etag(event.version), **(headers or {})}
    return JsonResponse(EventDto.of(event), status_code, every)
