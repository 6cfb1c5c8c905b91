"""Answers that clients keep: ETag, If-None-Match, Cache-Control."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.bootstrap import Callboard
from api.cache.kind import CacheKind
from tests.api.bookings import at, booking
from tests.api.conftest import StandingClock
from tests.api.people import CUSTOMER, OTHER_CUSTOMER, STAFF

Headers = dict[str, str]


@pytest.fixture
async def paths(make_hall: Any, make_event: Any, book: Any, grant: Any) -> dict[str, str]:
    """Every kind of answer that may be kept."""
    hall = await make_hall("Ballroom")
    await book(hall.calendar_id, await make_event("Gala"), at(10), at(12))
    for viewer in (STAFF, CUSTOMER, OTHER_CUSTOMER):
        await grant(viewer, hall.calendar_id, "Book")
    return {
        "view": f"/api/calendars/{hall.calendar_id}/daily?date={at(0)[:10]}",
        "conflicts": "/api/schedules/conflicts",
        "calendars": "/api/calendars",
        "calendar": f"/api/calendars/{hall.calendar_id}",
        "availability": f"/api/resources/{hall.resource_id}/availability?from={at(9)}&to={at(13)}",
        "slots": f"/api/resources/{hall.resource_id}/availability/slots?date={at(0)[:10]}",
    }


async def test_an_answer_is_kept_and_asked_about(
    client: httpx.AsyncClient, paths: dict[str, str], as_manager: Headers
) -> None:
    for path in paths.values():
        first = await client.get(path, headers=as_manager)
        tag = first.headers["etag"]
        assert tag[0] == tag[-1] == '"'
        assert first.headers["cache-control"] == "private, no-cache"
        assert first.headers["vary"] == "Authorization"
        assert first.headers["content-type"] == "application/json"
        for named in (tag, f"W/{tag}", f'"x", {tag}', "*"):
            again = await client.get(path, headers={**as_manager, "If-None-Match": named})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
            assert again.headers["cache-control"] == "private, no-cache"
        for other in ('"x"', tag.strip('"'), "", "\x7f", f'"{tag}"'):
            again = await client.get(path, headers={**as_manager, "If-None-Match": other})
            assert (again.status_code, again.text) == (200, first.text), other


async def test_tags_differ_by_what_their_viewer_may_see(
    client: httpx.AsyncClient, paths: dict[str, str], headers_for: Any, as_admin: Headers, as_manager: Headers
) -> None:
    async def tag(path: str, headers: Headers) -> str:
        return (await client.get(path, headers=headers)).headers["etag"]

    own = [headers_for(viewer) for viewer in (CUSTOMER, OTHER_CUSTOMER)]
    for path in (path for name, path in paths.items() if name != "calendar"):
        assert await tag(path, as_admin) == await tag(path, as_manager)
        assert len({await tag(path, headers) for headers in (as_manager, *own)}) == 3
    staff = headers_for(STAFF)
    assert await tag(paths["view"], staff) == await tag(paths["view"], as_manager)
    assert await tag(paths["calendars"], staff) != await tag(paths["calendars"], as_manager)


async def test_what_was_taken_away_is_not_confirmed(
    client: httpx.AsyncClient, paths: dict[str, str], headers_for: Any, as_admin: Headers
) -> None:
    """A tag proves nothing: who may not look any more gets 404, not 304."""
    staff = headers_for(STAFF)
    tags = {name: (await client.get(path, headers=staff)).headers["etag"] for name, path in paths.items()}
    gone = await client.delete(f"{paths['calendar']}/access/{STAFF.user_id}", headers=as_admin)
    assert gone.status_code == 204
    statuses = {
        name: (await client.get(path, headers={**staff, "If-None-Match": tags[name]})).status_code
        for name, path in paths.items()
    }
    lists = {"conflicts", "calendars"}
    assert statuses == {name: 200 if name in lists else 404 for name in paths}
    unknown = await client.get(paths["view"], headers={"If-None-Match": tags["view"]})
    assert unknown.status_code == 401


async def test_a_calendars_tag_is_its_version(
    client: httpx.AsyncClient, paths: dict[str, str], as_admin: Headers
) -> None:
    path = paths["calendar"]
    assert (await client.get(path, headers=as_admin)).headers["etag"] == '"1"'
    renamed = await client.put(path, json={"name": "Hall"}, headers={**as_admin, "If-Match": '"1"'})
    assert (renamed.status_code, renamed.headers["etag"]) == (200, '"2"')
    again = await client.get(path, headers={**as_admin, "If-None-Match": '"1"'})
    assert (again.status_code, again.headers["etag"], again.json()["name"]) == (200, '"2"', "Hall")


async def test_a_hold_expires_though_nobody_writes(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_resource: Any,
    make_event: Any,
    as_manager: Headers,
    clock: StandingClock,
) -> None:
    """A hold in one hall clashes with a booking in another; both views and the list show when it expires."""
    ada = [{"resourceId": await make_resource("Ada", "Staff")}]
    halls = [await make_hall("Ballroom"), await make_hall("Attic")]
    event = await make_event("Gala")
    expires = (clock.now() + timedelta(minutes=2)).isoformat()
    for hall, more in zip(halls, ({"status": "Tentative", "holdExpiresAt": expires}, {}), strict=True):
        body = booking(event, hall.calendar_id, 10, 12, resources=ada, **more)
        assert (await client.post("/api/schedules", json=body, headers=as_manager)).status_code == 201
    held, firm = (f"/api/calendars/{hall.calendar_id}/daily?date={at(0)[:10]}" for hall in halls)
    clashes = "/api/schedules/conflicts"

    async def shown() -> tuple[int, list[str], int, set[int]]:
        answers = {path: await client.get(path, headers=as_manager) for path in (held, firm, clashes)}
        tagged = {path: {**as_manager, "If-None-Match": one.headers["etag"]} for path, one in answers.items()}
        kept = {(await client.get(path, headers=headers)).status_code for path, headers in tagged.items()}
        levels = [one["conflictLevel"] for one in answers[firm].json()["events"]]
        return len(answers[held].json()["events"]), levels, len(answers[clashes].json()["items"]), kept

    assert await shown() == (1, ["Minor"], 1, {304})
    seen = [await client.get(path, headers=as_manager) for path in (held, firm, clashes)]
    clock.forward(timedelta(minutes=2))
    for one in seen:
        headers = {**as_manager, "If-None-Match": one.headers["etag"]}
        assert (await client.get(str(one.url), headers=headers)).status_code == 200
    assert await shown() == (0, ["None"], 0, {304})


@pytest.mark.parametrize("of", ["", "/slots"])
async def test_the_present_moves_on_though_nobody_writes(
    client: httpx.AsyncClient,
    make_resource: Any,
    as_manager: Headers,
    clock: StandingClock,
    service: Callboard,
    of: str,
) -> None:
    """Of a time that has begun less is free each minute, and every half hour a slot is past."""
    mixer = await make_resource("Mixer")
    begun = clock.now().replace(second=0, microsecond=0)
    clock.forward(begun + timedelta(minutes=29) - clock.now())
    asked = {"from": begun.isoformat(), "to": (begun + timedelta(hours=3)).isoformat()}
    path = f"/api/resources/{mixer}/availability{of}"

    async def get(**headers: str) -> httpx.Response:
        return await client.get(path, params=asked, headers={**as_manager, **headers})

    counts = service.cache.counts[CacheKind.ResourceAvailability]
    first = await get()
    clock.forward(timedelta(minutes=1, microseconds=-1))
    same = await get(**{"If-None-Match": first.headers["etag"]})
    assert (same.status_code, counts.hits, counts.misses) == (304, 1, 1)
    clock.forward(timedelta(microseconds=1))
    other = await get(**{"If-None-Match": first.headers["etag"]})
    assert (other.status_code, counts.hits, counts.misses) == (200, 1, 2)
    assert other.text != first.text
