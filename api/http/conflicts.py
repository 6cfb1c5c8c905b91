"""/api/schedules/conflicts: conflicts between bookings (spec 4.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AfterValidator, Field

from api.bootstrap import Callboard
from api.bus import Bus
from api.cache.entry import Fresh
from api.cache.kind import CacheKind
from api.cache.scope import scope_of
from api.dto.conflict_detail import ConflictDetailDto, ConflictListItemDto
from api.features.apply_suggestion import ApplySuggestion
from api.features.detect_conflicts import DetectConflicts
from api.features.dismiss_conflict import DismissConflict
from api.features.escalate_conflict import EscalateConflict
from api.features.get_conflict_by_id import GetConflictById
from api.features.get_conflicts import GetConflicts
from api.features.get_list_revision import GetListRevision
from api.features.resolve_conflict import ResolveConflict
from api.features.review_conflict import ReviewConflict
from api.http.at_least import at_least
from api.http.endpoint import Endpoint
from api.http.kept_answer import NOT_MODIFIED, IfNoneMatch, body_of, kept_answer, question_of
from api.http.paging import DEFAULT_LIMIT, Cursor, Limit, Page
from api.http.problem_docs import problem_docs
from api.http.request import BusOf, DryRun, ServiceOf, ViewerOf
from api.http.sorting import Order, SortedList, SortKey
from api.http.wire import ByName, Instant, JsonResponse, Text, Wire
from domain.advice import StoredSuggestion
from domain.enums import ConflictLevel, ConflictStatus, ConflictType, ResolutionMethod, Role
from domain.errors import FieldException, NotFoundException, StateConflict
from domain.time_slot import TimeSlot
from domain.viewer import Viewer
from persistence.conflict_sweep import Scope
from persistence.readers.conflicts import ConflictFilter, ConflictView
from persistence.revisions import RevisionKind
from persistence.sorting import Sort

router = APIRouter(prefix="/api/schedules/conflicts", tags=["conflicts"], route_class=Endpoint)

END_OF_TIME = datetime.max.replace(tzinfo=UTC)


def _not_blank(value: str) -> str:
    stripped = value.strip()
    if not stripped:
        raise ValueError("must not be blank")
    return stripped


Reason = Annotated[Text, AfterValidator(_not_blank)]
ConflictId = Annotated[UUID, Path(alias="conflictId", description="The scheduleConflictId")]


class DetectConflictsDto(Wire):
    """Where to detect conflicts anew; without a calendar, everywhere, and without `from`, from now on."""

    calendar_id: UUID | None = None
    from_: Annotated[Instant | None, Field(alias="from")] = None
    to: Instant | None = None


class DetectedConflictsDto(Wire):
    """What detection did: newly detected, resolved because they were over, and open now."""

    detected: int
    resolved: int
    open: int


class ResolveConflictDto(Wire):
    """Either the suggestion to apply, or what resolved the conflict."""

    suggestion_id: UUID | None = None
    resolution_method: Annotated[ResolutionMethod, ByName()] | None = None
    note: Text | None = None


class EscalateConflictDto(Wire):
    """Who is to deal with the conflict, and why."""

    escalated_to: UUID
    reason: Reason


class DismissConflictDto(Wire):
    """Why the conflict is no trouble."""

    reason: Text | None = None


_LIST = SortedList[ConflictView](
    {
        "conflictLevel": SortKey(
            lambda one: f"{int(one.conflict.conflict_level)}|{one.starts_at.isoformat()}"
        ),
        "startDateTime": SortKey(lambda one: one.starts_at, datetime),
        "detectedAt": SortKey(lambda one: one.conflict.detected_at, datetime),
    },
    lambda one: one.conflict.schedule_conflict_id,
)


@router.get("", response_model=Page[ConflictListItemDto], responses={**NOT_MODIFIED, **problem_docs(400)})
async def list_conflicts(
    request: Request,
    service: ServiceOf,
    viewer: ViewerOf,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    status: Annotated[
        list[Annotated[ConflictStatus, ByName()]] | None,
        Query(description="Repeatable; the open ones (Detected, UnderReview, Escalated) without it"),
    ] = None,
    level: Annotated[
        Annotated[ConflictLevel, ByName()] | None, Query(description="At least this bad")
    ] = None,
    conflict_type: Annotated[
        list[Annotated[ConflictType, ByName()]] | None, Query(alias="type", description="Repeatable")
    ] = None,
    calendar_id: Annotated[UUID | None, Query(alias="calendarId")] = None,
    resource_id: Annotated[UUID | None, Query(alias="resourceId")] = None,
    scheduled_event_id: Annotated[UUID | None, Query(alias="scheduledEventId")] = None,
    since: Annotated[Instant | None, Query(alias="from", description="Their overlap ends after")] = None,
    until: Annotated[Instant | None, Query(alias="to", description="Their overlap starts before")] = None,
    q: Annotated[Text | None, Query(description="Part of the title of either booking")] = None,
    sort: Literal["conflictLevel", "startDateTime", "detectedAt"] = "conflictLevel",
    order: Order | None = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List conflicts: the worst first, then the earliest, unless asked otherwise."""
    wanted = ConflictFilter(
        minimum_level=level,
        types=conflict_type or (),
        calendar_id=calendar_id,
        resource_id=resource_id,
        scheduled_event_id=scheduled_event_id,
        since=since,
        until=until,
        text=q,
        **({"statuses": status} if status else {}),
    )
    # Unasked the worst, or the earliest, come first.
    by = Sort(sort, descending=order == ("asc" if sort == "conflictLevel" else "desc"))
    query = GetConflicts(wanted, by, limit + 1, _position(by, cursor))

    async def make() -> Fresh:
        found = await service.bus.send(query, viewer)
        page = _LIST.page(found.views, limit, by, ConflictListItemDto.of)
        return Fresh(body_of(page), found.lapses_at)

    revision = await service.bus.send(GetListRevision(RevisionKind.ConflictList), viewer)
    key = f"{question_of(request)}:{scope_of(viewer)}"
    entry = await service.cache.answer(CacheKind.ConflictList, key, revision, make)
    return kept_answer(entry, if_none_match)


