"""Who may look at, or book on, which calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from domain.enums import AccessLevel
from persistence import tables
from persistence.unit_of_work import UnitOfWork

_access = tables.calendar_access


@dataclass(frozen=True, slots=True)
class Grant:
    """What one user may do with one calendar, since when and by whom."""

    user_id: UUID
    calendar_id: UUID
    access_level: AccessLevel
    granted_at: datetime
    granted_by: UUID


async def find(uow: UnitOfWork, calendar_id: UUID, user_id: UUID) -> Grant | None:
    """The user's grant, if any."""
    statement = select(_access).where(_access.c.calendar_id == calendar_id, _access.c.user_id == user_id)
    row = (await uow.connection.execute(statement)).mappings().one_or_none()
    return None if row is None else _grant_from(row)


async def listed(
    uow: UnitOfWork, calendar_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> list[Grant]:
    """The grants on a calendar, oldest first, up to `limit` after the position."""
    position = tuple_(_access.c.granted_at, _access.c.user_id)
    statement = select(_access).where(_access.c.calendar_id == calendar_id).order_by(*position).limit(limit)
    if after is not None:
        statement = statement.where(position > after)
    return [_grant_from(row) for row in (await uow.connection.execute(statement)).mappings()]


async def put(uow: UnitOfWork, grant: Grant) -> None:
    """Store a grant in place of the one the user has on the calendar, if any."""
    values = {
        "user_id": grant.user_id,
        "calendar_id": grant.calendar_id,
        "access_level": int(grant.access_level),
        "granted_at": grant.granted_at,
        "granted_by": grant.granted_by,
    }
    statement = insert(_access).values(values)
    changed = {name: statement.excluded[name] for name in ("access_level", "granted_at", "granted_by")}
    await uow.connection.execute(
        statement.on_conflict_do_update(index_elements=["user_id", "calendar_id"], set_=changed)
    )
    uow.touch(calendar_ids=[grant.calendar_id], user_ids=[grant.user_id])


async def remove(uow: UnitOfWork, calendar_id: UUID, user_id: UUID) -> None:
    """Take a user's grant away."""
    await uow.connection.execute(
        delete(_access).where(_access.c.calendar_id == calendar_id, _access.c.user_id == user_id)
    )
    uow.touch(calendar_ids=[calendar_id], user_ids=[user_id])


def _grant_from(row: Mapping[Any, Any]) -> Grant:
    return Grant(
        row["user_id"],
        row["calendar_id"],
        AccessLevel(row["access_level"]),
        row["granted_at"],
        row["granted_by"],
    )
