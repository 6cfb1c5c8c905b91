"""Whether the jobs are done when they are due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from procrastinate import App
from procrastinate.testing import InMemoryConnector

from api.doctor.patient import Patient
from api.jobs.job import Job
from api.jobs.schedule import JOBS
from persistence.readers.invariants.invariant import Breach
from persistence.repositories import job_runs
from persistence.repositories.job_runs import JobRun

_GRACE = timedelta(minutes=10)


async def schedules_kept(patient: Patient) -> Sequence[Breach]:
    """Jobs whose last run is not the one that was due, or went wrong."""
    async with patient.look() as uow:
        runs = await job_runs.latest(uow)
        now = uow.now
    return [Breach(job.name, wrong) for job in JOBS if (wrong := _wrong(job, runs.get(job.name), now))]


def _wrong(job: Job, run: JobRun | None, now: datetime) -> str | None:
    due = last_due(job.schedule, now - _GRACE)
    if run is None:
        return f"has never run; it was due at {due:%Y-%m-%d %H:%M}Z"
    if run.error is not None:
        return f"failed at {run.started_at:%Y-%m-%d %H:%M}Z: {run.error}"
    if run.started_at < due:
        return f"was due at {due:%Y-%m-%d %H:%M}Z, and last ran at {run.started_at:%Y-%m-%d %H:%M}Z"
    return None


def last_due(schedule: str, now: datetime) -> datetime:
    """The last instant of a schedule, as the queue reads it."""
    app = App(connector=InMemoryConnector())
    app.periodic(cron=schedule)(app.task(name="due")(_nothing))
    (task,) = app.periodic_registry.periodic_tasks.values()
    clock = task.croniter
    return datetime.fromtimestamp(clock.get_prev(ret_type=float, start_time=now.timestamp()), UTC)


def _nothing(timestamp: int) -> None:
    """Only its schedule is looked at."""
