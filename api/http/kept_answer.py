"""Answers that a client may keep, but has to ask about before it uses them again (RFC 9110, 9111)."""

from __future__ import annotations

from hashlib import blake2b
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Header, Request, Response

from api.cache.entry import Entry
from api.http.wire import JsonResponse, Wire

IfNoneMatch = Annotated[
    str | None, Header(alias="If-None-Match", description="The ETag of an answer one has; 304 when it is so")
]

NOT_MODIFIED: dict[int | str, dict[str, str]] = {304: {"description": "What the caller has is still so"}}

_HEADERS = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}


def kept_answer(entry: Entry, if_none_match: str | None) -> Response:
    """The entry's answer, or 304 when the client has it."""
    headers = {"ETag": f'"{entry.tag}"', **_HEADERS}
    if if_none_match is not None and _names(if_none_match, entry.tag):
        return Response(status_code=304, headers=headers)
    return Response(entry.body, media_type=JsonResponse.media_type, headers=headers)


def body_of(content: Wire) -> bytes:
    """What goes over the wire, as `JsonResponse` sends it."""
    return content.model_dump_json(by_alias=True, exclude_none=True).encode()


def question_of(request: Request) -> str:
    """A short name for the query of a request, whatever order its parameters come in."""
    asked = urlencode(sorted(request.query_params.multi_items()))
    return blake2b(asked.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _names(if_none_match: str, tag: str) -> bool:
    """Whether the header names the tag; weakly compared, as the RFC says of this header."""
    named = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return "*" in named or f'"{tag}"' in named
