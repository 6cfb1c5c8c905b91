"""/api/notifications: what people are told by mail, and how often."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import Field

from api.features.get_notice_preferences import GetNoticePreferences
from api.features.update_notice_preferences import UpdateNoticePreferences
from api.http.endpoint import Endpoint
from api.http.problem_docs import problem_docs
from api.http.request import BusOf, DryRun, ExpectedVersion, ViewerOf, etag
from api.http.wire import JsonResponse, Wire
from domain.notice import NoticeFrequency, NoticeKind, NoticePreferences

router = APIRouter(prefix="/api/notifications", tags=["notifications"], route_class=Endpoint)


class NoticePreferencesDto(Wire):
    """How the caller is written to.

    frequency: Soon gathers a few minutes of news in a letter, Hourly and Daily an hour's or a day's; what
    begins within 24 hours is told soon all the same. Never stops all letters.
    unwanted: what not to be told. invitations: with a part that calendar programs read, so that they show the
    booking where it is. ownChanges: of what the caller does, too.
    """

    frequency: NoticeFrequency = NoticeFrequency.Soon
    unwanted: list[NoticeKind] = Field(default=[], max_length=len(NoticeKind))
    invitations: bool = True
    own_changes: bool = False

    @classmethod
    def of(cls, one: NoticePreferences) -> NoticePreferencesDto:
        """The preferences in JSON."""
        return cls(
            frequency=one.frequency,
            unwanted=sorted(one.unwanted),
            invitations=one.invitations,
            own_changes=one.own_changes,
        )


@router.get("/preferences", response_model=NoticePreferencesDto, responses=problem_docs())
async def get_notice_preferences(bus: BusOf, viewer: ViewerOf) -> Response:
    """How the caller is told of what happens to their bookings."""
    found = await bus.send(GetNoticePreferences(), viewer)
    return JsonResponse(NoticePreferencesDto.of(found), 200, etag(found.version))


@router.put("/preferences", response_model=NoticePreferencesDto, responses=problem_docs(400, 412))
async def update_notice_preferences(
    body: NoticePreferencesDto,
    bus: BusOf,
    viewer: ViewerOf,
    expected_version: ExpectedVersion,
    dry_run: DryRun = False,
) -> Response:
    """Choose what to be told and how often, from now on."""
    wanted = NoticePreferences(frozenset(body.unwanted), body.frequency, body.invitations, body.own_changes)
    command = UpdateNoticePreferences(wanted, expected_version)
    stored = await bus.send(command, viewer, dry_run=dry_run)
    return JsonResponse(NoticePreferencesDto.of(stored), 200, etag(stored.version))
