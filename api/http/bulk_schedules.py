"""POST /api/schedules/bulk: many bookings in one request and one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response

from api.dto.bulk import BulkAnswerDto, BulkItemDto, ScheduleManyDto
from api.dto.scheduled_event import ScheduledEventDetailDto, ScheduleEventDto
from api.features.schedule_event import ScheduleEvent
from api.features.schedule_many import ManyRefused, Outcome, Refusal, ScheduleMany
from api.http.conflict_problem import conflicting_event
from api.http.endpoint import Endpoint
from api.http.problem_docs import Problem, problem_docs
from api.http.problems import problem, problem_body, status_of
from api.http.request import BusOf, DryRun, ViewerOf
from api.http.schedule_command import command_of
from api.http.wire import JsonResponse
from domain.errors import ConflictException, ValidationException

router = APIRouter(prefix="/api/schedules", tags=["schedules"], route_class=Endpoint)

_IN_TURN = (403, 400, 422, 409)
"""In which order a request is judged (DESIGN 4.5): of several refusals the first one counts."""


@router.post(
    "/bulk",
    response_model=BulkAnswerDto,
    status_code=201,
    responses={
        200: {"model": BulkAnswerDto, "description": "PerItem: what became of each"},
        **problem_docs(400, 403, 409, 422),
    },
)
async def schedule_many(
    request: Request, body: ScheduleManyDto, bus: BusOf, viewer: ViewerOf, dry_run: DryRun = False
) -> Response:
    """Make up to 200 bookings: all or none (Atomic), or each that can be made (PerItem).

    No series: those are booked one by one. Fixes for one that is refused: `POST /api/schedules/suggestions`.
    """
    atomic = body.mode == "Atomic"
    command = ScheduleMany(tuple(_single(body.items)), atomic)
    outcomes = await bus.send(command, viewer, dry_run=dry_run)
    items = [_item(request, index, outcome) for index, outcome in enumerate(outcomes)]
    return JsonResponse(BulkAnswerDto(items=items), 201 if atomic else 200)


def install(app: FastAPI) -> None:
    """Answer requests for all or none this way when some cannot be made."""
    app.add_exception_handler(ManyRefused, _refused_problem)


async def _refused_problem(request: Request, error: Exception) -> Response:
    """The status is what the first of the refused would have had in the order of judgement."""
    assert isinstance(error, ManyRefused)
    found = {index: _problem_of(request, index, one, made=False) for index, one in error.refusals.items()}
    status = min((one.status for one in found.values()), key=_IN_TURN.index)
    items = [BulkItemDto(index=index, status=one.status, problem=one) for index, one in found.items()]
    errors: dict[str, Sequence[Any]] = {}
    for index, one in found.items():
        named = {name: messages for name, messages in (one.errors or {}).items() if name.startswith("items[")}
        errors |= named or {f"items[{index}]": [one.detail]}
    shown = [one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in items]
    return problem(request, status, "Bookings Refused", error.detail, errors, {"items": shown})


def _single(items: Sequence[ScheduleEventDto]) -> Iterator[ScheduleEvent]:
    """The bookings asked for. Raises ValidationException that names each field of a series."""
    errors = {}
    for index, item in enumerate(items):
        if item.pattern is not None:
            errors[f"items[{index}].recurrencePattern"] = ["A series is booked by itself, at /api/schedules"]
        elif item.skipped_occurrences:
            errors[f"items[{index}].skippedOccurrences"] = ["Only a series skips occurrences"]
    if errors:
        raise ValidationException(errors)
    for item in items:
        command = command_of(item)
        assert isinstance(command, ScheduleEvent)
        yield command


def _item(request: Request, index: int, outcome: Outcome) -> BulkItemDto:
    if isinstance(outcome, Refusal):
        found = _problem_of(request, index, outcome, made=True)
        return BulkItemDto(index=index, status=found.status, problem=found)
    return BulkItemDto(index=index, status=201, schedule=ScheduledEventDetailDto.of_detail(outcome))


def _problem_of(request: Request, index: int, refusal: Refusal, *, made: bool) -> Problem:
    """What the booking would have been answered by itself. made: whether the others of the request stay."""
    error = refusal.error
    status, title = status_of(error)
    errors: Mapping[str, Sequence[Any]] | None = None
    if isinstance(error, ValidationException):
        errors = {f"items[{index}].{name}": messages for name, messages in error.errors.items()}
    elif isinstance(error, ConflictException):
        errors = {"ConflictingEvents": list(_in_the_way(error, refusal, made=made))}
    document = problem_body(request.url.path, status, title, error.detail, errors)
    return Problem(**document)


def _in_the_way(error: ConflictException, refusal: Refusal, *, made: bool) -> Iterator[dict[str, Any]]:
    """What it clashes with; of the same request, by its position there."""
    for clash in error.clashes:
        if clash.rival_id in refusal.rivals:
            shown = conflicting_event(clash, refusal.rivals[clash.rival_id])
            item = refusal.rival_items.get(clash.rival_id)
            if item is not None and not made:
                shown.pop("scheduledEventId", None)
            yield shown if item is None else {**shown, "item": item}
