"""People who use the service, as stored."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from domain.enums import Role
from persistence import tables
from persistence.unit_of_work import UnitOfWork

_users = tables.users


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with an account."""

    user_id: UUID
    name: str
    role: Role
    email: str | None = None


async def add(uow: UnitOfWork, user: User) -> None:
    """Store a user unless there is one with the id."""
    values = {
        "user_id": user.user_id,
        "name": user.name,
        "email": user.email,
        "role": int(user.role),
        "created_at": uow.now,
    }
    await uow.connection.execute(insert(_users).values(values).on_conflict_do_nothing())
