"""Sends one request to a service in this process, which dies at a chosen moment of it.

Arguments: `inside` or `after` the transaction; the request's token, path and body. Its key is "once".
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Any

import httpx

from api.asgi import create
from api.http import idempotency


def _die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(moment: str, token: str, path: str, body: str) -> None:
    app = create()
    if moment == "after":
        app.state.callboard.bus._committed = _die
    else:
        keep = idempotency.keep

        async def keep_and_die(*of_it: Any) -> None:
            await keep(*of_it)
            _die()

        idempotency.keep = keep_and_die
    headers = {"Authorization": token, "Idempotency-Key": "once", "Content-Type": "application/json"}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://callboard.test") as client:
        await client.post(path, content=body, headers=headers)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
