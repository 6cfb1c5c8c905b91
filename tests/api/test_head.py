"""HEAD answers what GET does, without the body."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

Headers = dict[str, str]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/health/live", 200),
        ("/openapi.json", 200),
        ("/api/calendars", 200),
        ("/api/calendars/{calendar}", 200),
        ("/api/calendars/{event}", 404),
        ("/api/calendars/nonsense", 400),
        ("/api/availability/search", 405),
        ("/nowhere", 404),
    ],
)
async def test_the_headers_are_those_of_get(
    client: httpx.AsyncClient, make_hall: Any, make_event: Any, as_manager: Headers, path: str, status: int
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    path = path.format(calendar=hall.calendar_id, event=event)
    named = as_manager | {"X-Request-ID": "same"}
    got = await client.get(path, headers=named)
    head = await client.head(path, headers=named)
    assert (head.status_code, head.content) == (status, b"")
    assert (got.status_code, got.headers) == (status, head.headers)
    assert int(head.headers["content-length"]) == len(got.content)


async def test_nobody_looks_without_a_token(client: httpx.AsyncClient) -> None:
    head = await client.head("/api/calendars")
    assert (head.status_code, head.headers["www-authenticate"], head.content) == (401, "Bearer", b"")


async def test_what_is_known_is_not_modified(
    client: httpx.AsyncClient, make_hall: Any, as_manager: Headers
) -> None:
    path = f"/api/calendars/{(await make_hall('Ballroom')).calendar_id}"
    tag = (await client.head(path, headers=as_manager)).headers["etag"]
    head = await client.head(path, headers={**as_manager, "If-None-Match": tag})
    assert (head.status_code, head.headers["etag"]) == (304, tag)
