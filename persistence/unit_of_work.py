"""One transaction on behalf of one viewer, with the audit and outbox rows that belong to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
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
from persistence.outbox import Occurrence, append_facts
from persistence.revisions import Touched

_APPEND_AUDIT = text(
    "INSERT INTO audit_log (audit_id, occurred_at, user_id, role, action, subject_id, before, after)"
    " SELECT audit_id, occurred_at, user_id, role, action, subject_id, before, after"
    " FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS entry (audit_id uuid, occurred_at timestamptz,"
    " user_id uuid, role smallint, action text, subject_id uuid, before jsonb, after jsonb)"
)


@dataclass(slots=True)
class UnitOfWork:
    """What a handler works with: the viewer, the instant of all it writes, and the open transaction.

    cause: the request and trace that it serves, for logs and traces of what follows.

    Facts and audit entries given here, and what is said to be touched, are written just before the commit.
    """

    connection: AsyncConnection
    viewer: Viewer
    now: datetime
    ids: IdSource
    clock: Clock
    cause: Mapping[str, str] = field(default_factory=dict)
    _facts: list[tuple[UUID, Fact, int | None]] = field(default_factory=list)
    _audit: list[dict[str, Any]] = field(default_factory=list)
    _touched: Touched = field(default_factory=Touched)

    def record(self, aggregate_id: UUID, fact: Fact, version: int | None = None) -> None:
        """Leave a fact in the outbox. version: of the aggregate, as the fact left it, if it has versions."""
        self._facts.append((aggregate_id, fact, version))

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

    @asynccontextmanager
    async def rehearsal(self) -> AsyncIterator[None]:
        """Do what happens inside, errors and locks included, and then leave nothing of it but the locks."""
        kept = self._kept()
        savepoint = await self.connection.begin_nested()
        try:
            yield
        finally:
            await savepoint.rollback()
            self._facts, self._audit, self._touched = kept

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Do what happens inside; when it fails, leave nothing of it but the locks, and let it be known."""
        kept = self._kept()
        savepoint = await self.connection.begin_nested()
        try:
            yield
        except BaseException:
            await savepoint.rollback()
            self._facts, self._audit, self._touched = kept
            raise
        await savepoint.commit()

    def _kept(self) -> tuple[list[tuple[UUID, Fact, int | None]], list[dict[str, Any]], Touched]:
        return list(self._facts), list(self._audit), self._touched.copy()

    def touch(
        self,
        *,
        calendar_ids: Iterable[UUID] = (),
        resource_ids: Iterable[UUID] = (),
        booking_ids: Iterable[UUID] = (),
        event_ids: Iterable[UUID] = (),
        user_ids: Iterable[UUID] = (),
        conflicts: bool = False,
        calendar_list: bool = False,
    ) -> None:
        """Say what is written that a cached answer may show; the answer is not given again (DESIGN 4.9).

        booking_ids: also stands for their calendars and claims as they are at the commit, and for those they
            conflict with; what they were before is to be named besides. event_ids: for all their bookings.
        user_ids: of whom the grants change.
        """
        self._touched.calendar_ids.update(calendar_ids)
        self._touched.resource_ids.update(resource_ids)
        self._touched.booking_ids.update(booking_ids)
        self._touched.event_ids.update(event_ids)
        self._touched.user_ids.update(user_ids)
        self._touched.conflicts |= conflicts
        self._touched.calendar_list |= calendar_list

    def catch_up(self) -> None:
        """Take the present as the instant of what is written from here on: waiting for locks takes time."""
        self.now = max(self.now, self.clock.now())

    @property
    def facts(self) -> list[Fact]:
        """The facts recorded so far, in order."""
        return [fact for _, fact, _ in self._facts]

    async def flush(self) -> None:
        """Write the facts and audit entries, and last, for it locks what is shared, what has been touched."""
        if self._facts:
            facts = [Occurrence(key, fact, self.now, version) for key, fact, version in self._facts]
            await append_facts(self.connection, self.ids, facts, self.cause)
        if self._audit:
            await self.connection.execute(_APPEND_AUDIT, {"rows": orjson.dumps(self._audit).decode()})
        await self._touched.bump(self.connection)


class TransactionLost(Exception):
    """The transaction gave way to another (serialization, deadlock, lost race); run it again."""


class DatabaseBusy(Exception):
    """No connection came free, or a statement ran out of time."""


# Serialization, deadlock; and constraints that only a row written meanwhile can break, for we look first.
_LOST_STATES = frozenset({"40001", "40P01", "23P01", "23503", "23505"})
_BUSY_STATES = frozenset({"55P03", "57014", "57P01", "57P02", "57P03", "53300"})


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise DatabaseBusy and TransactionLost for what the driver calls by its own names."""
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
    engine: AsyncEngine,
    viewer: Viewer,
    clock: Clock,
    ids: IdSource,
    *,
    dry_run: bool = False,
    cause: Mapping[str, str] | None = None,
) -> AsyncIterator[UnitOfWork]:
    """Open a transaction with the viewer's row-level-security context; commit it, or nothing.

    dry_run: do everything, then roll back.
    """
    with translated_errors():
        async with engine.connect() as connection, connection.begin() as transaction:
            await connection.execute(
                text("SELECT set_config('app.user_id', :user, true), set_config('app.role', :role, true)"),
                {"user": str(viewer.user_id), "role": str(int(viewer.role))},
            )
            uow = UnitOfWork(connection, viewer, clock.now(), ids, clock, cause or {})
            yield uow
            await uow.flush()
            if dry_run:
                await transaction.rollback()
