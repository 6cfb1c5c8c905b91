"""Waiting for what another task or process does."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

_PATIENCE_SECONDS = 60.0
_POLL_SECONDS = 0.01


async def eventually(what: Callable[[], Any]) -> Any:
    """What it gives, or what awaiting that gives, as soon as that is something; a failure if it never is."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            found = what()
            if inspect.isawaitable(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(_POLL_SECONDS)
