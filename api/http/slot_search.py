"""/api/availability/search: when are all of these free at once?"""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Response

from api.dto.slot_search import SlotSearchDto, SlotSearchResultDto, SlotSearchTold
from api.http.availability import MAXIMUM_DAYS
from api.http.endpoint import Endpoint
from api.http.in_scope import in_scope
from api.http.problem_docs import problem_docs
from api.http.request import ServiceOf, ViewerOf
from api.http.wire import JsonResponse
from domain.enums import Scope
from domain.errors import FieldException
from domain.policy import Policy

router = APIRouter(tags=["availability"], route_class=Endpoint)


@router.post(
    "/api/availability/search",
    response_model=SlotSearchResultDto,
    responses=problem_docs(400, 403, 503),
    dependencies=[in_scope(Scope.Read)],
)
async def search_slots(body: SlotSearchDto, service: ServiceOf, viewer: ViewerOf) -> Response:
    """Slots in which enough of every group are free at once, best first, each with the call that books it.

    Where there is none, the answer says what blocks and, to a Manager, which bookings to move for one.
    """
    _ensure_bounded(body, service.settings.policy)
    wanted = body.wanted(service.settings.time_zone)
    answer = await service.slot_search.search(wanted, body.limit, viewer)
    return JsonResponse(SlotSearchTold(answer, body).result())


def _ensure_bounded(body: SlotSearchDto, policy: Policy) -> None:
    """Refuse what would take too long, or what no booking can be."""
    length = body.window.to - body.window.from_
    if length <= timedelta(0):
        raise FieldException("window.to", "must be after from")
    if length > timedelta(days=MAXIMUM_DAYS):
        raise FieldException("window.to", f"At most {MAXIMUM_DAYS} days can be searched at once")
    duration = timedelta(minutes=body.duration_minutes)
    if duration < policy.minimum_duration:
        minutes = int(policy.minimum_duration.total_seconds() // 60)
        raise FieldException("durationMinutes", f"A booking lasts at least {minutes} minutes")
    if duration > policy.maximum_duration:
        raise FieldException(
            "durationMinutes", f"A booking lasts at most {policy.maximum_duration.days} days"
        )
