"""Changing how far a conflict has been dealt with; every use case that does comes here."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from domain.conflict_handling import as_seen
from domain.entities import ScheduleConflict
from domain.errors import StateConflict
from persistence.readers.conflicts import ConflictView, get_conflict
from persistence.repositories.conflicts import conflict_document, lock_conflicts, store_conflict
from persistence.unit_of_work import UnitOfWork


async def handle_conflict(
    uow: UnitOfWork,
    schedule_conflict_id: UUID,
    action: str,
    change: Callable[[ScheduleConflict], ScheduleConflict],
    *,
    as_stored: bool = False,
    alone: bool = False,
) -> ConflictView:
    """Lock the conflict and its like, change them, note that in the audit log, and answer with it.

    action: its name in the audit log, where a change that changes nothing leaves no entry.
    as_stored: change it as it is on record, though one of its bookings may have lapsed since.
    alone: leave conflicts of the same two series on other dates as they are.
    Raises NotFoundException, and what the change raises.
    """
    for stored, span in await lock_conflicts(uow, schedule_conflict_id, alone=alone):
        before = stored if as_stored else as_seen(stored, span.gone_at)
        try:
            after = change(before)
        except StateConflict:
            if stored.schedule_conflict_id == schedule_conflict_id:
                raise
            continue
        if after != before:
            await store_conflict(uow, after)
            key = stored.schedule_conflict_id
            uow.audit(action, key, conflict_document(before), conflict_document(after))
    view = await get_conflict(uow, schedule_conflict_id)
    assert view is not None
    return view
