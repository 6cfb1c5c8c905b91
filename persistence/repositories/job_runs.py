"""When each job ran, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from persistence import tables
from persistence.unit_of_work import UnitOfWork

_runs = tables.job_runs


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run. ended_at: None while it goes on, and of one that was killed. error: None when it went well."""

    job: str
    scheduled_for: datetime | None
    started_at: datetime
    attempts: int
    ended_at: datetime | None
    outcome: Mapping[str, int] | None
    error: str | None


async def begin(uow: UnitOfWork, job: str, scheduled_for: datetime | None) -> UUID:
    """Note that a run begins; one that was begun before for the same instant begins anew."""
    statement = insert(_runs).values(
        job_run_id=uow.ids.ordered(), job=job, scheduled_for=scheduled_for, started_at=uow.now, attempts=1
    )
    anew = {
        "started_at": uow.now,
        "attempts": _runs.c.attempts + 1,
        "ended_at": None,
        "outcome": None,
        "error": None,
    }
    statement = statement.on_conflict_do_update(index_elements=["job", "scheduled_for"], set_=anew)
    key: UUID = (await uow.connection.execute(statement.returning(_runs.c.job_run_id))).scalar_one()
    return key


async def end(
    uow: UnitOfWork, job_run_id: UUID, outcome: Mapping[str, int] | None, error: str | None
) -> None:
    """Note what came of a run."""
    values = {"ended_at": uow.now, "outcome": None if outcome is None else dict(outcome), "error": error}
    await uow.connection.execute(update(_runs).where(_runs.c.job_run_id == job_run_id).values(values))


async def latest(uow: UnitOfWork) -> dict[str, JobRun]:
    """The last run of each job that has ever run."""
    newest = select(_runs).ext(distinct_on(_runs.c.job))
    statement = newest.order_by(_runs.c.job, _runs.c.started_at.desc())
    rows = (await uow.connection.execute(statement)).mappings()
    return {row["job"]: JobRun(**{key: row[key] for key in row if key != "job_run_id"}) for row in rows}
