"""Without its Redis the service is slower, and that is all."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

from api.cache import store as store_module
from api.cache.kind import CacheKind
from api.cache.store import Store
from tests.api.cache.story import Story, prologue
from tests.api.people import MANAGER
from tests.redis_server import RedisServer


async def test_killing_redis_amid_requests_fails_none(
    start: Any, tmp_path: Path, owner_execute: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(store_module, "REST_SECONDS", 3_600.0)
    server = RedisServer(tmp_path)
    server.start()
    one, other = await start(server.url), await start(server.url)
    story = Story(one, owner_execute)
    await prologue(story)
    paths = [path for (_, viewer, _), path in story.reads().items() if viewer is MANAGER]

    async def ask(number: int) -> int:
        process = (one, other)[number % 2]
        if number == 40:
            server.kill()
        if number % 10 == 9:
            await story.event(f"Event {number}")
            await story.book(f"Event {number}", "Ballroom", number // 10, number // 10 + 1)
        return (await process.get(paths[number % len(paths)], MANAGER)).status_code

    assert set(await asyncio.gather(*(ask(number) for number in range(80)))) == {200}
    for process in (one, other):
        assert (await process.get(paths[0], MANAGER)).status_code == 200
    stores = [process.service.cache._store for process in (one, other)]
    assert [one_store.is_resting for one_store in stores] == [True, True]
    # While it rests it is not asked: however many requests come, none of them waits for it.
    failures = [one_store.failures for one_store in stores]
    assert {(await process.get(path, MANAGER)).status_code for path in paths for process in (one, other)} == {
        200
    }
    assert [one_store.failures for one_store in stores] == failures

    for one_store in stores:
        one_store._rests_until = 0.0
    server.start()
    view = next(path for path in paths if "/view" in path)
    hits = other.service.cache.counts[CacheKind.CalendarViews].hits
    found = [await process.get(view, MANAGER) for process in (one, other)]
    assert found[0].text == found[1].text
    assert other.service.cache.counts[CacheKind.CalendarViews].hits == hits + 1
    server.kill()


async def test_a_redis_that_never_answers_costs_a_moment_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        store = Store(url, patience_seconds=0.05)
        for _ in range(20):
            assert await store.get("key") is None
            await store.put("key", b"value", 60)
        assert (store.failures, store.is_resting) == (1, True)
        await store.close()


async def test_a_service_starts_without_its_redis(start: Any, owner_execute: Any) -> None:
    process = await start("redis://127.0.0.1:1/0")
    await prologue(Story(process, owner_execute))
    assert (await process.get("/api/calendars", MANAGER)).status_code == 200
