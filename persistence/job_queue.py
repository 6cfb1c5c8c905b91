"""The queue of background jobs, in tables that its library (procrastinate) brings along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.schema import SchemaManager
from sqlalchemy import BigInteger, Connection, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from persistence.unit_of_work import DatabaseBusy

_IS_THERE = "SELECT to_regclass('procrastinate_jobs') IS NOT NULL"
_VERSION = "SELECT obj_description('procrastinate_jobs'::regclass)"
# The application leaves jobs and looks at them; the worker does everything (DESIGN 1).
_GRANTS = """
GRANT INSERT, SELECT ON procrastinate_jobs, procrastinate_events TO callboard_app;
GRANT SELECT, INSERT, UPDATE, DELETE
    ON procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers
    TO callboard_worker;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO callboard_worker;
GRANT USAGE ON SEQUENCE procrastinate_jobs_id_seq, procrastinate_events_id_seq TO callboard_app;
"""

_TAKE_OVER = text(
    "SELECT count(procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL)) FROM ("
    " SELECT j.id FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id"
    " WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - CAST(:silence AS interval))"
    " FOR UPDATE OF j SKIP LOCKED"
    ") stalled"
)

_LATER = text(
    "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE task_name = :task AND status = 'todo'"
    " AND CAST(args ->> 'timestamp' AS bigint) > :timestamp)"
).bindparams(bindparam("timestamp", type_=BigInteger))
_WAITING = text(
    "SELECT queue_name, count(*) AS waiting FROM procrastinate_jobs"
    " WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()) GROUP BY queue_name"
)

_DOORSTEP = App(connector=PsycopgConnector())
"""Leaves jobs over connections that it is lent; it has none of its own and runs nothing."""


async def defer_jobs(
    connection: AsyncConnection,
    task: str,
    arguments: Sequence[Mapping[str, Any]],
    *,
    queue: str,
) -> None:
    """Leave a job for each set of arguments; they are there when the connection's transaction commits.

    task, queue: by their names in `api.jobs`. Raises DatabaseBusy.
    """
    if not arguments:
        return
    driver = (await connection.get_raw_connection()).driver_connection
    deferrer = _DOORSTEP.configure_task(task, allow_unknown=True, queue=queue, connection=driver)
    try:
        await deferrer.batch_defer_async(*(dict(one) for one in arguments))
    except ConnectorException as error:
        raise DatabaseBusy("the job queue does not answer") from error


async def take_over_stalled(connection: AsyncConnection, silence: timedelta) -> int:
    """Put jobs back into the queue whose worker gave no sign of life for so long; how many comes back."""
    return int((await connection.execute(_TAKE_OVER, {"silence": silence})).scalar_one())


async def later_run_waits(connection: AsyncConnection, task: str, timestamp: int) -> bool:
    """Whether a run of a job waits that was due after this one (seconds since 1970)."""
    parameters = {"task": task, "timestamp": timestamp}
    return bool((await connection.execute(_LATER, parameters)).scalar_one())


async def jobs_waiting(connection: AsyncConnection) -> dict[str, float]:
    """How many jobs of each queue are due and wait."""
    found = {row.queue_name: float(row.waiting) for row in await connection.execute(_WAITING)}
    return dict.fromkeys(("jobs", "webhooks"), 0.0) | found


async def is_up_to_date(connection: AsyncConnection) -> bool:
    """Whether the queue's tables have seen all of the library's migrations."""
    known = (await connection.execute(text(_VERSION))).scalar_one()
    return bool(known == _newest_migration())


def _newest_migration() -> str:
    return max(path.stem for path in Path(SchemaManager.get_migrations_path()).glob("*.sql"))


def bring_up_to_date(connection: Connection) -> None:
    """Make the queue's tables, or apply those of the library's migrations that they have not seen.

    The newest migration that they have seen is noted as the comment on `procrastinate_jobs`.
    """
    migrations = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    newest = migrations[-1].stem
    if not connection.exec_driver_sql(_IS_THERE).scalar_one():
        _run(connection, SchemaManager.get_schema())
    else:
        known = connection.exec_driver_sql(_VERSION).scalar_one() or ""
        for migration in migrations:
            if migration.stem > known:
                _run(connection, migration.read_text())
    _run(connection, f"COMMENT ON TABLE procrastinate_jobs IS '{newest}'")
    _run(connection, _GRANTS)


def _run(connection: Connection, script: str) -> None:
    """Through the driver itself: SQLAlchemy would read percent signs as parameters."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(script)
