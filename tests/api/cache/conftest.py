"""Services that cache, beside one that does not, on one database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from api.bootstrap import Callboard, bootstrap
from api.main import create_app
from api.settings import Settings
from domain.viewer import Viewer
from persistence.embedded import EmbeddedUrls

UNCACHED = {
    "cache_views_seconds": 0,
    "cache_availability_seconds": 0,
    "cache_conflicts_seconds": 0,
    "cache_calendars_seconds": 0,
}


class Process:
    """A service as one process runs it, and a client of it."""

    def __init__(self, service: Callboard, client: httpx.AsyncClient) -> None:
        self.service = service
        self.client = client

    def headers(self, viewer: Viewer) -> dict[str, str]:
        """Of a request that the viewer makes."""
        token = self.service.issuer.token(viewer, self.service.database.clock.now(), timedelta(hours=1))
        return {"Authorization": f"Bearer {token}"}

    async def get(self, path: str, viewer: Viewer, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers={**self.headers(viewer), **headers})


@pytest.fixture
async def start(urls: EmbeddedUrls, tmp_path: Path) -> AsyncIterator[Callable[..., object]]:
    """Starts a process on the test's database: `await start("redis://...", cache_views_seconds=0)`."""
    async with AsyncExitStack() as stack:

        async def make(cache_url: str, **settings: float) -> Process:
            patient = {"solve_seconds": 60, "redis_patience_seconds": 20}
            configured = Settings(home=tmp_path, redis_url=SecretStr(cache_url), **(patient | settings))
            service = bootstrap(configured, urls.application)
            app = create_app(service)
            await stack.enter_async_context(app.router.lifespan_context(app))
            transport = httpx.ASGITransport(app=app)
            client = httpx.AsyncClient(transport=transport, base_url="http://callboard.test")
            return Process(service, await stack.enter_async_context(client))

        yield make
