"""Running a job once, with a note of it, while no other run of it goes on."""

from __future__ import annotations

import logging
from datetime import datetime

from api.bootstrap import Callboard
from api.jobs.job import Job, Outcome
from domain.viewer import SYSTEM
from persistence.job_lock import only_run
from persistence.repositories import job_runs

log = logging.getLogger("callboard.jobs")


class AlreadyRunning(Exception):
    """Another run of the job goes on."""


async def run_job(job: Job, service: Callboard, scheduled_for: datetime | None = None) -> Outcome:
    """What came of the run. scheduled_for: the instant of its schedule; None when it is run by hand.

    Raises AlreadyRunning, and what the job raises.
    """
    unit_of_work = service.database.unit_of_work
    async with only_run(service.database, job.name) as is_only:
        if not is_only:
            raise AlreadyRunning(f"{job.name} is running already")
        async with unit_of_work(SYSTEM) as uow:
            key = await job_runs.begin(uow, job.name, scheduled_for)
        try:
            outcome = await job.run(service)
        except Exception as error:
            async with unit_of_work(SYSTEM) as uow:
                await job_runs.end(uow, key, None, f"{type(error).__name__}: {error}"[:1_000])
            raise
        async with unit_of_work(SYSTEM) as uow:
            await job_runs.end(uow, key, outcome, None)
    log.info("%s: %s", job.name, ", ".join(f"{count} {name}" for name, count in outcome.items()))
    return outcome
