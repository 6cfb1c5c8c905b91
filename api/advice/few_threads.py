"""A few threads for long calculations, so that many at once do not take every thread there is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class ThreadsBusy(Exception):
    """No thread came free in time; asking again shortly may find one."""


class FewThreads:
    """Runs so many calculations at once. patience_seconds: how long one waits for its turn at most."""

    def __init__(self, threads: int, patience_seconds: float, name: str) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._free = asyncio.Semaphore(threads)
        self._patience_seconds = patience_seconds

    async def run(self, calculate: Callable[[], T]) -> T:
        """What a calculation comes to. Raises ThreadsBusy."""
        try:
            await asyncio.wait_for(self._free.acquire(), self._patience_seconds)
        except TimeoutError:
            raise ThreadsBusy from None
        running = asyncio.get_running_loop().run_in_executor(self._threads, calculate)
        # A caller that is gone does not stop it: the thread is free once it has ended.
        running.add_done_callback(self._thread_is_free)
        return await asyncio.shield(running)

    def close(self) -> None:
        """Let running calculations end and take no new ones."""
        self._threads.shutdown(cancel_futures=True)

    def _thread_is_free(self, _result: object) -> None:
        self._free.release()
