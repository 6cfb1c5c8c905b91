"""Accounts, of people and of programs, as stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from domain.enums import Role, Scope
from domain.errors import NotFoundException
from domain.user import User
from persistence import tables
from persistence.mapping import Row
from persistence.unit_of_work import UnitOfWork

_users = tables.users
_LOCK_ADMINS = text("SELECT pg_advisory_xact_lock(hashtextextended('callboard admins', 0))")
_NOTE = text("SELECT note_person(:issuer, :name, :email, :now)")


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which accounts a list is of: service accounts or people. text: part of the name or address."""

    service_accounts: bool = False
    role: Role | None = None
    text: str | None = None


async def add(uow: UnitOfWork, user: User) -> None:
    """Store a user unless there is one with the id."""
    statement = insert(_users).values(user_id=user.user_id, created_at=user.created_at, **_values(user))
    await uow.connection.execute(statement.on_conflict_do_nothing(index_elements=["user_id"]))


async def store(uow: UnitOfWork, user: User) -> None:
    """Store a changed user."""
    await uow.connection.execute(update(_users).where(_users.c.user_id == user.user_id).values(_values(user)))


async def find(uow: UnitOfWork, user_id: UUID, *, locked: bool = False) -> User | None:
    """The account, if there is one that the viewer sees. locked: until this transaction ends."""
    statement = select(_users).where(_users.c.user_id == user_id)
    if locked:
        statement = statement.with_for_update()
    row = (await uow.connection.execute(statement)).mappings().one_or_none()
    return None if row is None else _user_from(row)


async def get(uow: UnitOfWork, user_id: UUID, *, service_account: bool, locked: bool = False) -> User:
    """The person, or the service account. Raises NotFoundException."""
    user = await find(uow, user_id, locked=locked)
    if user is None or (user.scopes is not None) is not service_account:
        raise NotFoundException("Service account" if service_account else "User", user_id)
    return user


async def by_email(uow: UnitOfWork, email: str) -> User | None:
    """Whom of our own an address is of, upper and lower case alike."""
    same = func.lower(_users.c.email) == func.lower(email)
    statement = select(_users).where(same, _users.c.issuer.is_(None))
    row = (await uow.connection.execute(statement)).mappings().one_or_none()
    return None if row is None else _user_from(row)


async def listed(
    uow: UnitOfWork, wanted: UserFilter, after: tuple[str, UUID] | None, limit: int
) -> list[User]:
    """Accounts by name, up to `limit` after the position."""
    position = tuple_(_users.c.name, _users.c.user_id)
    statement = select(_users).where(*_conditions(wanted)).order_by(*position).limit(limit)
    if after is not None:
        statement = statement.where(position > after)
    return [_user_from(row) for row in (await uow.connection.execute(statement)).mappings()]


async def is_last_admin(uow: UnitOfWork, user_id: UUID) -> bool:
    """Whether no other person is an Admin who may come in; until this transaction ends that stays so."""
    await uow.connection.execute(_LOCK_ADMINS)
    others = select(_users.c.user_id).where(
        _users.c.user_id != user_id,
        _users.c.role == int(Role.Admin),
        _users.c.disabled_at.is_(None),
        _users.c.scopes.is_(None),
    )
    return (await uow.connection.execute(others.limit(1))).one_or_none() is None


async def note_person(uow: UnitOfWork, issuer: str, name: str | None, email: str | None) -> bool:
    """Note the viewer as a foreign issuer has them; whether they may come in."""
    parameters = {"issuer": issuer, "name": name, "email": email, "now": uow.now}
    return bool((await uow.connection.execute(_NOTE, parameters)).scalar_one())


def _conditions(wanted: UserFilter) -> list[ColumnElement[bool]]:
    scopes = _users.c.scopes
    conditions: list[ColumnElement[bool]] = [
        scopes.is_not(None) if wanted.service_accounts else scopes.is_(None)
    ]
    if wanted.role is not None:
        conditions.append(_users.c.role == int(wanted.role))
    if wanted.text:
        found = [column.icontains(wanted.text, autoescape=True) for column in (_users.c.name, _users.c.email)]
        conditions.append(or_(*found))
    return conditions


def _values(user: User) -> dict[str, Any]:
    return {
        "name": user.name,
        "email": user.email,
        "role": int(user.role),
        "version": user.version,
        "disabled_at": user.disabled_at,
        "issuer": user.issuer,
        "scopes": None if user.scopes is None else sorted(user.scopes),
    }


def _user_from(row: Row) -> User:
    scopes = row["scopes"]
    known = None if scopes is None else frozenset(map(Scope, scopes))
    return User(**{**row, "role": Role(row["role"]), "scopes": known})
