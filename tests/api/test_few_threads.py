"""Long calculations wait their turn, and not for ever."""

from __future__ import annotations

import asyncio
from threading import Event

import pytest

from api.advice.few_threads import FewThreads, ThreadsBusy


async def test_who_finds_no_thread_in_time_is_shed_and_the_next_is_served() -> None:
    threads, started, gate = FewThreads(1, 0.05, "test"), Event(), Event()

    def long() -> str:
        started.set()
        gate.wait()
        return "long"

    first = asyncio.create_task(threads.run(long))
    await asyncio.to_thread(started.wait)
    with pytest.raises(ThreadsBusy):
        await threads.run(lambda: "short")
    gate.set()
    assert await first == "long"
    assert await threads.run(lambda: "short") == "short"
    threads.close()


async def test_a_caller_who_leaves_keeps_the_thread_until_it_is_done() -> None:
    threads, started, gate = FewThreads(1, 0.05, "test"), Event(), Event()

    def long() -> None:
        started.set()
        gate.wait()

    first = asyncio.create_task(threads.run(long))
    await asyncio.to_thread(started.wait)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    with pytest.raises(ThreadsBusy):
        await threads.run(lambda: None)
    gate.set()
    threads.close()
