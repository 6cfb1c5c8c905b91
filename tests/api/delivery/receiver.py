"""A webhook's receiver on a free port of this machine."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web


@dataclass(frozen=True)
class Delivery:
    """One request that came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def fact(self) -> dict[str, Any]:
        document: dict[str, Any] = orjson.loads(self.body)
        return document


@dataclass
class Receiver:
    """Keeps what comes and answers `status`, or what `answers` has left, one a request.

    gate: it answers when that is set.
    """

    status: int = 200
    answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    got: list[Delivery] = field(default_factory=list)
    url: str = ""
    gate: asyncio.Event | None = None
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/{path:.*}", self._take)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/facts"

    async def stop(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    @property
    def types(self) -> list[str]:
        return [one.fact["type"] for one in self.got]

    async def _take(self, request: web.Request) -> web.Response:
        self.got.append(Delivery(request.path, dict(request.headers), await request.read()))
        if self.gate is not None:
            await self.gate.wait()
        status = self.answers.pop(0) if self.answers else self.status
        return web.Response(status=status, headers=self.headers)
