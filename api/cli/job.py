"""`callboard job`: the jobs there are, or one of them, done now."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from api.bootstrap import Callboard, wire
from api.cli.cannot_run import CannotRun
from api.cli.databases import database_urls, ensure_servable, open_database
from api.jobs.job import Job
from api.jobs.run import AlreadyRunning, run_job
from api.jobs.schedule import JOBS
from api.settings import Settings
from domain.errors import CallboardException
from domain.viewer import SYSTEM
from persistence.repositories import job_runs
from persistence.repositories.job_runs import JobRun
from persistence.unit_of_work import DatabaseBusy

_BY_NAME = {job.name.casefold(): job for job in JOBS}
_CONNECTIONS = 4


def command(
    name: Annotated[
        str | None, typer.Argument(help="The job to do now; without it, the jobs there are are listed.")
    ] = None,
) -> None:
    """Do a job now, as the worker does when its schedule says; or list the jobs, with their last runs."""
    job = None if name is None else _BY_NAME.get(name.casefold())
    if name is not None and job is None:
        raise CannotRun(f"there is no job {name!r}; there are {', '.join(one.name for one in JOBS)}")
    settings = Settings()
    with database_urls(settings) as urls:
        if urls.worker is None:
            raise CannotRun("jobs need the worker's login: set CALLBOARD_DATABASE_WORKER_URL")
        ensure_servable(urls.worker)
        database = open_database(urls.worker, pool_size=_CONNECTIONS)
        try:
            asyncio.run(_work(wire(settings, database), job))
        except (AlreadyRunning, DatabaseBusy) as error:
            raise CannotRun(str(error)) from error
        except CallboardException as error:
            raise CannotRun(error.detail) from error


async def _work(service: Callboard, job: Job | None) -> None:
    try:
        if job is None:
            async with service.database.unit_of_work(SYSTEM) as uow:
                Console(highlight=False).print(_table(await job_runs.latest(uow)))
            return
        outcome = await run_job(job, service)
        typer.echo(f"{job.name}: {_spoken(outcome)}")
    finally:
        await service.close()


def _table(runs: Mapping[str, JobRun]) -> Table:
    table = Table("job", "schedule (UTC)", "does", "last run", "outcome")
    for job in JOBS:
        run = runs.get(job.name)
        when = "never" if run is None else f"{run.started_at:%Y-%m-%d %H:%M}"
        table.add_row(job.name, job.schedule, job.purpose, when, "" if run is None else _came_of(run))
    return table


def _came_of(run: JobRun) -> str:
    if run.error is not None:
        return f"failed: {run.error}"
    return "running, or cut short" if run.outcome is None else _spoken(run.outcome)


def _spoken(outcome: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in outcome.items())
