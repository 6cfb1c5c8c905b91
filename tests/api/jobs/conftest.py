"""Jobs run as the worker runs them: with its login, on the test's database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from api.bootstrap import Callboard, wire
from api.jobs.job import Outcome
from api.jobs.run import run_job
from api.jobs.schedule import JOBS
from api.settings import Settings
from persistence.database import Database
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds, SystemClock

RunJob = Callable[[str], Awaitable[Outcome]]


@pytest.fixture
async def worker_service(urls: EmbeddedUrls, settings: Settings) -> AsyncIterator[Callboard]:
    """The service with the worker's login."""
    service = wire(settings, Database(urls.worker, SystemClock(), RandomIds(), pool_size=5))
    yield service
    await service.close()


@pytest.fixture
def run(worker_service: Callboard) -> RunJob:
    """Runs a job by name: `await run("RetentionJob")` gives its outcome."""

    async def by_name(name: str) -> Outcome:
        return await run_job(next(job for job in JOBS if job.name == name), worker_service)

    return by_name
