"""The service and its worker in one process after another, each forked from this one, which has all imported.

A line with a port on standard input starts one there; its process id is printed.
"""

from __future__ import annotations

import asyncio
import os
import sys

import httpx
import uvicorn

from api import asgi
from api.settings import Settings
from api.worker import Worker


async def _serve(port: int) -> None:
    settings = Settings()
    assert settings.database_worker_url is not None
    config = uvicorn.Config(asgi.create(), port=port, log_level="warning")
    await asyncio.gather(
        uvicorn.Server(config).serve(),
        Worker(settings, settings.database_worker_url.get_secret_value()).run(asyncio.Event()),
    )


async def _warm_up() -> None:
    """Work out what every endpoint takes once, before the first fork."""
    transport = httpx.ASGITransport(app=asgi.create())
    async with httpx.AsyncClient(transport=transport, base_url="http://callboard.test") as client:
        assert (await client.get("/openapi.json")).status_code == 200
        assert (await client.get("/api/schedules")).status_code == 401


asyncio.run(_warm_up())
for line in sys.stdin:
    process = os.fork()
    if process == 0:
        asyncio.run(_serve(int(line)))
    print(process, flush=True)
