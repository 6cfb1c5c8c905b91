"""Conflicts that are to be escalated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from api.message import Message
from domain.policy import Policy
from persistence.readers.overdue_conflicts import OverdueConflict, overdue_conflicts
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetOverdueConflicts(Message[list[OverdueConflict]]):
    """Critical ones, and others that have been open for so long; `limit` at most.

    named: those of calendars that name a contact, or the others.
    """

    open_for: timedelta
    named: bool
    limit: int


async def handle(query: GetOverdueConflicts, uow: UnitOfWork, _policy: Policy) -> list[OverdueConflict]:
    """The conflicts, the worst first."""
    since = uow.now - query.open_for
    return await overdue_conflicts(uow, since, named=query.named, limit=query.limit)
