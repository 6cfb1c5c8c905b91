"""/api/feeds, and /feeds/{token}.ics: schedules that calendar programs subscribe to."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query, Request, Response

from api.exports.icalendar_file import FILE_VERSION, icalendar_file
from api.features.create_feed import CreateFeed
from api.features.get_feed_by_token import GetFeedByToken
from api.features.get_feed_schedule import GetFeedSchedule
from api.features.get_feeds import GetFeeds
from api.features.revoke_feed import RevokeFeed
from api.feed_token import is_token, new_token, token_hash
from api.http.endpoint import Endpoint
from api.http.paging import Page
from api.http.problem_docs import problem_docs
from api.http.problems import problem
from api.http.request import BusOf, DryRun, ServiceOf, ViewerOf, public_url
from api.http.wire import Instant, JsonResponse, Wire
from domain.enums import FeedAudience, Role
from domain.errors import NotFoundException
from domain.exported_schedule import ExportedSchedule
from domain.viewer import Viewer
from persistence.repositories.feeds import Feed

router = APIRouter(tags=["feeds"], route_class=Endpoint)

_NOBODY = Viewer(UUID(int=0), Role.Customer)
# Many programs that come at once would otherwise take every thread.
_WRITING = asyncio.Semaphore(2)
_MEDIA_TYPE = "text/calendar; charset=utf-8"

FeedId = Annotated[UUID, Path(alias="feedId")]
Audience = Literal["Owner", "Public"]


class CreateFeedDto(Wire):
    """What the feed is to tell.

    calendarId: of a calendar; without it, of the caller's own bookings ("my schedule").
    audience: Owner tells what the caller sees, Public only when something is.
    """

    calendar_id: UUID | None = None
    audience: Audience = "Owner"


class FeedDto(Wire):
    """A feed. Its address is a secret, told once, when it is made."""

    feed_id: UUID
    calendar_id: UUID | None = None
    audience: Audience
    created_at: Instant

    @classmethod
    def of(cls, feed: Feed) -> FeedDto:
        """The feed in JSON."""
        return cls(
            feed_id=feed.feed_id,
            calendar_id=feed.calendar_id,
            audience=feed.audience.value,
            created_at=feed.created_at,
        )


class NewFeedDto(FeedDto):
    """A feed with its address. webcalUrl: the same for programs that subscribe when they open it."""

    url: str
    webcal_url: str


@router.post("/api/feeds", response_model=NewFeedDto, status_code=201, responses=problem_docs(400, 409))
async def create_feed(
    body: CreateFeedDto, request: Request, bus: BusOf, viewer: ViewerOf, dry_run: DryRun = False
) -> Response:
    """Make a read-only address for calendar programs; whoever has it reads on, until it is revoked."""
    token = new_token()
    command = CreateFeed(token_hash(token), body.calendar_id, FeedAudience(body.audience))
    feed = await bus.send(command, viewer, dry_run=dry_run)
    url = public_url(request, f"/feeds/{token}.ics")
    shown = FeedDto.of(feed)
    answer = NewFeedDto(**dict(shown), url=url, webcal_url=f"webcal://{url.partition('://')[2]}")
    return JsonResponse(answer, 201, {"Cache-Control": "private, no-store"})


@router.get("/api/feeds", response_model=Page[FeedDto], responses=problem_docs(400, 403))
async def list_feeds(
    bus: BusOf, viewer: ViewerOf, owner_id: Annotated[UUID | None, Query(alias="ownerId")] = None
) -> Response:
    """The caller's feeds, or for an Admin the owner's; their addresses are not told again."""
    found = await bus.send(GetFeeds(owner_id), viewer)
    # There are never more than a page of them.
    return JsonResponse(Page[FeedDto](items=[FeedDto.of(one) for one in found], next_cursor=""))


@router.delete("/api/feeds/{feedId}", status_code=204, responses=problem_docs(400, 404))
async def revoke_feed(feed_id: FeedId, bus: BusOf, viewer: ViewerOf, dry_run: DryRun = False) -> Response:
    """Revoke a feed: one's own, or as Admin anybody's."""
    await bus.send(RevokeFeed(feed_id), viewer, dry_run=dry_run)
    return Response(status_code=204)


@router.get(
    "/feeds/{token}.ics",
    response_class=Response,
    responses={
        200: {"content": {_MEDIA_TYPE: {"schema": {"type": "string"}}}},
        304: {"description": "Not changed since the ETag in If-None-Match"},
        **problem_docs(404, 503),
    },
)
async def get_feed(
    token: Annotated[str, Path(description="The secret of the address")],
    request: Request,
    service: ServiceOf,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """A schedule as iCalendar, to who knows the address: what its owner sees now, cancelled bookings too."""
    schedule = await _schedule(token, service)
    if schedule is None:
        return problem(request, 404, "Not Found", "There is no such feed, or not any more")
    refresh = timedelta(minutes=service.settings.feed_refresh_minutes)
    known = frozenset(one.strip().removeprefix("W/") for one in (if_none_match or "").split(","))
    async with _WRITING:
        tag, content = await asyncio.to_thread(_written, schedule, refresh, known)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
    if content is None:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=_MEDIA_TYPE, headers=headers)


async def _schedule(token: str, service: ServiceOf) -> ExportedSchedule | None:
    """What the feed tells; None for every reason not to tell it, which look the same."""
    if not is_token(token):
        return None
    feed = await service.bus.send(GetFeedByToken(token_hash(token)), _NOBODY)
    if feed is None:
        return None
    owner = Viewer(feed.owner_id, feed.role)
    query = GetFeedSchedule(feed.calendar_id, service.settings.time_zone)
    try:
        schedule = await service.bus.send(query, owner)
    except NotFoundException:
        return None
    return schedule.free_busy() if feed.audience is FeedAudience.Public else schedule


def _written(
    schedule: ExportedSchedule, refresh: timedelta, known: frozenset[str]
) -> tuple[str, bytes | None]:
    """The ETag, and the file unless that is known already."""
    tag = _tag(schedule, refresh)
    return tag, None if tag in known else icalendar_file(schedule, refresh)


def _tag(schedule: ExportedSchedule, refresh: timedelta) -> str:
    """An ETag of what is told, found without writing it: most fetches find nothing new."""
    timeless = replace(schedule, generated_at=schedule.window.start_date_time)
    told = repr((FILE_VERSION, timeless, refresh))
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'
