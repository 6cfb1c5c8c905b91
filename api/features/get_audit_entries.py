"""A page of the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from persistence.readers.audit import AuditEntry, AuditFilter, audit_entries
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetAuditEntries(Message[list[AuditEntry]]):
    """Which entries, how many, and the id of the one to go on from."""

    wanted: AuditFilter
    limit: int
    before: UUID | None = None


async def handle(query: GetAuditEntries, uow: UnitOfWork, _policy: Policy) -> list[AuditEntry]:
    """The entries, the newest first."""
    return await audit_entries(uow, query.wanted, query.before, query.limit)
