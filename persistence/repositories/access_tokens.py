"""Tokens of service accounts as stored: by their hashes, which nobody reads back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select, text, update

from domain.enums import Role, Scope
from domain.errors import NotFoundException
from domain.user import AccessToken
from domain.viewer import Viewer
from persistence import tables
from persistence.mapping import Row
from persistence.unit_of_work import UnitOfWork

_tokens = tables.access_tokens
_COLUMNS = (
    _tokens.c.access_token_id,
    _tokens.c.user_id,
    _tokens.c.created_at,
    _tokens.c.expires_at,
    _tokens.c.last_used_at,
    _tokens.c.revoked_at,
)
_BEARER = text("SELECT * FROM bearer_of(:token_hash, :now)")


@dataclass(frozen=True, slots=True)
class TokenBearer:
    """Which service account a token is of, and until when."""

    viewer: Viewer
    expires_at: datetime


async def add(uow: UnitOfWork, token: AccessToken, token_hash: bytes) -> None:
    """Store a new token."""
    values = {
        "access_token_id": token.access_token_id,
        "user_id": token.user_id,
        "token_hash": token_hash,
        "created_at": token.created_at,
        "created_by": uow.viewer.user_id,
        "expires_at": token.expires_at,
    }
    await uow.connection.execute(insert(_tokens).values(values))


async def of_account(uow: UnitOfWork, user_id: UUID) -> list[AccessToken]:
    """All tokens of an account that are kept, newest first."""
    statement = select(*_COLUMNS).where(_tokens.c.user_id == user_id)
    rows = await uow.connection.execute(statement.order_by(_tokens.c.access_token_id.desc()))
    return [_token_from(row) for row in rows.mappings()]


async def live_count(uow: UnitOfWork, user_id: UUID) -> int:
    """How many tokens of an account are good."""
    good = (_tokens.c.user_id == user_id, _tokens.c.revoked_at.is_(None), _tokens.c.expires_at > uow.now)
    statement = select(func.count(_tokens.c.access_token_id)).where(*good)
    return int((await uow.connection.execute(statement)).scalar_one())


async def revoke(uow: UnitOfWork, user_id: UUID, access_token_id: UUID) -> None:
    """End a token. Raises NotFoundException for one that the account does not have, or not any more."""
    statement = update(_tokens).where(
        _tokens.c.user_id == user_id,
        _tokens.c.access_token_id == access_token_id,
        _tokens.c.revoked_at.is_(None),
    )
    if (await uow.connection.execute(statement.values(revoked_at=uow.now))).rowcount == 0:
        raise NotFoundException("Token", access_token_id)


async def bearer_of(uow: UnitOfWork, token_hash: bytes) -> TokenBearer | None:
    """Whose a token is, whoever asks; None for one that is not good."""
    row = (await uow.connection.execute(_BEARER, {"token_hash": token_hash, "now": uow.now})).one_or_none()
    if row is None:
        return None
    viewer = Viewer(row.user_id, Role(row.role), frozenset(map(Scope, row.scopes)))
    return TokenBearer(viewer, row.expires_at)


def _token_from(row: Row) -> AccessToken:
    return AccessToken(**row)
