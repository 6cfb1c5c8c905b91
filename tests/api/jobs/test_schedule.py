"""Each job runs as often as its schedule says, and is taken over from a worker that dies (spec 13)."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from api.bootstrap import Callboard
from api.jobs.job import Job, Outcome
from api.jobs.run import AlreadyRunning, run_job
from api.settings import Settings
from api.worker import Worker
from domain.viewer import SYSTEM
from persistence.embedded import EmbeddedUrls
from tests.api.cli.processes import PROJECT
from tests.api.waiting import eventually

NEVER = "0 0 1 1 *"
TICK = timedelta(seconds=2)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, job_silence_seconds=1)


@pytest.fixture
async def start(urls: EmbeddedUrls, settings: Settings) -> AsyncIterator[Any]:
    """Runs a worker with jobs of the test's own, until the test ends."""
    stop = asyncio.Event()
    running: list[asyncio.Task[None]] = []

    def begin(*schedule: Job) -> None:
        running.append(asyncio.create_task(Worker(settings, urls.worker, schedule).run(stop)))

    yield begin
    stop.set()
    await asyncio.gather(*running)


@pytest.fixture
def runs(worker_service: Callboard) -> Any:
    """The runs of a job, by the instant they were for: `await runs("TickJob")`."""

    async def read(name: str) -> Sequence[Any]:
        statement = text("SELECT * FROM job_runs WHERE job = :name ORDER BY scheduled_for")
        async with worker_service.database.unit_of_work(SYSTEM) as uow:
            return (await uow.connection.execute(statement, {"name": name})).all()

    return read


