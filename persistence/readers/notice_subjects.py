"""The bookings and series that facts name, as notices have to know them; for the worker, who sees all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.enums import Role, ScheduleStatus
from domain.facts import PublishedFact
from domain.notice import Subject
from persistence import tables

_NAMED = ("scheduledEventId", "conflictingEventId")
_SUBJECTS = text(
    "SELECT b.scheduled_event_id AS key, b.owner_id, b.status, b.created_at, b.created_by, b.is_imported,"
    " lower(b.during) AS starts_at, coalesce(b.modified_at, b.created_at) AS changed_at,"
    " coalesce(b.modified_by, b.created_by) AS changed_by"
    " FROM scheduled_events b WHERE b.scheduled_event_id = ANY (:keys)"
    " UNION ALL "
    "SELECT s.series_id, s.owner_id, 1, s.created_at, s.created_by, false,"
    " coalesce((SELECT min(lower(o.during)) FROM scheduled_events o WHERE o.series_id = s.series_id"
    "  AND o.status <> 4 AND lower(o.during) > :now), s.created_at),"
    " coalesce(s.modified_at, s.created_at), coalesce(s.modified_by, s.created_by)"
    " FROM series s WHERE s.series_id = ANY (:keys)"
)
_CONFLICTS = text(
    "SELECT schedule_conflict_id, scheduled_event_id FROM schedule_conflicts"
    " WHERE schedule_conflict_id = ANY (:keys)"
)
_ASKED = text(
    "SELECT schedule_id, decided_at, requested_by FROM change_requests"
    " WHERE schedule_id = ANY (:keys) AND decided_at IS NOT NULL"
)


async def notice_subjects(
    connection: AsyncConnection, facts: Sequence[PublishedFact], now: datetime
) -> dict[UUID, Subject]:
    """By id; and by a conflict's id the booking that it is of."""
    keys = {UUID(fact.payload[name]) for fact in facts for name in _NAMED if fact.payload.get(name)}
    escalated = {
        UUID(fact.payload["scheduleConflictId"])
        for fact in facts
        if fact.fact_type == "ScheduleConflictEscalated"
    }
    conflicts = {
        row.schedule_conflict_id: row.scheduled_event_id
        for row in await connection.execute(_CONFLICTS, {"keys": sorted(escalated)})
    }
    keys |= set(conflicts.values())
    asked = await _asked(connection, keys)
    organizers = await _organizers(connection, facts)
    rows = await connection.execute(_SUBJECTS, {"keys": sorted(keys), "now": now})
    found = {
        row.key: Subject(
            row.key,
            row.owner_id,
            ScheduleStatus(row.status),
            row.starts_at,
            row.created_at,
            row.created_by,
            row.changed_at,
            row.changed_by,
            is_imported=row.is_imported,
            asked_by=asked[row.key],
            organizers=organizers,
        )
        for row in rows
    }
    return found | {key: found[booking] for key, booking in conflicts.items() if booking in found}


async def _asked(
    connection: AsyncConnection, keys: Collection[UUID]
) -> defaultdict[UUID, dict[datetime, UUID]]:
    found: defaultdict[UUID, dict[datetime, UUID]] = defaultdict(dict)
    for row in await connection.execute(_ASKED, {"keys": sorted(keys)}):
        found[row.schedule_id][row.decided_at] = row.requested_by
    return found


async def _organizers(connection: AsyncConnection, facts: Sequence[PublishedFact]) -> dict[UUID, UUID]:
    """Whose the events are that bookings were taken off for."""
    gone = {UUID(fact.payload["eventId"]) for fact in facts if fact.fact_type == "EventRemovedFromCalendar"}
    events = tables.events
    statement = select(events.c.event_id, events.c.organizer_id).where(events.c.event_id.in_(sorted(gone)))
    return {row.event_id: row.organizer_id for row in await connection.execute(statement)}


async def managers(connection: AsyncConnection) -> list[UUID]:
    """Who can approve changes."""
    users = tables.users
    able = (users.c.role >= int(Role.Manager)) & users.c.disabled_at.is_(None)
    statement = select(users.c.user_id).where(able).order_by(users.c.user_id)
    return list((await connection.execute(statement)).scalars())
