"""What availability is judged by, read without locks; the entries that a cache can wrap."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from domain.booking import Picture
from domain.entities import Calendar, Closure, Resource
from domain.enums import AccessLevel, ScheduleStatus
from domain.schedule import FixedUses, ScheduleSnapshot
from domain.time_slot import TimeSlot
from persistence import tables
from persistence.booking_store import picture_from
from persistence.mapping import (
    Row,
    as_range,
    as_uuid,
    calendar_from,
    closure_from,
    resource_from,
    slot_of,
)
from persistence.readers.snapshot import offered_resources
from persistence.unit_of_work import UnitOfWork

_GLANCE = text("SELECT glance(:now, CAST(:resources AS uuid[]), CAST(:slots AS tstzrange[]))")
_PREMISES = text("SELECT premises(CAST(:during AS tstzrange))")
_OCCUPANCY = text(
    "SELECT * FROM schedule_occupancy(CAST(:during AS tstzrange), CAST(:resources AS uuid[]),"
    " CAST(:calendars AS uuid[]), '{}')"
)
MAXIMUM_TAKERS = 20_000


async def read_availability(uow: UnitOfWork, resource_ids: Sequence[UUID], during: TimeSlot) -> Picture:
    """The resources that the viewer sees, their calendars and closures, and all that is taken of them.

    during: the time asked about, with any buffer; setup and teardown are looked at besides.
    Without titles: `persistence.readers.bookings.get_rivals` has those the viewer may see.
    """
    parameters = {"now": uow.now, "resources": list(resource_ids), "slots": [as_range(during)]}
    return picture_from((await uow.connection.execute(_GLANCE, parameters)).scalar_one())


@dataclass(frozen=True, slots=True)
class Premises:
    """All resources and calendars that the viewer sees.

    offered: the resources the viewer may claim; None for all.
    bookable: the active calendars the viewer may book.
    """

    resources: Mapping[UUID, Resource]
    calendars: Mapping[UUID, Calendar]
    closures: tuple[Closure, ...]
    offered: frozenset[UUID] | None
    bookable: frozenset[UUID]

    def may_claim(self, resource_id: UUID) -> bool:
        """Whether the viewer may claim the resource."""
        return self.offered is None or resource_id in self.offered


async def read_premises(uow: UnitOfWork, during: TimeSlot) -> Premises:
    """What the viewer sees, with the closures that touch a stretch of time."""
    found: dict[str, Any] = (
        await uow.connection.execute(_PREMISES, {"during": as_range(during)})
    ).scalar_one()
    calendar_rows: list[Row] = [row for row in found["calendars"] or [] if row["visible"]]
    resource_rows: list[Row] = [row for row in found["resources"] or [] if row["visible"]]
    calendars = {as_uuid(row["calendar_id"]): calendar_from(row) for row in calendar_rows}
    granted = {as_uuid(row["calendar_id"]) for row in calendar_rows if row["access"] == AccessLevel.Book}
    return Premises(
        resources={as_uuid(row["resource_id"]): resource_from(row) for row in resource_rows},
        calendars=calendars,
        closures=tuple(closure_from(row) for row in found["closures"] or []),
        offered=offered_resources(uow.viewer, resource_rows),
        bookable=frozenset(
            key
            for key, calendar in calendars.items()
            if calendar.is_active and (uow.viewer.sees_all or key in granted)
        ),
    )


async def read_taken(
    uow: UnitOfWork,
    premises: Premises,
    during: TimeSlot,
    resource_ids: Collection[UUID],
    calendar_ids: Collection[UUID],
) -> ScheduleSnapshot:
    """What all firm bookings take of some resources, and of calendars that limit concurrency, as ranges."""
    parameters = {
        "during": as_range(during),
        "resources": sorted(resource_ids),
        "calendars": sorted(calendar_ids),
    }
    rows = await uow.connection.execute(_OCCUPANCY, parameters)
    return ScheduleSnapshot(
        now=uow.now,
        horizon=during,
        resources=tuple(premises.resources[key] for key in sorted(resource_ids)),
        calendars=tuple(premises.calendars[key] for key in sorted(calendar_ids)),
        bookings=(),
        closures=tuple(one for one in premises.closures if one.resource_id in resource_ids),
        fixed=tuple(
            FixedUses(
                row.resource_id,
                row.calendar_id,
                tuple(zip(row.starts, row.ends, row.quantities, row.primaries, strict=True)),
            )
            for row in rows
        ),
    )


@dataclass(frozen=True, slots=True)
class Taker:
    """A firm booking that takes some of a resource. during: with setup and teardown; slot: without."""

    scheduled_event_id: UUID
    resource_id: UUID
    during: TimeSlot
    quantity: int
    slot: TimeSlot
    status: ScheduleStatus
    attendees: int | None


async def read_takers(uow: UnitOfWork, resource_ids: Collection[UUID], during: TimeSlot) -> list[Taker]:
    """The firm bookings that take some resources in a stretch of time, by start: of those the viewer sees."""
    claims, bookings, events = tables.claims, tables.scheduled_events, tables.events
    statement = (
        select(
            claims.c.scheduled_event_id,
            claims.c.resource_id,
            func.lower(claims.c.during).label("low"),
            func.upper(claims.c.during).label("high"),
            claims.c.quantity,
            func.lower(bookings.c.during).label("start"),
            func.upper(bookings.c.during).label("end"),
            bookings.c.status,
            events.c.attendees,
        )
        .join(bookings, bookings.c.scheduled_event_id == claims.c.scheduled_event_id)
        .join(events, events.c.event_id == bookings.c.event_id)
        .where(
            claims.c.resource_id.in_(sorted(resource_ids)),
            claims.c.during.op("&&")(as_range(during)),
            claims.c.live,
            ~claims.c.is_hold,
        )
        .order_by(func.lower(claims.c.during), claims.c.scheduled_event_id)
        .limit(MAXIMUM_TAKERS)
    )
    return [
        Taker(
            row.scheduled_event_id,
            row.resource_id,
            slot_of(row.low, row.high),
            row.quantity,
            slot_of(row.start, row.end),
            ScheduleStatus(row.status),
            row.attendees,
        )
        for row in await uow.connection.execute(statement)
    ]
