"""One transaction on behalf of one viewer, with the audit and outbox rows that belong to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.facts import Fact
from domain.ports import Clock, IdSource
from domain.viewer import Viewer
from persistence.documents import fact_document

# One JSON parameter however many rows: a clash with sixty others leaves sixty facts.
_APPEND_FACTS = text(
    "INSERT INTO outbox (outbox_id, fact_type, aggregate_id, payload, occurred_at)"
    " SELECT outbox_id, fact_type, aggregate_id, payload, occurred_at"
    " FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS fact (outbox_id uuid, fact_type text,"
    " aggregate_id uuid, payload jsonb, occurred_at timestamptz)"
)
_APPEND_AUDIT = text(
    "INSERT INTO audit_log (audit_id, occurred_at, user_id, role, action, subject_id, before, after)"
    " SELECT audit_id, occurred_at, user_id, role, action, subject_id, before, after"
    " FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS entry (audit_id uuid, occurred_at timestamptz,"
    " user_id uuid, role smallint, action text, subject_id uuid, before jsonb, after jsonb)"
)


@dataclass(slots=True)
class UnitOfWork:
    """What a handler works with: the viewer, the instant of all it writes, and the open transaction.

    Facts and audit entries given here are written just before the commit.
    """

    connection: AsyncConnection
    viewer: Viewer
    now: datetime
    ids: IdSource
    clock: Clock
    _facts: list[tuple[UUID, Fact]] = field(default_factory=list)
    _audit: list[dict[str, Any]] = field(default_factory=list)

    def record(self, aggregate_id: UUID, fact: Fact) -> None:
        """Leave a fact in the outbox."""
        self._facts.append((aggregate_id, fact))

    def audit(
        self,
        action: str,
        subject_id: UUID | None,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> None:
        """Leave an entry in the audit log: who did what to which thing, and how it was before and after."""
        self._audit.append(
            {
                "audit_id": self.ids.ordered(),
                "occurred_at": self.now,
                "user_id": self.viewer.user_id,
                "role": int(self.viewer.role),
                "action": action,
                "subject_id": subject_id,
                "before": before,
                "after": after,
            }
        )

    def catch_up(self) -> None:
        """Take the present as the instant of what is written from here on: waiting for locks takes time."""
        self.now = max(self.now, self.clock.now())

    @property
    def facts(self) -> list[Fact]:
        """The facts recorded so far, in order."""
        return [fact for _, fact in self._facts]

    async def flush(self) -> None:
        """Write the facts and audit entries."""
        if self._facts:
            await append_facts(self.connection, self.ids, [(*one, self.now) for one in self._facts])
        if self._audit:
            await self.connection.execute(_APPEND_AUDIT, {"rows": orjson.dumps(self._audit).decode()})


async def append_facts(
    connection: AsyncConnection, ids: IdSource, facts: Sequence[tuple[UUID, Fact, datetime]]
) -> None:
    """Write facts, each with its aggregate's id and when it happened, to the outbox in one statement."""
    rows = [
        {
            "outbox_id": ids.ordered(),
            "fact_type": type(fact).__name__,
            "aggregate_id": aggregate_id,
            "payload": fact_document(fact),
            "occurred_at": occurred_at,
        }
        for aggregate_id, fact, occurred_at in facts
    ]
    await connection.execute(_APPEND_FACTS, {"rows": orjson.dumps(rows).decode()})


class TransactionLost(Exception):
    """The transaction gave way to another (serialization, deadlock, lost race); run it again."""


class DatabaseBusy(Exception):
    """No connection came free, or a statement ran out of time."""


# Serialization, deadlock; and constraints that only a row written meanwhile can break, for we look first.
_LOST_STATES = frozenset({"40001", "40P01", "23P01", "23503", "23505"})
_BUSY_STATES = frozenset({"55P03", "57014", "57P01", "57P02", "57P03", "53300"})


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseBusy("no database connection came free in time") from error
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state in _LOST_STATES:
            raise TransactionLost(state) from error
        if state in _BUSY_STATES or error.connection_invalidated or isinstance(error, OperationalError):
            raise DatabaseBusy(str(error.orig)) from error
        raise


@asynccontextmanager
async def unit_of_work(
    engine: AsyncEngine, viewer: Viewer, clock: Clock, ids: IdSource, *, dry_run: bool = False
) -> AsyncIterator[UnitOfWork]:
    """Open a transaction with the viewer's row-level-security context; commit it, or nothing.

    dry_run: do everything, then roll back.
    """
    with _translated_errors():
        async with engine.connect() as connection, connection.begin() as transaction:
            await connection.execute(
                text("SELECT set_config('app.user_id', :user, true), set_config('app.role', :role, true)"),
                {"user": str(viewer.user_id), "role": str(int(viewer.role))},
            )
            uow = UnitOfWork(connection, viewer, clock.now(), ids, clock)
            yield uow
            await uow.flush()
            if dry_run:
                await transaction.rollback()
