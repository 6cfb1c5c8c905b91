"""Detect conflicts anew over all live bookings, some resources or calendars at a time (SCH-010)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from api.message import Message
from domain.errors import FieldException, NotFoundException
from domain.policy import Policy
from domain.viewer import SYSTEM
from persistence.conflict_sweep import Scope, calendars_to_sweep, resources_to_sweep, sweep
from persistence.repositories import calendars
from persistence.unit_of_work import UnitOfWork

RESOURCES_AT_ONCE = 8
"""How many resources, or calendars, one transaction locks: bookings on them wait for it."""

FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Detected:
    """What detection did, and where it goes on.

    detected: clashes that were not on record; resolved: open conflicts that were over.
    open: clashes there are whose conflict is open.
    next: the message that goes on; None when all has been looked at.
    """

    detected: int
    resolved: int
    open: int
    next: DetectConflicts | None


@dataclass(frozen=True, slots=True)
class DetectConflicts(Message[Detected]):
    """Look at the next few resources, and after them all at the next few calendars.

    over_calendars, after: how far detection has come.
    """

    scope: Scope
    over_calendars: bool = False
    after: UUID = FIRST


async def handle(command: DetectConflicts, uow: UnitOfWork, _policy: Policy) -> Detected:
    """Detect over the next few, in a transaction of its own that locks nothing else."""
    scope = command.scope
    await _ensure_calendar(uow, scope)
    list_next = calendars_to_sweep if command.over_calendars else resources_to_sweep
    ids = await list_next(uow, scope, command.after, RESOURCES_AT_ONCE)
    on_calendars, on_resources = (ids, []) if command.over_calendars else ([], ids)
    change = await sweep(uow, on_calendars, on_resources, scope.window)
    answer = Detected(change.detected, change.resolved, change.open, _next(command, ids))
    asked = command.after == FIRST and uow.viewer != SYSTEM
    if asked or change.detected or change.resolved:
        uow.audit(
            "ConflictsDetected",
            scope.calendar_id,
            after={"detected": answer.detected, "resolved": answer.resolved, "open": answer.open},
        )
    return answer


async def _ensure_calendar(uow: UnitOfWork, scope: Scope) -> None:
    if scope.calendar_id is None:
        return
    try:
        await calendars.get(uow, scope.calendar_id)
    except NotFoundException as error:
        raise FieldException("calendarId", "Calendar does not exist or is inactive") from error


def _next(command: DetectConflicts, ids: list[UUID]) -> DetectConflicts | None:
    if len(ids) == RESOURCES_AT_ONCE:
        return replace(command, after=ids[-1])
    return None if command.over_calendars else replace(command, over_calendars=True, after=FIRST)
