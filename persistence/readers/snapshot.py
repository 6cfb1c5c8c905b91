"""A stretch of the schedule for the solver, hidden bookings included, without their titles."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select, text

from domain.entities import Calendar, Resource
from domain.enums import AccessLevel, ResourceType, Role, ScheduleStatus
from domain.errors import A_RESOURCE
from domain.interchange import may_stand_in
from domain.proposal import Proposal
from domain.schedule import FixedUses, ScheduleSnapshot, SnapshotBooking
from domain.time_slot import TimeSlot
from domain.viewer import Viewer
from persistence import tables
from persistence.mapping import (
    Row,
    as_range,
    as_uuid,
    calendar_from,
    claim_from,
    closure_from,
    resource_from,
)
from persistence.unit_of_work import UnitOfWork

_BOOKINGS = text("SELECT * FROM schedule_bookings(CAST(:bookings AS uuid[]))")
_OCCUPANCY = text(
    "SELECT * FROM schedule_occupancy(CAST(:during AS tstzrange), CAST(:resources AS uuid[]),"
    " CAST(:calendars AS uuid[]), CAST(:except AS uuid[]))"
)
_LIMITS = text(
    "SELECT schedule_limits(CAST(:during AS tstzrange), CAST(:calendars AS uuid[]),"
    " CAST(:resources AS uuid[]))"
)


async def read_snapshot(
    uow: UnitOfWork, horizon: TimeSlot, asked: Collection[UUID], request: Proposal | None = None
) -> ScheduleSnapshot:
    """The schedule around some bookings: those whole, others as what they take of all that matters to these.

    asked: bookings that clash; those the viewer may change are marked movable, and have their titles.
    request: a booking that was refused; what it may use matters too, and as it is now it is left out.
    """
    connection = uow.connection
    rows = (await connection.execute(_BOOKINGS, {"bookings": list(asked)})).mappings().all()
    limits = await _read_limits(uow, horizon, rows, request)
    resources = tuple(_resource_from(row) for row in limits["resources"] or [])
    calendar_rows: list[Row] = limits["calendars"] or []
    calendars = tuple(calendar_from(row) for row in calendar_rows)
    book = {as_uuid(row["calendar_id"]) for row in calendar_rows if row["access"] == AccessLevel.Book}
    seen = await _seen(uow, [row["scheduled_event_id"] for row in rows])
    bookings = tuple(
        _booking_from(row, seen.get(row["scheduled_event_id"]), uow.viewer, book) for row in rows
    )
    return ScheduleSnapshot(
        now=uow.now,
        horizon=horizon,
        resources=resources,
        calendars=calendars,
        bookings=bookings,
        closures=tuple(closure_from(row) for row in limits["closures"] or []),
        fixed=await _read_fixed(uow, horizon, resources, calendars, bookings, request),
        offered_resource_ids=offered_resources(uow.viewer, limits["resources"] or []),
        hidden_resource_ids=frozenset(
            as_uuid(row["resource_id"]) for row in limits["resources"] or [] if not row["visible"]
        ),
    )


async def _read_limits(
    uow: UnitOfWork, horizon: TimeSlot, rows: Sequence[Row], request: Proposal | None
) -> dict[str, Any]:
    """Calendars, resources and closures that limit where these bookings and the request may go."""
    calendars = {row["calendar_id"] for row in rows}
    resources = {as_uuid(claim["resource_id"]) for row in rows for claim in row["claims"] or []}
    if request is not None:
        calendars.add(request.calendar_id)
        resources.update(claim.resource_id for claim in request.claims)
    parameters = {
        "during": as_range(horizon),
        "calendars": sorted(calendars),
        "resources": sorted(resources),
    }
    found: dict[str, Any] = (await uow.connection.execute(_LIMITS, parameters)).scalar_one()
    return found


def _resource_from(row: Row) -> Resource:
    """The resource; sentences call one that is hidden as a refusal does."""
    resource = resource_from(row)
    return resource if row["visible"] else replace(resource, name=A_RESOURCE)


async def _read_fixed(
    uow: UnitOfWork,
    horizon: TimeSlot,
    resources: Collection[Resource],
    calendars: Collection[Calendar],
    bookings: Collection[SnapshotBooking],
    request: Proposal | None,
) -> tuple[FixedUses, ...]:
    """What all others take of the resources and calendars that these bookings use or might use instead."""
    placed: list[SnapshotBooking | Proposal] = [*bookings]
    if request is not None:
        placed.append(request)
    calendar_ids = {one.calendar_id for one in placed}
    used = {claim.resource_id for one in placed for claim in one.claims}
    used |= {one.owner_id for one in calendars if one.calendar_id in calendar_ids}
    today = [resource for resource in resources if resource.resource_id in used]
    useful = {other.resource_id for other in resources for one in today if may_stand_in(other, one)}
    parameters = {
        "during": as_range(horizon),
        "resources": sorted(useful.union(one.resource_id for one in today)),
        "calendars": sorted(calendar_ids),
        "except": [one.scheduled_event_id for one in placed],
    }
    found = await uow.connection.execute(_OCCUPANCY, parameters)
    return tuple(
        FixedUses(
            row.resource_id,
            row.calendar_id,
            tuple(zip(row.starts, row.ends, row.quantities, row.primaries, strict=True)),
        )
        for row in found
    )


async def _seen(uow: UnitOfWork, scheduled_event_ids: Collection[UUID]) -> dict[UUID, RowMapping]:
    """Titles and series by booking, of those the viewer may see."""
    bookings, events = tables.scheduled_events, tables.events
    statement = (
        select(bookings.c.scheduled_event_id, bookings.c.series_id, events.c.title)
        .join(events, events.c.event_id == bookings.c.event_id)
        .where(bookings.c.scheduled_event_id.in_(scheduled_event_ids))
    )
    found = await uow.connection.execute(statement)
    return {row["scheduled_event_id"]: row for row in found.mappings()}


def _booking_from(
    row: Row, seen: RowMapping | None, viewer: Viewer, book: Collection[UUID]
) -> SnapshotBooking:
    booking = SnapshotBooking(
        scheduled_event_id=row["scheduled_event_id"],
        calendar_id=row["calendar_id"],
        slot=TimeSlot(row["start_date_time"], row["end_date_time"]),
        status=ScheduleStatus(row["status"]),
        claims=tuple(claim_from(one) for one in row["claims"] or []),
        created_at=row["created_at"],
        version=row["version"],
        attendees=row["attendees"],
        priority=row["priority"],
        time_zone=row["time_zone"],
        movable=False,
    )
    if seen is None:
        return booking
    own = row["owner_id"] == viewer.user_id
    may_change = booking.calendar_id in book and (own or viewer.role is Role.Staff)
    return replace(
        booking,
        title=seen["title"],
        is_occurrence=seen["series_id"] is not None,
        movable=viewer.sees_all or may_change,
    )


def offered_resources(viewer: Viewer, rows: list[Row]) -> frozenset[UUID] | None:
    """The resources the viewer may claim; None for all."""
    if viewer.sees_all:
        return None
    free_for_all = {int(ResourceType.Equipment), int(ResourceType.Other)}
    return frozenset(
        as_uuid(row["resource_id"])
        for row in rows
        if row["access"] == AccessLevel.Book
        or (
            row["calendar_id"] is None and (viewer.role is Role.Staff or row["resource_type"] in free_for_all)
        )
    )
