"""Bookings as somebody who is written to may know them; for the worker, on their behalf (DESIGN 4.8)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from domain.enums import ScheduleStatus
from domain.time_slot import TimeSlot
from persistence.mapping import slot_of
from persistence.unit_of_work import UnitOfWork

# The worker sees every row: what the person sees is asked for by name.
_BOOKINGS = text("""WITH mine AS MATERIALIZED (SELECT my_calendars(0::smallint) AS calendars), named AS (
    SELECT b.scheduled_event_id AS key, b.scheduled_event_id FROM scheduled_events b
    WHERE b.scheduled_event_id = ANY (:keys)
    UNION ALL
    (SELECT DISTINCT ON (o.series_id) o.series_id, o.scheduled_event_id FROM scheduled_events o
     WHERE o.series_id = ANY (:keys)
     ORDER BY o.series_id, (o.status <> 4 AND upper(o.during) > :now) DESC, lower(o.during))
)
SELECT n.key, b.owner_id, e.title, k.name AS calendar_name, lower(b.during) AS start,
       upper(b.during) AS "end", b.time_zone, b.series_id, b.is_blocked,
       CASE WHEN b.status = 0 AND b.hold_expires_at <= :now THEN 4 ELSE b.status END AS status,
       (SELECT string_agg(concat(r.name, ' is ', block ->> 'reason'), '; ' ORDER BY r.name)
        FROM jsonb_array_elements(b.blocks) AS block
        JOIN resources r ON r.resource_id = (block ->> 'resource_id')::uuid
        WHERE sees_resource(r.calendar_id, r.resource_type, app_role(), mine.calendars)) AS blocked_by
FROM named n
CROSS JOIN mine
JOIN scheduled_events b ON b.scheduled_event_id = n.scheduled_event_id
JOIN events e ON e.event_id = b.event_id
LEFT JOIN calendars k ON k.calendar_id = b.calendar_id
    AND (app_role() >= 2 OR k.calendar_id = ANY (mine.calendars))
WHERE sees_booking(b.scheduled_event_id, app_user(), app_role(), mine.calendars)
""")
_CALENDARS = text(
    "SELECT k.calendar_id, k.name FROM calendars k WHERE k.calendar_id = ANY (:keys)"
    " AND (app_role() >= 2 OR k.calendar_id = ANY ((SELECT my_calendars(0::smallint))::uuid[]))"
)
_OPEN = text(
    "SELECT schedule_conflict_id FROM schedule_conflicts"
    " WHERE schedule_conflict_id = ANY (:keys) AND status IN (0, 1, 3)"
)
_WAITING = text(
    "SELECT schedule_id FROM change_requests"
    " WHERE schedule_id = ANY (:keys) AND decision IS NULL AND lapses_at > :now"
)


@dataclass(frozen=True, slots=True)
class ToldBooking:
    """A booking, or of a series its next date.

    calendar_name: None where the person may not see the calendar. blocked_by: which resources block it and
    why, of those that the person sees.
    """

    owner_id: UUID
    title: str
    calendar_name: str | None
    slot: TimeSlot
    time_zone: str
    status: ScheduleStatus
    series_id: UUID | None
    is_blocked: bool
    blocked_by: str | None


async def told_bookings(uow: UnitOfWork, keys: Collection[UUID]) -> dict[UUID, ToldBooking]:
    """Those that the person sees, by the id of the booking or series."""
    rows = await uow.connection.execute(_BOOKINGS, {"keys": sorted(keys), "now": uow.now})
    return {
        row.key: ToldBooking(
            row.owner_id,
            row.title,
            row.calendar_name,
            slot_of(row.start, row.end),
            row.time_zone,
            ScheduleStatus(row.status),
            row.series_id,
            row.is_blocked,
            row.blocked_by,
        )
        for row in rows
    }


async def calendar_names(uow: UnitOfWork, keys: Collection[UUID]) -> dict[UUID, str]:
    """What the calendars are called that the person sees."""
    rows = await uow.connection.execute(_CALENDARS, {"keys": sorted(keys)})
    return {row.calendar_id: row.name for row in rows}


async def open_conflicts(uow: UnitOfWork, keys: Collection[UUID]) -> set[UUID]:
    """Those of the conflicts that nobody has ended yet."""
    return set((await uow.connection.execute(_OPEN, {"keys": sorted(keys)})).scalars())


async def with_waiting_change(uow: UnitOfWork, keys: Collection[UUID]) -> set[UUID]:
    """Those of the bookings and series of which a change still waits."""
    parameters = {"keys": sorted(keys), "now": uow.now}
    return set((await uow.connection.execute(_WAITING, parameters)).scalars())
