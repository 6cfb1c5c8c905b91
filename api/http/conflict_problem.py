"""The 409 of a refused booking: what it clashes with, and fixes that one call each applies."""

from __future__ import annotations

from asyncio import gather
from typing import Any
from uuid import UUID

from fastapi import FastAPI, Request
from fastapi.responses import Response

from api.advice.service import Advice
from api.dto.link import LinkDto
from api.dto.scheduled_event import ANOTHER_BOOKING
from api.dto.suggestion import SuggestionDto
from api.http.problems import problem
from api.http.request import callboard_of
from api.http.wire import format_instant, wire_name
from domain.errors import ConflictException, RefusedClash, SeriesConflictException
from domain.proposal import Proposal
from domain.viewer import Viewer
from persistence.readers.rivals import Rival, get_rivals


def install(app: FastAPI) -> None:
    """Answer refused bookings this way."""
    app.add_exception_handler(ConflictException, _conflict_problem)


async def _conflict_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ConflictException)
    service = callboard_of(request)
    viewer: Viewer = request.state.viewer

    async def read_rivals() -> dict[UUID, Rival]:
        async with service.database.unit_of_work(viewer) as uow:
            return await get_rivals(uow, sorted({clash.rival_id for clash in error.clashes}))

    advice, rivals = await gather(service.advice.for_refusal(error, viewer), read_rivals())
    errors = {"ConflictingEvents": _conflicting_events(error, rivals)}
    return problem(
        request,
        409,
        "Scheduling Conflict",
        error.detail,
        errors,
        suggestions_of(advice, ask_again(error.proposal)),
    )


def ask_again(proposal: Proposal) -> LinkDto:
    """Where to ask for fixes, with the body that was refused."""
    if proposal.is_new:
        return LinkDto(href="/api/schedules/suggestions")
    return LinkDto(href=f"/api/schedules/{proposal.scheduled_event_id}/suggestions")


def suggestions_of(advice: Advice, more: LinkDto) -> dict[str, Any]:
    """The members of a JSON object that carry advice. more: where to ask when there was no time to look."""
    shown = [
        SuggestionDto.of(one).model_dump(mode="json", by_alias=True, exclude_none=True)
        for one in advice.suggestions
    ]
    return {"suggestions": shown, **({"moreSuggestions": more.model_dump()} if advice.shed else {})}


def _conflicting_events(error: ConflictException, rivals: dict[UUID, Rival]) -> list[dict[str, Any]]:
    """What is in the way; of a series, with the date of it that it is in the way of."""
    if not isinstance(error, SeriesConflictException):
        return [
            conflicting_event(one, rivals[one.rival_id]) for one in error.clashes if one.rival_id in rivals
        ]
    return [
        {
            "occurrenceStart": format_instant(date.proposal.slot.start_date_time),
            **conflicting_event(one, rivals[one.rival_id]),
        }
        for date in error.occurrences
        for one in date.clashes
        if one.rival_id in rivals
    ]


def conflicting_event(clash: RefusedClash, rival: Rival) -> dict[str, Any]:
    """A hidden booking has no ids, and no title of its own."""
    ids = (
        {}
        if rival.event_id is None
        else {"eventId": str(rival.event_id), "scheduledEventId": str(rival.scheduled_event_id)}
    )
    return {
        **ids,
        "eventTitle": rival.title or ANOTHER_BOOKING,
        "startDateTime": format_instant(rival.slot.start_date_time),
        "endDateTime": format_instant(rival.slot.end_date_time),
        "conflictType": clash.conflict_type.name,
        "conflictLevel": wire_name(clash.conflict_level),
    }
