"""The booking path's statements: look under locks, write, and note what changed between bookings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, func, insert, text, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert

from domain.booking import Occupancy, Picture, PlacedClaim
from domain.conflicts import Clash, Pool, Usage
from domain.entities import Calendar, Resource, ScheduledEvent
from domain.enums import (
    AccessLevel,
    ClaimRole,
    ConflictLevel,
    ConflictType,
    ResolutionMethod,
    ScheduleStatus,
)
from domain.facts import ScheduleConflictDetected, ScheduleConflictResolved
from domain.time_slot import TimeSlot
from persistence import tables
from persistence.mapping import (
    Row,
    as_range,
    as_uuid,
    calendar_from,
    closure_from,
    event_at_stake_from,
    resource_from,
    scheduled_event_from,
    usage_from,
)
from persistence.repositories.claims import update_in_order
from persistence.unit_of_work import TransactionLost, UnitOfWork

_LOOK = text(
    "SELECT look(:now, :event, CAST(:calendars AS uuid[]), CAST(:resources AS uuid[]),"
    " CAST(:slots AS tstzrange[]), :booking)"
)
_RECORD = text(
    "SELECT * FROM record_conflicts(CAST(:detected AS jsonb), CAST(:vanished AS jsonb),"
    " CAST(:method AS smallint), :now)"
)


@dataclass(frozen=True, slots=True)
class Question:
    """What a picture is asked about: the calendars, resources and slots at stake, old and new.

    resource_ids: claimed besides the resources that own the calendars.
    booking_id: the booking that is changed, left out of the occupancy.
    """

    calendar_ids: Sequence[UUID]
    slots: Sequence[TimeSlot]
    resource_ids: Sequence[UUID] = ()
    event_id: UUID | None = None
    booking_id: UUID | None = None


async def look(uow: UnitOfWork, question: Question) -> Picture:
    """Lock the calendars, then the resources, in id order, and read all that bears on the decision."""
    parameters = {
        "now": uow.now,
        "event": question.event_id,
        "calendars": list(question.calendar_ids),
        "resources": list(question.resource_ids),
        "slots": [as_range(slot) for slot in question.slots],
        "booking": question.booking_id,
    }
    document = (await uow.connection.execute(_LOOK, parameters)).scalar_one()
    uow.catch_up()
    return picture_from(document)


async def insert_booking(uow: UnitOfWork, booking: ScheduledEvent, placed: Iterable[PlacedClaim]) -> None:
    """Store a new booking with its claims. Raises TransactionLost when a claim's slot was taken meanwhile."""
    await uow.connection.execute(insert(tables.scheduled_events).values(_booking_values(booking)))
    uow.touch(booking_ids=[booking.scheduled_event_id])
    await _insert_claims(uow, booking, placed)


async def replace_booking(uow: UnitOfWork, booking: ScheduledEvent, placed: Iterable[PlacedClaim]) -> None:
    """Store a changed booking: all old claims go in an earlier statement than the new ones come."""
    key = booking.scheduled_event_id
    gone = delete(tables.claims).where(tables.claims.c.scheduled_event_id == key)
    given_up = await uow.connection.execute(gone.returning(tables.claims.c.resource_id))
    uow.touch(resource_ids=given_up.scalars())
    await update_booking(uow, booking)
    await _insert_claims(uow, booking, placed)


async def cancel_booking(uow: UnitOfWork, booking: ScheduledEvent) -> None:
    """Store a cancelled booking: its row and claims stay, but hold nothing any more."""
    await update_booking(uow, booking)
    await uow.connection.execute(
        update_in_order(tables.claims.c.scheduled_event_id == booking.scheduled_event_id).values(
            live=False, enforced=False
        )
    )


async def record_conflicts(
    uow: UnitOfWork,
    detected: Mapping[Clash, ConflictLevel],
    vanished: Iterable[Clash],
    method: ResolutionMethod = ResolutionMethod.Rescheduled,
) -> None:
    """Write down the clashes there are and those that are gone, and leave a fact for each that changed.

    method: what removed the vanished ones.
    """
    found = [
        {
            "schedule_conflict_id": uow.ids.ordered(),
            "conflict_level": int(level),
            **_fingerprint(clash),
        }
        for clash, level in detected.items()
    ]
    gone = [_fingerprint(clash) for clash in vanished]
    if not found and not gone:
        return
    parameters = {
        "detected": orjson.dumps(found).decode(),
        "vanished": orjson.dumps(gone).decode(),
        "method": int(method),
        "now": uow.now,
    }
    for row in (await uow.connection.execute(_RECORD, parameters)).mappings():
        _leave_fact(uow, row, method)


def _leave_fact(uow: UnitOfWork, row: Row, method: ResolutionMethod) -> None:
    key = row["schedule_conflict_id"]
    uow.touch(booking_ids=[row["scheduled_event_id"], row["conflicting_event_id"]])
    if row["change"] == "detected":
        detected = ScheduleConflictDetected(
            key,
            row["scheduled_event_id"],
            row["conflicting_event_id"],
            ConflictType(row["conflict_type"]),
            ConflictLevel(row["conflict_level"]),
        )
        uow.record(key, detected)
    elif row["change"] == "resolved":
        uow.record(key, ScheduleConflictResolved(key, method, uow.viewer.user_id, uow.now))


