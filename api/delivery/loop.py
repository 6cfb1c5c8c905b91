"""A loop of small steps that survives whatever it depends on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from persistence.unit_of_work import DatabaseBusy, TransactionLost, translated_errors

log = logging.getLogger("callboard.worker")

_PAUSE_SECONDS = 0.2
_AFTER_FAILURE_SECONDS = 2.0


async def repeat(
    step: Callable[[], Awaitable[bool]], stop: asyncio.Event, trouble: str, *failures: type[Exception]
) -> None:
    """Take the step again and again: at once while there is more to do, after a pause while there is not.

    trouble: what to say when it fails. failures: what it may raise besides what the database does.
    """
    expected: tuple[type[Exception], ...] = (DatabaseBusy, TransactionLost, OSError, *failures)
    failing = False
    while not stop.is_set():
        pause = _PAUSE_SECONDS
        try:
            with translated_errors():
                pause = 0 if await step() else _PAUSE_SECONDS
            failing = False
        except expected as error:
            if not failing:
                log.warning("%s, trying again: %s", trouble, error)
            failing, pause = True, _AFTER_FAILURE_SECONDS
        except Exception:
            # A step that cannot be taken ends neither this loop nor those beside it.
            if not failing:
                log.exception("%s, trying again", trouble)
            failing, pause = True, _AFTER_FAILURE_SECONDS
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
