"""Where answers about one resource's availability are given, kept ones where they are so still (spec 12)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from fastapi import Depends, Path, Response

from api.bootstrap import Callboard
from api.cache.entry import Fresh
from api.cache.kind import CacheKind
from api.cache.scope import scope_of
from api.features.get_resource_revision import GetResourceRevision
from api.http.kept_answer import IfNoneMatch, kept_answer
from api.http.request import ServiceOf, ViewerOf
from api.http.wire import format_instant
from api.telemetry.meters import timed
from domain.enums import ResourceType
from domain.facts import ResourceAvailabilityChecked
from domain.time_slot import TimeSlot
from domain.viewer import Viewer

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AvailabilityDesk:
    """Where somebody who may asks about a resource, and with what in hand. zone: the resource's."""

    service: Callboard
    viewer: Viewer
    resource_id: UUID
    resource_type: ResourceType
    zone: ZoneInfo
    revision: str
    if_none_match: str | None

    async def show(
        self,
        window: TimeSlot,
        asked: str,
        make: Callable[[], Awaitable[Fresh]],
        finds_it: Callable[[Answer], bool],
    ) -> Response:
        """The answer, kept or made anew for 2 minutes at most; either way it has been checked.

        asked: what is asked about the window. finds_it: whether an answer says that it can be had.
        """

        async def make_timed() -> Fresh:
            with timed(self.service.meters.checks):
                return await make()

        entry = await self.service.cache.answer(
            CacheKind.ResourceAvailability, self._key(window, asked), self.revision, make_timed
        )
        fact = ResourceAvailabilityChecked(
            self.resource_id,
            self.resource_type,
            window.start_date_time,
            window.end_date_time,
            finds_it(orjson.loads(entry.body)),
        )
        self.service.query_facts.record(self.resource_id, fact)
        return kept_answer(entry, self.if_none_match)

    def _key(self, window: TimeSlot, asked: str) -> str:
        """The contract's key, then what else the answer depends on."""
        day = window.start_date_time.astimezone(self.zone).date()
        shown = "/".join(format_instant(one) for one in (window.start_date_time, window.end_date_time))
        return f"{self.resource_id}:{day}:{shown}:{asked}:{scope_of(self.viewer)}"


def is_available(answer: Answer) -> bool:
    """Whether a check says so of all the time asked about."""
    return bool(answer["isAvailable"])


def has_free_slot(answer: Answer) -> bool:
    """Whether a list of slots has one that is available."""
    return any(one["isAvailable"] for one in answer["slots"])


async def _desk(
    resource_id: Annotated[UUID, Path(alias="resourceId")],
    service: ServiceOf,
    viewer: ViewerOf,
    if_none_match: IfNoneMatch = None,
) -> AvailabilityDesk:
    found = await service.bus.send(GetResourceRevision(resource_id), viewer)
    return AvailabilityDesk(
        service,
        viewer,
        resource_id,
        found.resource_type,
        ZoneInfo(found.time_zone),
        found.revision,
        if_none_match,
    )


DeskOf = Annotated[AvailabilityDesk, Depends(_desk)]
