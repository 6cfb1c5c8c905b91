"""Resources as stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select, update

from domain.entities import Resource
from domain.enums import ResourceType
from domain.errors import NotFoundException
from persistence import tables
from persistence.mapping import resource_from, working_hours_document
from persistence.sorting import Position, Sort, page_by
from persistence.unit_of_work import UnitOfWork

_resources = tables.resources
_SORTS: Mapping[str, ColumnElement[Any]] = {
    "name": _resources.c.name,
    "resourceType": _resources.c.resource_type,
    "quantity": _resources.c.quantity,
}


class _Lock(Enum):
    AS_BOOKINGS_DO = auto()
    FOR_REMOVAL = auto()


@dataclass(frozen=True, slots=True)
class ResourceFilter:
    """Which resources a list is of; None does not filter. text: part of the name."""

    resource_type: ResourceType | None = None
    interchange_group: str | None = None
    is_active: bool | None = None
    text: str | None = None


async def find(uow: UnitOfWork, resource_id: UUID) -> Resource | None:
    """The resource, or None when there is none that the viewer sees."""
    return await _one(uow, resource_id)


async def get(uow: UnitOfWork, resource_id: UUID) -> Resource:
    """The resource. Raises NotFoundException when there is none that the viewer sees."""
    return _there(await _one(uow, resource_id), resource_id)


async def lock(uow: UnitOfWork, resource_id: UUID) -> Resource:
    """The resource, locked as bookings lock it. Raises NotFoundException."""
    return _there(await _one(uow, resource_id, _Lock.AS_BOOKINGS_DO), resource_id)


async def lock_for_removal(uow: UnitOfWork, resource_id: UUID) -> Resource:
    """The resource, locked so that nothing new can refer to it either. Raises NotFoundException."""
    return _there(await _one(uow, resource_id, _Lock.FOR_REMOVAL), resource_id)


async def listed(
    uow: UnitOfWork, wanted: ResourceFilter, sort: Sort, after: Position | None, limit: int
) -> list[Resource]:
    """Resources in the order asked for, up to `limit` after the position."""
    keys = (_SORTS[sort.by], _resources.c.resource_id)
    statement = page_by(select(_resources).where(*_conditions(wanted)), keys, sort, after, limit)
    return [resource_from(row) for row in (await uow.connection.execute(statement)).mappings()]


async def add(uow: UnitOfWork, resource: Resource) -> None:
    """Store a new resource."""
    await uow.connection.execute(insert(_resources).values(created_at=uow.now, **_values(resource)))


async def store(uow: UnitOfWork, resource: Resource) -> None:
    """Store a changed resource."""
    statement = update(_resources).where(_resources.c.resource_id == resource.resource_id)
    await uow.connection.execute(statement.values(_values(resource)))
    uow.touch(resource_ids=[resource.resource_id], conflicts=True)


async def give_calendar(uow: UnitOfWork, resource_id: UUID, calendar_id: UUID) -> None:
    """Note on the resource which calendar is its; the row policy reads it there."""
    statement = update(_resources).where(_resources.c.resource_id == resource_id)
    await uow.connection.execute(statement.values(calendar_id=calendar_id))
    uow.touch(resource_ids=[resource_id], conflicts=True)


async def remove(uow: UnitOfWork, resource_id: UUID) -> None:
    """Remove a resource that nothing uses, and its closures."""
    await uow.connection.execute(delete(_resources).where(_resources.c.resource_id == resource_id))
    uow.touch(resource_ids=[resource_id])


async def is_used(uow: UnitOfWork, resource_id: UUID) -> bool:
    """Whether a booking, past and cancelled ones included, claims the resource, or a conflict was over it."""
    claims, conflicts = tables.claims, tables.schedule_conflicts
    claimed = select(claims.c.claim_id).where(claims.c.resource_id == resource_id).exists()
    disputed = select(conflicts.c.schedule_conflict_id).where(conflicts.c.resource_id == resource_id).exists()
    return bool((await uow.connection.execute(select(claimed | disputed))).scalar_one())


async def _one(uow: UnitOfWork, resource_id: UUID, lock: _Lock | None = None) -> Resource | None:
    statement = select(_resources).where(_resources.c.resource_id == resource_id)
    if lock is not None:
        statement = statement.with_for_update(key_share=lock is _Lock.AS_BOOKINGS_DO)
    row = (await uow.connection.execute(statement)).mappings().one_or_none()
    return None if row is None else resource_from(row)


def _there(resource: Resource | None, resource_id: UUID) -> Resource:
    if resource is None:
        raise NotFoundException("Resource", resource_id)
    return resource


def _conditions(wanted: ResourceFilter) -> list[ColumnElement[bool]]:
    columns = _resources.c
    conditions: list[ColumnElement[bool]] = []
    if wanted.resource_type is not None:
        conditions.append(columns.resource_type == int(wanted.resource_type))
    if wanted.interchange_group is not None:
        conditions.append(columns.interchange_group == wanted.interchange_group)
    if wanted.is_active is not None:
        conditions.append(columns.is_active == wanted.is_active)
    if wanted.text is not None:
        conditions.append(columns.name.icontains(wanted.text, autoescape=True))
    return conditions


def _values(resource: Resource) -> dict[str, Any]:
    return {
        "resource_id": resource.resource_id,
        "name": resource.name,
        "resource_type": int(resource.resource_type),
        "quantity": resource.quantity,
        "capacity": resource.capacity,
        "features": sorted(resource.features),
        "setup_minutes": resource.setup_minutes,
        "teardown_minutes": resource.teardown_minutes,
        "interchange_group": resource.interchange_group,
        "working_hours": working_hours_document(resource.working_hours),
        "time_zone": resource.time_zone,
        "is_active": resource.is_active,
        "version": resource.version,
    }
