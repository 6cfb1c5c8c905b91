"""Clear away what is kept for a time only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from api.message import Message
from domain.policy import Policy
from persistence.retention import Cleared, clear_away
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ClearAway(Message[Cleared]):
    """What is older than this. audit: None to keep the audit log. limit: of each kind at most.

    sinks: which have to have had the facts.
    """

    facts: timedelta
    audit: timedelta | None
    sinks: tuple[str, ...]
    limit: int


async def handle(command: ClearAway, uow: UnitOfWork, _policy: Policy) -> Cleared:
    """How much of each kind went; for the worker alone."""
    audit = None if command.audit is None else uow.now - command.audit
    return await clear_away(uow, uow.now - command.facts, audit, command.sinks, command.limit)
