"""/api/events/stream: facts as they are published, as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import WithJsonSchema
from starlette.types import Receive, Scope, Send

from api.delivery.event_streams import EventStreams, Listener
from api.http.endpoint import Endpoint
from api.http.head import headers_only
from api.http.in_scope import in_scope
from api.http.problem_docs import problem_docs
from api.http.problems import problem
from api.http.request import ServiceOf, ViewerOf
from domain.enums import Scope as TokenScope
from domain.errors import FieldException
from domain.facts import FACT_TYPES

router = APIRouter(tags=["webhooks"], route_class=Endpoint)

_MEDIA_TYPE = "text/event-stream"
# A proxy that buffers would hand events on late or never.
_HEADERS = {"Cache-Control": "private, no-store", "X-Accel-Buffering": "no"}

Types = Annotated[
    list[Annotated[str, WithJsonSchema({"type": "string", "enum": sorted(FACT_TYPES)})]] | None,
    Query(alias="type", description="Only facts of these types; may be given several times", max_length=100),
]
LastEventId = Annotated[
    str | None,
    Header(alias="Last-Event-ID", description="The id of the last event received; the next ones follow"),
]


@router.get(
    "/api/events/stream",
    response_class=Response,
    dependencies=[in_scope(TokenScope.Read)],
    responses={
        200: {"content": {_MEDIA_TYPE: {"schema": {"type": "string"}}}},
        **problem_docs(400, 403, 410, 503),
    },
)
async def stream_events(
    request: Request,
    service: ServiceOf,
    viewer: ViewerOf,
    last_event_id: LastEventId = None,
    types: Types = None,
) -> Response:
    """Facts as they are published: what the caller may know, from now on or after Last-Event-ID.

    An event's `id` is the fact's sequence, its type the fact's, and its data what a webhook would get. The
    stream ends with the caller's token; come back with the last id. 410: facts after it are cleared away.
    """
    listener = Listener(viewer, request.state.authenticated_until, _known(types))
    streams = service.event_streams
    after = await _position(streams, listener, last_event_id)
    missed = None if last_event_id is None else await streams.missed(listener, after)
    if missed is not None:
        detail = f"Facts before {missed} are not kept any more; go on with Last-Event-ID {missed - 1}"
        return problem(request, 410, "Facts Cleared Away", detail)
    if headers_only(request.scope):
        return Response(media_type=_MEDIA_TYPE, headers=_HEADERS)
    stack = AsyncExitStack()
    await stack.enter_async_context(streams.place(viewer.user_id))
    return _EventStream(streams.events(listener, after), stack)


class _EventStream(StreamingResponse):
    """Events until the end, with what is given back then, whoever ends it."""

    def __init__(self, events: AsyncIterator[bytes], held: AsyncExitStack) -> None:
        super().__init__(events, media_type=_MEDIA_TYPE, headers=_HEADERS)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._held:
            await super().__call__(scope, receive, send)


async def _position(streams: EventStreams, listener: Listener, last_event_id: str | None) -> int:
    """Where the listener is. Raises FieldException for an id that is none of ours."""
    newest = await streams.start(listener)
    if last_event_id is None:
        return newest
    written = last_event_id.strip()
    if not written.isascii() or not written.isdigit() or len(written) > 18 or int(written) > newest:
        raise FieldException("Last-Event-ID", "must be the id of an event that this service has sent")
    return int(written)


def _known(types: list[str] | None) -> frozenset[str] | None:
    for number, name in enumerate(types or ()):
        if name not in FACT_TYPES:
            raise FieldException(f"type[{number}]", f"must be one of {', '.join(sorted(FACT_TYPES))}")
    return None if types is None else frozenset(types)