@pytest.fixture
def sleeper(urls: EmbeddedUrls, settings: Settings) -> Callable[[], Awaitable[Any]]:
    """Starts a worker whose LongJob never ends."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
    own = {
        "CALLBOARD_HOME": str(settings.home),
        "CALLBOARD_DATABASE_WORKER_URL": urls.worker,
        "CALLBOARD_JOB_SILENCE_SECONDS": "1",
    }

    async def begin() -> Any:
        program = (sys.executable, "-m", "tests.api.jobs.sleeper")
        return await asyncio.create_subprocess_exec(*program, cwd=PROJECT, env=kept | own)

    return begin


async def test_two_workers_run_each_tick_once(start: Any, runs: Any) -> None:
    ran: list[datetime] = []

    async def tick(service: Callboard) -> Outcome:
        ran.append(service.database.clock.now())
        return {"ticks": 1}

    for _ in range(2):
        start(Job("TickJob", "ticks", "* * * * * */2", tick))

    async def four() -> Sequence[Any]:
        found = await runs("TickJob")
        done = [one for one in found if one.ended_at is not None]
        return found if len(done) >= 4 and len(done) == len(found) else []

    found = await eventually(four)
    assert len(ran) == len(found)
    assert {one.attempts for one in found} == {1}
    first = found[0].scheduled_for
    assert [one.scheduled_for for one in found] == [first + TICK * n for n in range(len(found))]


async def test_what_passed_while_nobody_worked_is_caught_up_once(start: Any, runs: Any) -> None:
    counted = 0

    async def count(_service: Callboard) -> Outcome:
        nonlocal counted
        counted += 1
        return {"counted": counted}

    job = Job("NightlyJob", "counts", "0 2 * * *", count)
    start(job)
    now = datetime.now(UTC)
    due = now.replace(hour=2, minute=0, second=0, microsecond=0)
    due = due if due <= now else due - timedelta(days=1)

    async def ended() -> Sequence[Any]:
        return [one for one in await runs("NightlyJob") if one.ended_at is not None]

    (found,) = await eventually(ended)
    assert (found.scheduled_for, found.outcome) == (due, {"counted": 1})
    beside = Job("OtherJob", "ends", "* * * * * */1", count)
    start(job, beside)

    async def other() -> Sequence[Any]:
        return [one for one in await runs("OtherJob") if one.ended_at is not None]

    # The second worker has looked at its whole schedule by now.
    await eventually(other)
    assert len(await runs("NightlyJob")) == 1


async def test_a_job_of_a_killed_worker_is_taken_over(sleeper: Any, start: Any, runs: Any) -> None:
    process = await sleeper()
    (begun,) = await eventually(lambda: runs("LongJob"))
    process.kill()
    await process.wait()

    async def finish(_service: Callboard) -> Outcome:
        return {"finished": 1}

    start(Job("LongJob", "ends", NEVER, finish))

    async def ended() -> Sequence[Any]:
        return [one for one in await runs("LongJob") if one.attempts == 2 and one.ended_at is not None]

    (found,) = await eventually(ended)
    assert (found.job_run_id, found.scheduled_for) == (begun.job_run_id, begun.scheduled_for)
    assert (found.outcome, found.error) == ({"finished": 1}, None)


async def test_a_job_runs_once_at_a_time(worker_service: Callboard) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def wait(_service: Callboard) -> Outcome:
        begun.set()
        await may_end.wait()
        return {"waited": 1}

    job = Job("SlowJob", "waits", NEVER, wait)
    first = asyncio.create_task(run_job(job, worker_service))
    await begun.wait()
    with pytest.raises(AlreadyRunning, match="SlowJob is running already"):
        await run_job(job, worker_service)
    may_end.set()
    assert await first == {"waited": 1}
    assert await run_job(job, worker_service) == {"waited": 1}


async def test_what_went_wrong_is_noted_and_raised(worker_service: Callboard, runs: Any) -> None:
    async def fail(_service: Callboard) -> Outcome:
        raise ZeroDivisionError("by nought")

    job = Job("BadJob", "fails", NEVER, fail)
    with pytest.raises(ZeroDivisionError):
        await run_job(job, worker_service)
    (found,) = await runs("BadJob")
    assert (found.outcome, found.error) == (None, "ZeroDivisionError: by nought")
    with pytest.raises(ZeroDivisionError):
        await run_job(job, worker_service)


async def test_a_run_that_failed_does_not_stand_in_the_way(start: Any, runs: Any) -> None:
    """It fails while the next one waits already; both are over, and later ones run."""
    failed = asyncio.Event()

    async def fail_first(_service: Callboard) -> Outcome:
        if not failed.is_set():
            await asyncio.sleep(4)  # long enough for the next to wait
            failed.set()
            raise ZeroDivisionError("by nought")
        return {"ran": 1}

    start(Job("FlakyJob", "fails first", "* * * * * */3", fail_first))

    async def two() -> Sequence[Any]:
        done = [one for one in await runs("FlakyJob") if one.outcome is not None]
        return done if len(done) >= 2 else []

    done = await eventually(two)
    first = (await runs("FlakyJob"))[0]
    assert (first.outcome, first.error) == (None, "ZeroDivisionError: by nought")
    assert all(one.scheduled_for > first.scheduled_for and one.outcome == {"ran": 1} for one in done)


async def test_a_killed_run_does_not_stand_in_the_way(
    sleeper: Any, start: Any, runs: Any, worker_service: Callboard
) -> None:
    """While it ran, the next one was left in the queue; another worker does that, and then the ones after."""

    async def finish(_service: Callboard) -> Outcome:
        return {"finished": 1}

    process = await sleeper()

    async def waiting() -> int:
        statement = text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        async with worker_service.database.unit_of_work(SYSTEM) as uow:
            return int((await uow.connection.execute(statement)).scalar_one())

    await eventually(lambda: runs("LongJob"))
    await eventually(waiting)
    process.kill()
    await process.wait()
    start(Job("LongJob", "ends", NEVER, finish))

    async def finished() -> Sequence[Any]:
        return [one for one in await runs("LongJob") if one.outcome == {"finished": 1}]

    (done,) = await eventually(finished)
    killed = (await runs("LongJob"))[0]
    assert (killed.attempts, killed.ended_at) == (1, None)
    assert done.scheduled_for > killed.scheduled_for
