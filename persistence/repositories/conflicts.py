"""Conflicts as entities; the booking store writes down what detection finds."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, and_, cast, func, or_, select, update

from domain.conflicts import Clash
from domain.entities import ScheduleConflict
from domain.enums import ConflictStatus, ResolutionMethod
from domain.errors import NotFoundException
from domain.reconciliation import RecordedClash
from domain.time_slot import TimeSlot
from persistence import tables
from persistence.documents import json_value
from persistence.mapping import conflict_from
from persistence.spans import ConflictSpan, read_spans
from persistence.unit_of_work import UnitOfWork

_bookings = tables.scheduled_events
_conflicts = tables.schedule_conflicts


async def lock_conflicts(
    uow: UnitOfWork, schedule_conflict_id: UUID, *, alone: bool
) -> list[tuple[ScheduleConflict, ConflictSpan]]:
    """The conflict as stored and, unless alone, those of the same two series, locked in detection's order.

    Each comes with where its bookings are. Raises NotFoundException when the viewer does not see the one.
    """
    wanted = [schedule_conflict_id]
    if not alone:
        group = select(func.conflict_group(schedule_conflict_id))
        wanted = list((await uow.connection.execute(group)).scalars())
    statement = select(_conflicts).where(_conflicts.c.schedule_conflict_id.in_(wanted))
    fingerprint = (
        _conflicts.c.scheduled_event_id,
        _conflicts.c.conflicting_event_id,
        _conflicts.c.conflict_type,
        _conflicts.c.resource_id,
    )
    statement = statement.order_by(*fingerprint).with_for_update()
    rows = (await uow.connection.execute(statement)).mappings().all()
    if all(row["schedule_conflict_id"] != schedule_conflict_id for row in rows):
        raise NotFoundException("Conflict", schedule_conflict_id)
    conflicts = [conflict_from(row) for row in rows]
    spans = await read_spans(uow, [one.schedule_conflict_id for one in conflicts])
    return [(one, spans[one.schedule_conflict_id]) for one in conflicts]


async def find_conflict(uow: UnitOfWork, schedule_conflict_id: UUID) -> tuple[ScheduleConflict, ConflictSpan]:
    """The conflict as stored, with where its bookings are. Raises NotFoundException."""
    statement = select(_conflicts).where(_conflicts.c.schedule_conflict_id == schedule_conflict_id)
    row = (await uow.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFoundException("Conflict", schedule_conflict_id)
    return conflict_from(row), (await read_spans(uow, [schedule_conflict_id]))[schedule_conflict_id]


async def store_conflict(uow: UnitOfWork, conflict: ScheduleConflict) -> None:
    """Store how far the conflict has been dealt with."""
    statement = (
        update(_conflicts)
        .where(_conflicts.c.schedule_conflict_id == conflict.schedule_conflict_id)
        .values(
            status=int(conflict.status),
            resolved_at=conflict.resolved_at,
            resolution_method=None if conflict.resolution_method is None else int(conflict.resolution_method),
            resolved_by=conflict.resolved_by,
            escalated_at=conflict.escalated_at,
            escalated_to=conflict.escalated_to,
            escalation_reason=conflict.escalation_reason,
            note=conflict.note,
        )
    )
    await uow.connection.execute(statement)
    uow.touch(booking_ids=[conflict.scheduled_event_id, conflict.conflicting_event_id])


async def calendars_at_stake(uow: UnitOfWork, conflict: ScheduleConflict) -> list[UUID]:
    """The calendars whose limit the conflict is about; none when it is about a resource."""
    if conflict.resource_id is not None:
        return []
    pair = (conflict.scheduled_event_id, conflict.conflicting_event_id)
    statement = select(_bookings.c.calendar_id).where(_bookings.c.scheduled_event_id.in_(pair)).distinct()
    return list((await uow.connection.execute(statement)).scalars())


async def recorded_over(
    uow: UnitOfWork, calendar_ids: Collection[UUID], resource_ids: Collection[UUID]
) -> list[RecordedClash]:
    """Every conflict over the calendars' limits and the resources whose clash is not known to be over."""
    on_them = select(_bookings.c.scheduled_event_id).where(_bookings.c.calendar_id.in_(sorted(calendar_ids)))
    over_calendars = and_(
        _conflicts.c.resource_id.is_(None),
        or_(
            _conflicts.c.scheduled_event_id.in_(on_them),
            _conflicts.c.conflicting_event_id.in_(on_them),
        ),
    )
    over_resources = _conflicts.c.resource_id == func.any(cast(sorted(resource_ids), ARRAY(Uuid)))
    accepted = _conflicts.c.resolution_method == int(ResolutionMethod.OverrideApplied)
    statement = select(_conflicts).where(
        or_(*([over_calendars] if calendar_ids else []), over_resources),
        or_(_conflicts.c.status != int(ConflictStatus.Resolved), accepted),
    )
    conflicts = [conflict_from(row) for row in (await uow.connection.execute(statement)).mappings()]
    spans = await read_spans(uow, [one.schedule_conflict_id for one in conflicts])
    return [_recorded(one, spans[one.schedule_conflict_id]) for one in conflicts]


async def standing_clashes(uow: UnitOfWork, booking_ids: Collection[UUID]) -> list[Clash]:
    """The clashes of the bookings that are on record and not known to be over, dealt with or not."""
    accepted = _conflicts.c.resolution_method == int(ResolutionMethod.OverrideApplied)
    statement = select(_conflicts).where(
        or_(
            _conflicts.c.scheduled_event_id.in_(sorted(booking_ids)),
            _conflicts.c.conflicting_event_id.in_(sorted(booking_ids)),
        ),
        or_(_conflicts.c.status != int(ConflictStatus.Resolved), accepted),
    )
    conflicts = [conflict_from(row) for row in (await uow.connection.execute(statement)).mappings()]
    return [
        Clash(one.scheduled_event_id, one.conflicting_event_id, one.conflict_type, one.resource_id)
        for one in conflicts
    ]


def conflict_document(conflict: ScheduleConflict) -> dict[str, Any]:
    """What the audit log keeps of how far a conflict has been dealt with."""
    return {
        "status": json_value(conflict.status),
        "resolutionMethod": json_value(conflict.resolution_method),
        "escalatedTo": json_value(conflict.escalated_to),
        "escalationReason": conflict.escalation_reason,
        "note": conflict.note,
    }


def _recorded(conflict: ScheduleConflict, span: ConflictSpan) -> RecordedClash:
    slots: tuple[TimeSlot, TimeSlot] = (span.first, span.second)
    return RecordedClash(conflict, slots, is_live=span.gone_at is None, is_shared=span.is_shared)
