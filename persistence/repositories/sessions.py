"""Who is signed in, as stored: a row each, with the hash of its newest refresh token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, text

from domain.enums import Role
from persistence import tables
from persistence.unit_of_work import UnitOfWork

_sessions = tables.sessions
_RENEW = text("SELECT * FROM renew_session(:session_id, :old, :new, :now, :expires_at)")


@dataclass(frozen=True, slots=True)
class Renewal:
    """What came of a refresh token: whose session it is, unless an older token than its newest ended it."""

    user_id: UUID
    role: Role
    was_reused: bool


async def begin(uow: UnitOfWork, session_id: UUID, token_hash: bytes, expires_at: datetime) -> None:
    """Store that the viewer has signed in."""
    values = {
        "session_id": session_id,
        "user_id": uow.viewer.user_id,
        "token_hash": token_hash,
        "created_at": uow.now,
        "expires_at": expires_at,
    }
    await uow.connection.execute(insert(_sessions).values(values))


async def renew(
    uow: UnitOfWork, session_id: UUID, old: bytes, new: bytes, expires_at: datetime
) -> Renewal | None:
    """Exchange a session's token, whoever asks; None when there is no such session, or not any more."""
    parameters = {
        "session_id": session_id,
        "old": old,
        "new": new,
        "now": uow.now,
        "expires_at": expires_at,
    }
    row = (await uow.connection.execute(_RENEW, parameters)).one_or_none()
    return None if row is None else Renewal(row.user_id, Role(row.role), row.was_reused)


async def end(uow: UnitOfWork, user_id: UUID, session_id: UUID | None = None) -> int:
    """End a session of somebody's, or all of them; how many there were."""
    statement = delete(_sessions).where(_sessions.c.user_id == user_id)
    if session_id is not None:
        statement = statement.where(_sessions.c.session_id == session_id)
    return (await uow.connection.execute(statement)).rowcount