def _fingerprint(clash: Clash) -> dict[str, Any]:
    return {
        "scheduled_event_id": clash.scheduled_event_id,
        "conflicting_event_id": clash.conflicting_event_id,
        "conflict_type": int(clash.conflict_type),
        "resource_id": clash.resource_id,
    }


async def update_booking(uow: UnitOfWork, booking: ScheduledEvent) -> None:
    """Store a booking whose claims stay as they are."""
    bookings, old = tables.scheduled_events, tables.scheduled_events.alias("old")
    key = booking.scheduled_event_id
    statement = (
        update(bookings)
        .where(
            bookings.c.scheduled_event_id == key, old.c.scheduled_event_id == bookings.c.scheduled_event_id
        )
        .values(_booking_values(booking))
        .returning(old.c.calendar_id)
    )
    left = await uow.connection.execute(statement)
    uow.touch(calendar_ids=left.scalars(), booking_ids=[key])


async def _insert_claims(uow: UnitOfWork, booking: ScheduledEvent, placed: Iterable[PlacedClaim]) -> None:
    rows = [_claim_values(uow, booking, one) for one in placed]
    if not rows:
        return
    statement = postgresql_insert(tables.claims).on_conflict_do_nothing().returning(tables.claims.c.claim_id)
    stored = (await uow.connection.execute(statement, rows)).all()
    if len(stored) < len(rows):
        raise TransactionLost("another booking took the slot")


def _claim_values(uow: UnitOfWork, booking: ScheduledEvent, placed: PlacedClaim) -> dict[str, Any]:
    return {
        "claim_id": uow.ids.ordered(),
        "scheduled_event_id": booking.scheduled_event_id,
        "resource_id": placed.claim.resource_id,
        "calendar_id": booking.calendar_id,
        "owner_id": booking.owner_id,
        "role": int(placed.claim.role),
        "quantity": placed.claim.quantity,
        "during": as_range(placed.during),
        "live": True,
        "is_hold": booking.status is ScheduleStatus.Tentative,
        "hold_expires_at": booking.hold_expires_at,
        "enforced": placed.enforced,
        "created_at": booking.created_at,
    }


def _booking_values(booking: ScheduledEvent) -> dict[str, Any]:
    return {
        "scheduled_event_id": booking.scheduled_event_id,
        "event_id": booking.event_id,
        "calendar_id": booking.calendar_id,
        "owner_id": booking.owner_id,
        "during": func.tstzrange(booking.slot.start_date_time, booking.slot.end_date_time),
        "time_zone": booking.time_zone,
        "status": int(booking.status),
        "hold_expires_at": booking.hold_expires_at,
        "is_blocked": booking.is_blocked,
        "block_reason": booking.block_reason,
        # What blocks a booking is kept beside it, and goes with the flag.
        **({} if booking.is_blocked else {"blocks": None}),
        "override_reason": booking.override_reason,
        "is_imported": booking.is_imported,
        "created_at": booking.created_at,
        "created_by": booking.created_by,
        "modified_at": booking.modified_at,
        "modified_by": booking.modified_by,
        "version": booking.version,
        "series_id": booking.series_id,
        "original_start": booking.original_start,
        "is_detached": booking.is_detached,
    }


def picture_from(document: dict[str, Any]) -> Picture:
    """What `look` and `glance` tell, as the domain takes it."""
    calendar_rows: list[Row] = document["calendars"] or []
    resource_rows: list[Row] = document["resources"] or []
    calendars = {as_uuid(row["calendar_id"]): calendar_from(row) for row in calendar_rows}
    resources = {as_uuid(row["resource_id"]): resource_from(row) for row in resource_rows}
    booking = document["booking"]
    return Picture(
        calendars=calendars,
        resources=resources,
        others=_occupancy_from(document, calendars, resources),
        event=None if document["event"] is None else event_at_stake_from(document["event"]),
        booking=None if booking is None else scheduled_event_from(booking, booking["claims"]),
        closures=tuple(closure_from(row) for row in document["closures"] or []),
        calendar_access=_access(calendar_rows, "calendar_id"),
        resource_access=_access(resource_rows, "resource_id"),
        resources_with_calendar=frozenset(
            as_uuid(row["resource_id"]) for row in resource_rows if row["calendar_id"] is not None
        ),
        visible_resource_ids=frozenset(
            as_uuid(row["resource_id"]) for row in resource_rows if row["visible"]
        ),
        open_bookings=document["open_bookings"],
    )


def _access(rows: list[Row], key: str) -> dict[UUID, AccessLevel]:
    return {as_uuid(row[key]): AccessLevel(row["access"]) for row in rows if row["access"] is not None}


def _occupancy_from(
    document: dict[str, Any], calendars: Mapping[UUID, Calendar], resources: Mapping[UUID, Resource]
) -> Occupancy:
    usages: defaultdict[Pool, list[Usage]] = defaultdict(list)
    for row in document["claims"] or []:
        resource = resources[as_uuid(row["resource_id"])]
        pool = Pool(resource.resource_id, resource.resource_type, resource.quantity)
        usages[pool].append(usage_from(row, row["quantity"], ClaimRole(row["role"])))
    for row in document["bookings"] or []:
        calendar = calendars[as_uuid(row["calendar_id"])]
        pool = Pool(None, None, calendar.max_concurrent_events, calendar.calendar_id)
        usages[pool].append(usage_from(row, 1, ClaimRole.Primary))
    return {pool: tuple(some) for pool, some in usages.items()}
