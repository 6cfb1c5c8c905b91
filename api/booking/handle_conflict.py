"""Changing how far a conflict has been dealt with; every use case that does comes here."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from domain.conflict_handling import as_seen
from domain.entities import ScheduleConflict
from persistence.readers.conflicts import ConflictView, get_conflict
from persistence.repositories.conflicts import conflict_document, lock_conflict, store_conflict
from persistence.unit_of_work import UnitOfWork


async def handle_conflict(
    uow: UnitOfWork,
    schedule_conflict_id: UUID,
    action: str,
    change: Callable[[ScheduleConflict], ScheduleConflict],
    *,
    as_stored: bool = False,
) -> ConflictView:
    """Lock the conflict, change it, note that in the audit log, and answer with it.

    action: its name in the audit log, where a change that changes nothing leaves no entry.
    as_stored: change it as it is on record, though one of its bookings may have lapsed since.
    Raises NotFoundException, and what the change raises.
    """
    stored, span = await lock_conflict(uow, schedule_conflict_id)
    before = stored if as_stored else as_seen(stored, span.gone_at)
    after = change(before)
    if after != before:
        await store_conflict(uow, after)
        uow.audit(action, schedule_conflict_id, conflict_document(before), conflict_document(after))
    view = await get_conflict(uow, schedule_conflict_id)
    assert view is not None
    return view