@router.post(
    "/detect",
    response_model=DetectedConflictsDto,
    responses=problem_docs(400, 403),
    dependencies=[at_least(Role.Manager)],
)
async def detect_conflicts(
    service: ServiceOf,
    bus: BusOf,
    viewer: ViewerOf,
    body: DetectConflictsDto | None = None,
    dry_run: DryRun = False,
) -> Response:
    """Detect conflicts anew: record clashes that are not on record, resolve conflicts that are over."""
    asked = body or DetectConflictsDto()
    start = asked.from_ or service.database.clock.now()
    window = TimeSlot(start, asked.to or END_OF_TIME)
    if window.end_date_time <= start:
        raise FieldException("to", "must be after from, which is now unless given")
    detected = resolved = still_open = 0
    step: DetectConflicts | None = DetectConflicts(Scope(window, asked.calendar_id))
    while step is not None:
        done = await bus.send(step, viewer, dry_run=dry_run)
        detected, resolved, still_open = (
            detected + done.detected,
            resolved + done.resolved,
            still_open + done.open,
        )
        step = done.next
    return JsonResponse(DetectedConflictsDto(detected=detected, resolved=resolved, open=still_open))


@router.get("/{conflictId}", response_model=ConflictDetailDto, responses=problem_docs(400, 404))
async def get_conflict(
    schedule_conflict_id: ConflictId, service: ServiceOf, bus: BusOf, viewer: ViewerOf
) -> Response:
    """One conflict, with ways to end it while it is open."""
    view = await bus.send(GetConflictById(schedule_conflict_id), viewer)
    return _answer(view, await _suggestions(service, view, viewer))


@router.post(
    "/{conflictId}/resolve",
    response_model=ConflictDetailDto,
    responses=problem_docs(400, 403, 404, 409),
    dependencies=[at_least(Role.Manager)],
)
async def resolve_conflict(
    schedule_conflict_id: ConflictId,
    body: ResolveConflictDto,
    bus: BusOf,
    viewer: ViewerOf,
    dry_run: DryRun = False,
) -> Response:
    """Apply a suggestion, say what resolved the conflict, or accept it as it is (OverrideApplied)."""
    method = body.resolution_method
    if (body.suggestion_id is None) == (method is None):
        raise FieldException("resolutionMethod", "Give exactly one of suggestionId and resolutionMethod")
    if body.suggestion_id is not None:
        view = await _apply(bus, viewer, schedule_conflict_id, body.suggestion_id, dry_run=dry_run)
        method = view.conflict.resolution_method
        if body.note is None or method is None:
            return _answer(view)
    assert method is not None
    command = ResolveConflict(schedule_conflict_id, method, body.note)
    return _answer(await bus.send(command, viewer, dry_run=dry_run))


