"""A worker beside the service, on the same database, and somebody who receives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.settings import Settings
from api.worker import Worker
from persistence.embedded import EmbeddedUrls
from tests.api.delivery.receiver import Receiver

LOOPBACK = IPv4Network("127.0.0.0/8")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Webhooks may reach this machine."""
    return Settings(home=tmp_path, solve_seconds=60, webhook_networks=(LOOPBACK,))


@pytest.fixture
async def start_worker(urls: EmbeddedUrls) -> AsyncIterator[Callable[[Settings], Awaitable[asyncio.Event]]]:
    """Runs a worker in this process until its event is set, at the latest until the test ends."""
    running: list[tuple[asyncio.Task[None], asyncio.Event]] = []

    async def start(settings: Settings) -> asyncio.Event:
        stop = asyncio.Event()
        running.append((asyncio.create_task(Worker(settings, urls.worker).run(stop)), stop))
        return stop

    yield start
    for _, stop in running:
        stop.set()
    for task, _ in running:
        await task


@pytest.fixture
async def worker(start_worker: Any, settings: Settings) -> asyncio.Event:
    """A worker that runs."""
    stop: asyncio.Event = await start_worker(settings)
    return stop


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Somebody who receives."""
    receiver = Receiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


@pytest.fixture
def hook(
    client: httpx.AsyncClient, as_manager: dict[str, str], receiver: Receiver
) -> Callable[..., Awaitable[dict[str, Any]]]:
    """A webhook that leads to the receiver: `await hook(headers, factTypes=[...])` gives its body."""

    async def make(headers: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
        body = {"url": receiver.url, **fields}
        answer = await client.post("/api/webhooks", json=body, headers=headers or as_manager)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    return make
