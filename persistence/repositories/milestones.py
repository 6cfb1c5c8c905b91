"""Things that happen to a database once."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select

from persistence import tables
from persistence.unit_of_work import UnitOfWork

_audit_log = tables.audit_log
_LOCK = 4_158_002


async def reach(uow: UnitOfWork, action: str, subject_id: UUID) -> bool:
    """Whether this transaction is the first to do it; then its audit entry keeps every later one from it.

    For Managers and Admins: others do not see the audit log.
    """
    await uow.connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    entry = select(_audit_log.c.audit_id).where(
        _audit_log.c.action == action, _audit_log.c.subject_id == subject_id
    )
    if (await uow.connection.execute(entry.limit(1))).one_or_none() is not None:
        return False
    uow.audit(action, subject_id)
    return True
