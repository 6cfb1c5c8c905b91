"""/api/suggestions: fixes, and the call that applies one."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from api.bootstrap import Callboard
from api.dto.change_request import ChangeRequestDto
from api.dto.link import LinkDto
from api.dto.scheduled_event import ScheduledEventDetailDto, ScheduleEventDto
from api.dto.suggestion import SuggestionDto
from api.features.apply_suggestion import ApplySuggestion
from api.features.get_scheduled_event_by_id import GetScheduledEventById
from api.features.get_suggestion import GetSuggestion
from api.features.reschedule_event import RescheduleEvent
from api.features.undo_suggestion import UndoSuggestion
from api.features.update_scheduled_event import UpdateScheduledEvent
from api.http.conflict_problem import ask_again
from api.http.endpoint import Endpoint
from api.http.problem_docs import problem_docs
from api.http.request import BusOf, DryRun, ServiceOf, ViewerOf
from api.http.schedule_command import command_of
from api.http.wire import JsonResponse, Wire
from api.message import Message
from domain.errors import ConflictException
from domain.viewer import Viewer
from persistence.readers.bookings import BookingDetail

router = APIRouter(tags=["suggestions"], route_class=Endpoint)

ScheduleId = Annotated[UUID, Path(alias="scheduleId", description="The booking's scheduledEventId")]
SuggestionId = Annotated[UUID, Path(alias="suggestionId")]


class SuggestionsDto(Wire):
    """Fixes for a booking that would be refused, or is blocked. fits: it can be as it is, and needs none.

    moreSuggestions: where to ask again, when there was no time to look.
    """

    fits: bool
    suggestions: list[SuggestionDto]
    more_suggestions: LinkDto | None = None


class UndoneSuggestionDto(Wire):
    """What undoing a suggestion made of the bookings it had touched."""

    suggestion_id: UUID
    schedules: list[ScheduledEventDetailDto]


class AppliedSuggestionDto(UndoneSuggestionDto):
    """What applying a suggestion made of the bookings it touched, and the call that undoes it."""

    undo: LinkDto | None = None


@router.post(
    "/api/schedules/suggestions", response_model=SuggestionsDto, responses=problem_docs(400, 403, 422)
)
async def suggest_for_request(body: ScheduleEventDto, service: ServiceOf, viewer: ViewerOf) -> Response:
    """Ways to fit in a booking, without making it."""
    return await _suggest_for(command_of(body, dry=True), service, viewer)


@router.post(
    "/api/schedules/{scheduleId}/suggestions",
    response_model=SuggestionsDto,
    responses=problem_docs(400, 403, 404, 409, 422),
)
async def suggest_for_change(
    scheduled_event_id: ScheduleId, body: ChangeRequestDto, service: ServiceOf, viewer: ViewerOf
) -> Response:
    """Ways to change a booking, without changing it; the body is that of its PUT or of its reschedule."""
    command: Message[BookingDetail] = RescheduleEvent(scheduled_event_id, body.slot)
    if body.event_id and body.calendar_id and body.time_zone:
        command = UpdateScheduledEvent(
            scheduled_event_id, body.event_id, body.calendar_id, body.slot, body.time_zone, body.claims
        )
    return await _suggest_for(command, service, viewer)


async def _suggest_for(command: Message[BookingDetail], service: Callboard, viewer: Viewer) -> Response:
    try:
        await service.bus.send(command, viewer, dry_run=True)
    except ConflictException as refusal:
        advice = await service.advice.for_refusal(refusal, viewer)
        shown = [SuggestionDto.of(one) for one in advice.suggestions]
        more = ask_again(refusal.proposal) if advice.shed else None
        return JsonResponse(SuggestionsDto(fits=False, suggestions=shown, more_suggestions=more))
    return JsonResponse(SuggestionsDto(fits=True, suggestions=[]))


@router.get(
    "/api/schedules/{scheduleId}/suggestions",
    response_model=SuggestionsDto,
    responses=problem_docs(400, 404),
)
async def suggest_for_blocked(
    scheduled_event_id: ScheduleId, service: ServiceOf, bus: BusOf, viewer: ViewerOf
) -> Response:
    """Ways to move a booking that a closed resource strands, of those that the caller could apply."""
    detail = await bus.send(GetScheduledEventById(scheduled_event_id), viewer)
    if not detail.summary.is_blocked:
        return JsonResponse(SuggestionsDto(fits=True, suggestions=[]))
    advice = await service.advice.for_blocked(scheduled_event_id, viewer)
    shown = [SuggestionDto.of(one) for one in advice.suggestions]
    href = f"/api/schedules/{scheduled_event_id}/suggestions"
    more = LinkDto(method="GET", href=href) if advice.shed else None
    return JsonResponse(SuggestionsDto(fits=False, suggestions=shown, more_suggestions=more))


@router.get("/api/suggestions/{suggestionId}", response_model=SuggestionDto, responses=problem_docs(400, 404))
async def get_suggestion(suggestion_id: SuggestionId, bus: BusOf, viewer: ViewerOf) -> Response:
    """A fix that was suggested to the caller."""
    return JsonResponse(SuggestionDto.of(await bus.send(GetSuggestion(suggestion_id), viewer)))


@router.post(
    "/api/suggestions/{suggestionId}/apply",
    response_model=AppliedSuggestionDto,
    responses=problem_docs(400, 403, 404, 409, 422),
)
async def apply_suggestion(
    suggestion_id: SuggestionId, bus: BusOf, viewer: ViewerOf, dry_run: DryRun = False
) -> Response:
    """Make all the changes of a fix, once, or none; for a refused request this also books it."""
    details = await bus.send(ApplySuggestion(suggestion_id), viewer, dry_run=dry_run)
    schedules = [ScheduledEventDetailDto.of_detail(detail) for detail in details]
    undo = None if dry_run else LinkDto(href=f"/api/suggestions/{suggestion_id}/undo")
    return JsonResponse(AppliedSuggestionDto(suggestion_id=suggestion_id, schedules=schedules, undo=undo))


@router.post(
    "/api/suggestions/{suggestionId}/undo",
    response_model=UndoneSuggestionDto,
    responses=problem_docs(400, 403, 404, 409, 422),
)
async def undo_suggestion(
    suggestion_id: SuggestionId, bus: BusOf, viewer: ViewerOf, dry_run: DryRun = False
) -> Response:
    """Take an applied fix back, once, while nobody has changed what it touched.

    What it moved is where and what it was; what it booked is cancelled; a conflict that it resolved is back.
    """
    details = await bus.send(UndoSuggestion(suggestion_id), viewer, dry_run=dry_run)
    schedules = [ScheduledEventDetailDto.of_detail(detail) for detail in details]
    return JsonResponse(UndoneSuggestionDto(suggestion_id=suggestion_id, schedules=schedules))
