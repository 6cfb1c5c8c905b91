"""The audit log, as those read it who may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from domain.enums import Role
from persistence import tables
from persistence.unit_of_work import UnitOfWork

_log = tables.audit_log
_users = tables.users


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which thing, and how it was before and after. user_name: of whoever has an account."""

    audit_id: UUID
    occurred_at: datetime
    user_id: UUID
    user_name: str | None
    role: Role
    action: str
    subject_id: UUID | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries: all where nothing is said. since, until: `[since, until)`."""

    user_id: UUID | None = None
    actions: Sequence[str] = ()
    subject_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


async def audit_entries(
    uow: UnitOfWork, wanted: AuditFilter, before: UUID | None, limit: int
) -> list[AuditEntry]:
    """Entries that the viewer may see, the newest first. before: the id of the entry to go on from.

    Their ids are in the order in which they were made, and need no index besides the primary key's.
    """
    statement = select(_log, _users.c.name).outerjoin(_users, _users.c.user_id == _log.c.user_id)
    if wanted.user_id is not None:
        statement = statement.where(_log.c.user_id == wanted.user_id)
    if wanted.actions:
        statement = statement.where(_log.c.action.in_(wanted.actions))
    if wanted.subject_id is not None:
        statement = statement.where(_log.c.subject_id == wanted.subject_id)
    if wanted.since is not None:
        statement = statement.where(_log.c.occurred_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(_log.c.occurred_at < wanted.until)
    if before is not None:
        statement = statement.where(_log.c.audit_id < before)
    found = await uow.connection.execute(statement.order_by(_log.c.audit_id.desc()).limit(limit))
    return [_entry(row) for row in found]


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        audit_id=row.audit_id,
        occurred_at=row.occurred_at,
        user_id=row.user_id,
        user_name=row.name,
        role=Role(row.role),
        action=row.action,
        subject_id=row.subject_id,
        before=row.before,
        after=row.after,
    )
