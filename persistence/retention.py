"""What is kept for a time only, and goes then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Delete, Table, and_, delete, func, select, text

from persistence import tables
from persistence.deliveries import awaited
from persistence.unit_of_work import UnitOfWork

# The library's own statement deletes everything that is old at once.
_JOBS = text(
    "DELETE FROM procrastinate_jobs WHERE id IN ("
    " SELECT j.id FROM procrastinate_jobs j WHERE j.status IN ('failed', 'cancelled', 'aborted', 'succeeded')"
    " AND NOT EXISTS (SELECT FROM procrastinate_events e WHERE e.job_id = j.id AND e.at >= :before)"
    " LIMIT :limit)"
)

_LONGEST_WINDOW = timedelta(days=1)
"""In which attempts to sign in are counted; a setting cannot be longer."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """How many rows of each kind went."""

    facts: int = 0
    suggestions: int = 0
    job_runs: int = 0
    jobs: int = 0
    change_requests: int = 0
    idempotency_keys: int = 0
    audit_entries: int = 0
    notices: int = 0
    sessions: int = 0
    access_tokens: int = 0
    login_attempts: int = 0


async def clear_away(
    uow: UnitOfWork, before: datetime, audit_before: datetime | None, sinks: Collection[str], limit: int
) -> Cleared:
    """Delete what is older than an instant, `limit` rows of each kind at most.

    Facts go when every sink has had them and no delivery waits for one as old; suggestions as soon as they
    have expired, unless they were applied.
    sinks: those that are in use, by the names of their positions.
    """
    outbox, suggestions, runs, requests, keys, log, told = (
        tables.outbox,
        tables.suggestions,
        tables.job_runs,
        tables.change_requests,
        tables.idempotency_keys,
        tables.audit_log,
        tables.notices,
    )
    sessions, tokens, attempts = tables.sessions, tables.access_tokens, tables.login_attempts
    positions = tables.relay_positions
    in_use = positions.c.name.in_(["published", *sinks])
    delivered = select(func.min(positions.c.sequence)).where(in_use).scalar_subquery()
    done = func.least(delivered, awaited().scalar_subquery() - 1)
    expired = and_(suggestions.c.expires_at < uow.now, suggestions.c.applied_at.is_(None))
    jobs = await uow.connection.execute(_JOBS, {"before": before, "limit": limit})
    return Cleared(
        facts=await _delete(
            uow, outbox, and_(outbox.c.published_at < before, outbox.c.sequence <= done), limit
        ),
        suggestions=await _delete(uow, suggestions, expired, limit),
        job_runs=await _delete(uow, runs, runs.c.started_at < before, limit),
        jobs=jobs.rowcount,
        change_requests=await _delete(uow, requests, requests.c.lapses_at < before, limit),
        idempotency_keys=await _delete(uow, keys, keys.c.expires_at <= uow.now, limit),
        audit_entries=0
        if audit_before is None
        else await _delete(uow, log, log.c.occurred_at < audit_before, limit),
        notices=await _delete(uow, told, told.c.settled_at < before, limit),
        sessions=await _delete(uow, sessions, sessions.c.expires_at < uow.now, limit),
        access_tokens=await _delete(uow, tokens, tokens.c.expires_at < before, limit),
        login_attempts=await _delete(uow, attempts, attempts.c.since < uow.now - _LONGEST_WINDOW, limit),
    )


async def _delete(uow: UnitOfWork, table: Table, over: ColumnElement[bool], limit: int) -> int:
    (key,) = table.primary_key.columns
    statement: Delete = delete(table).where(key.in_(select(key).where(over).limit(limit)))
    return (await uow.connection.execute(statement)).rowcount
