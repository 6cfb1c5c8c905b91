"""Conflicts that nobody has dealt with in time, and whose they are to be (SCH-015)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import TIMESTAMP

from domain.enums import ConflictLevel, ConflictStatus
from persistence.unit_of_work import UnitOfWork

_INSTANT = TIMESTAMP(timezone=True)
_OVERDUE = text(
    "SELECT c.schedule_conflict_id, c.conflict_level,"
    " coalesce(k.escalation_contact_id, l.escalation_contact_id) AS contact_id"
    " FROM schedule_conflicts c"
    " JOIN scheduled_events a USING (scheduled_event_id)"
    " JOIN scheduled_events b ON b.scheduled_event_id = c.conflicting_event_id"
    " JOIN calendars k ON k.calendar_id = a.calendar_id"
    " JOIN calendars l ON l.calendar_id = b.calendar_id"
    " WHERE c.status IN (:detected, :under_review)"
    " AND (coalesce(k.escalation_contact_id, l.escalation_contact_id) IS NOT NULL) = :named"
    " AND (c.conflict_level = :critical OR c.detected_at <= :since)"
    " AND lower(a.during) > :now AND lower(b.during) > :now"
    " AND a.status <> 4 AND (a.status <> 0 OR a.hold_expires_at IS NULL OR a.hold_expires_at > :now)"
    " AND b.status <> 4 AND (b.status <> 0 OR b.hold_expires_at IS NULL OR b.hold_expires_at > :now)"
    " ORDER BY c.conflict_level DESC, least(lower(a.during), lower(b.during)), c.schedule_conflict_id"
    " LIMIT :limit"
).bindparams(bindparam("since", type_=_INSTANT), bindparam("now", type_=_INSTANT))


@dataclass(frozen=True, slots=True)
class OverdueConflict:
    """A conflict that is to be escalated. contact_id: whom a calendar of its bookings names, if one does."""

    schedule_conflict_id: UUID
    conflict_level: ConflictLevel
    contact_id: UUID | None


async def overdue_conflicts(
    uow: UnitOfWork, since: datetime, *, named: bool, limit: int
) -> list[OverdueConflict]:
    """Open conflicts that were never escalated: Critical ones, and others detected at the instant or before.

    Both bookings lie ahead. The worst come first, then the earliest. named: those with a contact, or without.
    """
    parameters = {
        "detected": int(ConflictStatus.Detected),
        "under_review": int(ConflictStatus.UnderReview),
        "critical": int(ConflictLevel.Critical),
        "since": since,
        "now": uow.now,
        "named": named,
        "limit": limit,
    }
    rows = await uow.connection.execute(_OVERDUE, parameters)
    return [
        OverdueConflict(row.schedule_conflict_id, ConflictLevel(row.conflict_level), row.contact_id)
        for row in rows
    ]
