"""Hashes of passwords, and who has tried how often: behind functions that tell of one account at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Interval, bindparam, text

from domain.enums import Role
from persistence.unit_of_work import UnitOfWork

_LOGIN = text("SELECT * FROM login_of(:email)")
_STANDS = text("SELECT login_stands(:checked)")
_FOLDED = text("SELECT lower(:email)")
_STORE = text("SELECT store_password(:user_id, :password_hash, :now)")
_COUNT = text(
    "SELECT count_login_attempt(CAST(:subjects AS bytea[]), CAST(:limits AS integer[]), :window, :now)"
).bindparams(bindparam("window", type_=Interval))
_FORGIVE = text("SELECT forgive_login_attempt(:account, :address)")


@dataclass(frozen=True, slots=True)
class Login:
    """What a password is checked against."""

    user_id: UUID
    role: Role
    password_hash: str


async def login_of(uow: UnitOfWork, email: str | None) -> Login | None:
    """The login with the address or, without one, the viewer's own; None for who has none or is disabled."""
    row = (await uow.connection.execute(_LOGIN, {"email": email})).one_or_none()
    return None if row is None else Login(row.user_id, Role(row.role), row.password_hash)


async def stands(uow: UnitOfWork, checked: str) -> bool:
    """Whether the viewer may still come in by the hash that was checked; until this transaction ends."""
    return bool((await uow.connection.execute(_STANDS, {"checked": checked})).scalar_one())


async def folded(uow: UnitOfWork, email: str) -> str:
    """The address as logins are found by it: how letters fold is the database's to say."""
    return str((await uow.connection.execute(_FOLDED, {"email": email})).scalar_one())


async def store(uow: UnitOfWork, user_id: UUID, password_hash: str) -> None:
    """Store the viewer's own password or, as an Admin, anybody's."""
    parameters = {"user_id": user_id, "password_hash": password_hash, "now": uow.now}
    await uow.connection.execute(_STORE, parameters)


async def count_attempt(uow: UnitOfWork, limits: Mapping[bytes, int], window: timedelta) -> datetime | None:
    """Count an attempt to sign in for each subject; or until when there may be none, and none is counted.

    The subjects are judged in their order; those after one that has had its limit leave no trace.
    """
    parameters = {
        "subjects": list(limits),
        "limits": list(limits.values()),
        "window": window,
        "now": uow.now,
    }
    waiting: datetime | None = (await uow.connection.execute(_COUNT, parameters)).scalar_one()
    return waiting


async def forgive(uow: UnitOfWork, account: bytes, address: bytes) -> None:
    """Forget the account's attempts, and one of the address it was signed in from."""
    await uow.connection.execute(_FORGIVE, {"account": account, "address": address})