@router.post(
    "/{conflictId}/escalate",
    response_model=ConflictDetailDto,
    responses=problem_docs(400, 403, 404, 409),
    dependencies=[at_least(Role.Manager)],
)
async def escalate_conflict(
    schedule_conflict_id: ConflictId,
    body: EscalateConflictDto,
    bus: BusOf,
    viewer: ViewerOf,
    dry_run: DryRun = False,
) -> Response:
    """Hand a conflict to somebody."""
    command = EscalateConflict(schedule_conflict_id, body.escalated_to, body.reason)
    return _answer(await bus.send(command, viewer, dry_run=dry_run))


@router.post(
    "/{conflictId}/dismiss",
    response_model=ConflictDetailDto,
    responses=problem_docs(400, 403, 404, 409),
    dependencies=[at_least(Role.Manager)],
)
async def dismiss_conflict(
    schedule_conflict_id: ConflictId,
    bus: BusOf,
    viewer: ViewerOf,
    body: DismissConflictDto | None = None,
    dry_run: DryRun = False,
) -> Response:
    """Set a conflict aside for as long as its clash lasts."""
    command = DismissConflict(schedule_conflict_id, body.reason if body else None)
    return _answer(await bus.send(command, viewer, dry_run=dry_run))


@router.post(
    "/{conflictId}/review",
    response_model=ConflictDetailDto,
    responses=problem_docs(400, 403, 404, 409),
    dependencies=[at_least(Role.Manager)],
)
async def review_conflict(
    schedule_conflict_id: ConflictId, bus: BusOf, viewer: ViewerOf, dry_run: DryRun = False
) -> Response:
    """Take a conflict under review."""
    return _answer(await bus.send(ReviewConflict(schedule_conflict_id), viewer, dry_run=dry_run))


async def _suggestions(service: Callboard, view: ConflictView, viewer: Viewer) -> Sequence[StoredSuggestion]:
    """Fixes that the viewer could apply; a conflict that is over needs none."""
    if not view.is_open:
        return ()
    return (await service.advice.for_conflict(view.conflict.schedule_conflict_id, viewer)).suggestions


async def _apply(
    bus: Bus, viewer: Viewer, schedule_conflict_id: UUID, suggestion_id: UUID, *, dry_run: bool
) -> ConflictView:
    """Apply a suggestion that was made for this conflict, and give the conflict as it is then."""
    before = await bus.send(GetConflictById(schedule_conflict_id), viewer)
    if not before.is_open:
        status = before.conflict.status.name
        raise StateConflict(f"This conflict is {status} already; only an open one can be resolved")
    try:
        await bus.send(ApplySuggestion(suggestion_id, schedule_conflict_id), viewer, dry_run=dry_run)
    except NotFoundException as error:
        if error.identifier != suggestion_id:
            raise
        raise FieldException("suggestionId", "Suggestion does not exist") from error
    return await bus.send(GetConflictById(schedule_conflict_id), viewer)


def _answer(view: ConflictView, suggestions: Sequence[StoredSuggestion] = ()) -> Response:
    return JsonResponse(ConflictDetailDto.of(view, suggestions))


def _position(sort: Sort, cursor: str | None) -> tuple[Any, ...] | None:
    """Where a cursor stands; by level it is of a level and an instant in one."""
    found = _LIST.after(sort, cursor)
    if found is None or sort.by != "conflictLevel":
        return found
    level, _, instant = str(found[0]).partition("|")
    try:
        starts_at = datetime.fromisoformat(instant).astimezone(UTC)
        return -int(ConflictLevel(int(level))), starts_at, found[1]
    except (ValueError, OverflowError) as error:
        raise FieldException("cursor", "must be a nextCursor that this list gave out") from error
