"""Resolve a conflict: say what made it go away, or accept it as it is."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.booking.handle_conflict import handle_conflict
from api.message import Message
from domain.conflict_handling import resolved
from domain.conflicts import Clash
from domain.entities import ScheduleConflict
from domain.enums import ConflictStatus, ResolutionMethod
from domain.facts import ScheduleConflictResolved
from domain.policy import Policy
from persistence.conflict_sweep import find_standing
from persistence.readers.conflicts import ConflictView
from persistence.repositories.conflicts import calendars_at_stake, find_conflict
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ResolveConflict(Message[ConflictView]):
    """Which conflict, and what resolves it."""

    schedule_conflict_id: UUID
    resolution_method: ResolutionMethod
    note: str | None = None


async def handle(command: ResolveConflict, uow: UnitOfWork, _policy: Policy) -> ConflictView:
    """The conflict, resolved. Refused while its bookings still clash, unless OverrideApplied accepts that."""
    method = command.resolution_method
    stands = await _stands(uow, command.schedule_conflict_id)

    def resolve(conflict: ScheduleConflict) -> ScheduleConflict:
        after = resolved(
            conflict, method, by=uow.viewer.user_id, now=uow.now, note=command.note, stands=stands
        )
        if conflict.status is not ConflictStatus.Resolved:
            key = conflict.schedule_conflict_id
            uow.record(key, ScheduleConflictResolved(key, method, uow.viewer.user_id, uow.now))
        return after

    return await handle_conflict(
        uow,
        command.schedule_conflict_id,
        "ConflictResolved",
        resolve,
        as_stored=True,
        # Accepted is the clash of two series; whether it is over has to be seen of each date.
        alone=method is not ResolutionMethod.OverrideApplied,
    )


async def _stands(uow: UnitOfWork, schedule_conflict_id: UUID) -> bool:
    """Whether the two bookings clash, under the locks of what they clash over, so that it stays so."""
    conflict, span = await find_conflict(uow, schedule_conflict_id)
    over_calendars = await calendars_at_stake(uow, conflict)
    over_resources = [] if conflict.resource_id is None else [conflict.resource_id]
    clash = Clash(
        conflict.scheduled_event_id,
        conflict.conflicting_event_id,
        conflict.conflict_type,
        conflict.resource_id,
    )
    return clash in await find_standing(uow, over_calendars, over_resources, span.hull)
