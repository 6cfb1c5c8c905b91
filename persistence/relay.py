"""The relay: gives facts their public sequence, once and without gaps, and tells of them (DESIGN 3).

Ids are not in commit order, so nobody can read on from the last id they saw. The sequence is: one transaction
at a time numbers what has been committed, whichever host it runs on.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.facts import PublishedFact
from domain.ports import Clock
from persistence import tables
from persistence.deliveries import DELIVER, cause_of
from persistence.job_queue import defer_jobs
from persistence.mapping import Row
from persistence.repositories.webhooks import active_webhooks

CHANNEL = "callboard_facts"
"""What listeners are notified on when facts were published."""

_positions = tables.relay_positions
# In a statement of its own after the lock: the snapshot of the lock's statement may be older than the lock.
_NUMBER = text(
    "UPDATE outbox o SET published_at = :now, sequence = n.sequence FROM ("
    " SELECT outbox_id, :base + row_number() OVER (ORDER BY outbox_id) AS sequence FROM ("
    "  SELECT outbox_id FROM outbox WHERE published_at IS NULL ORDER BY outbox_id LIMIT :limit"
    " ) waiting"
    ") n WHERE o.outbox_id = n.outbox_id"
    " RETURNING o.sequence, o.outbox_id, o.fact_type, o.aggregate_id, o.aggregate_version, o.occurred_at,"
    " o.payload, o.cause"
).bindparams(bindparam("base", type_=BigInteger))
_NOTIFY = text("SELECT pg_notify(:channel, :sequence)")


async def publish(connection: AsyncConnection, clock: Clock, limit: int) -> list[PublishedFact]:
    """Number the facts that wait, `limit` at most, and leave their deliveries to webhooks in the job queue.

    The caller commits. Nothing is done while another host is at it.
    """
    base = await lock_position(connection, "published")
    if base is None:
        return []
    parameters = {"now": clock.now(), "base": base, "limit": limit}
    found = [_fact_from(row) for row in (await connection.execute(_NUMBER, parameters)).mappings()]
    if not found:
        return []
    found.sort(key=lambda fact: fact.sequence)
    newest = found[-1].sequence
    await move_position(connection, "published", newest)
    await _leave_deliveries(connection, found)
    await connection.execute(_NOTIFY, {"channel": CHANNEL, "sequence": str(newest)})
    return found


async def _leave_deliveries(connection: AsyncConnection, facts: Sequence[PublishedFact]) -> None:
    webhooks = await active_webhooks(connection)
    deliveries = [
        {"webhook_id": str(webhook_id), "sequence": fact.sequence, "attempt": 0} | cause_of(fact.cause)
        for fact in facts
        for webhook_id, fact_types in webhooks
        if fact.fact_type in fact_types
    ]
    await defer_jobs(connection, DELIVER, deliveries, queue="webhooks")


async def lock_position(connection: AsyncConnection, name: str) -> int | None:
    """How far a sink is, for this transaction to carry on from; None while another one does."""
    statement = select(_positions.c.sequence).where(_positions.c.name == name)
    return (await connection.execute(statement.with_for_update(skip_locked=True))).scalar_one_or_none()


async def move_position(connection: AsyncConnection, name: str, sequence: int) -> None:
    """Note how far a sink has come."""
    await connection.execute(update(_positions).where(_positions.c.name == name).values(sequence=sequence))


async def published_after(connection: AsyncConnection, after: int, limit: int) -> list[PublishedFact]:
    """Published facts in order, whole; for the worker, which sees all rows."""
    outbox = tables.outbox
    statement = select(outbox).where(outbox.c.sequence > after).order_by(outbox.c.sequence).limit(limit)
    return [_fact_from(row) for row in (await connection.execute(statement)).mappings()]


def _fact_from(row: Row) -> PublishedFact:
    return PublishedFact(
        row["sequence"],
        row["outbox_id"],
        row["fact_type"],
        row["aggregate_id"],
        row["aggregate_version"],
        row["occurred_at"],
        row["payload"],
        row["cause"],
    )
