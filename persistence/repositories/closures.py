"""When resources are closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, delete, func, insert, literal, select, update

from domain.closures import Closing, Cut
from domain.entities import Closure
from domain.time_slot import TimeSlot
from persistence import tables
from persistence.mapping import as_range, slot_of
from persistence.unit_of_work import UnitOfWork

_closures = tables.resource_availability


@dataclass(frozen=True, slots=True)
class MarkedClosure:
    """A closure, with when and by whom it was marked."""

    closure: Closure
    marked_at: datetime
    marked_by: UUID


async def of_resource(uow: UnitOfWork, resource_id: UUID, during: TimeSlot) -> list[MarkedClosure]:
    """The closures that touch a stretch of time, by start; none of a resource the viewer does not see."""
    statement = _selected().where(
        _closures.c.resource_id == resource_id, _closures.c.during.op("&&")(as_range(during))
    )
    rows = (await uow.connection.execute(statement.order_by(func.lower(_closures.c.during)))).all()
    return [
        MarkedClosure(
            Closure(
                row.resource_availability_id,
                resource_id,
                slot_of(row.start, row.end),
                row.unavailable_reason,
            ),
            row.marked_at,
            row.marked_by,
        )
        for row in rows
    ]


async def add(uow: UnitOfWork, resource_id: UUID, made: Closing) -> MarkedClosure:
    """Store a closure in the place of those it swallows. The resource must be locked."""
    await _remove(uow, [one.resource_availability_id for one in made.absorbed])
    key = uow.ids.ordered()
    uow.touch(resource_ids=[resource_id])
    await uow.connection.execute(
        insert(_closures).values(
            resource_availability_id=key,
            resource_id=resource_id,
            during=as_range(made.slot),
            unavailable_reason=made.reason,
            marked_at=uow.now,
            marked_by=uow.viewer.user_id,
        )
    )
    return MarkedClosure(Closure(key, resource_id, made.slot, made.reason), uow.now, uow.viewer.user_id)


async def cut(uow: UnitOfWork, cuts: Sequence[Cut]) -> None:
    """Store what is left of closures: a part on either side is a closure like the whole it was of."""
    uow.touch(resource_ids=(one.closure.resource_id for one in cuts))
    await _remove(uow, [one.closure.resource_availability_id for one in cuts if not one.left])
    for one in cuts:
        key = one.closure.resource_availability_id
        for first in one.left[:1]:
            shorter = update(_closures).where(_closures.c.resource_availability_id == key)
            await uow.connection.execute(shorter.values(during=as_range(first)))
        for second in one.left[1:]:
            await uow.connection.execute(
                insert(_closures).from_select(
                    [column.name for column in _closures.columns],
                    select(
                        literal(uow.ids.ordered()),
                        _closures.c.resource_id,
                        literal(as_range(second), _closures.c.during.type),
                        _closures.c.unavailable_reason,
                        _closures.c.marked_at,
                        _closures.c.marked_by,
                    ).where(_closures.c.resource_availability_id == key),
                )
            )


async def _remove(uow: UnitOfWork, keys: Sequence[UUID]) -> None:
    if keys:
        await uow.connection.execute(delete(_closures).where(_closures.c.resource_availability_id.in_(keys)))


def _selected() -> Select[tuple[object, ...]]:
    return select(
        _closures.c.resource_availability_id,
        func.lower(_closures.c.during).label("start"),
        func.upper(_closures.c.during).label("end"),
        _closures.c.unavailable_reason,
        _closures.c.marked_at,
        _closures.c.marked_by,
    )


async def archive(uow: UnitOfWork, before: datetime, limit: int) -> int:
    """Put closures away that ended before an instant; how many comes back."""
    over = select(_closures.c.resource_availability_id).where(func.upper(_closures.c.during) < before)
    taken = (
        delete(_closures)
        .where(_closures.c.resource_availability_id.in_(over.limit(limit)))
        .returning(*_closures.columns)
        .cte("taken")
    )
    archived = tables.archived_closures
    columns = [column.name for column in _closures.columns]
    statement = insert(archived).from_select(
        [*columns, "archived_at"], select(*taken.c, literal(uow.now, archived.c.archived_at.type))
    )
    rows = await uow.connection.execute(statement.returning(archived.c.resource_id))
    resource_ids = rows.scalars().all()
    uow.touch(resource_ids=resource_ids)
    return len(resource_ids)
