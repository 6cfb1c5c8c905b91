"""What was answered to writes that came with an Idempotency-Key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, text

from persistence import tables
from persistence.unit_of_work import UnitOfWork

_CLAIM = text("SELECT request_hash, answer FROM claim_idempotency_key(:key, :now)")


class RequestInFlight(Exception):
    """Another transaction holds this key: the same request is being answered now."""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer, sealed, and the hash of the request that it answers."""

    request_hash: bytes
    answer: bytes


async def claim(uow: UnitOfWork, idempotency_key_id: UUID) -> StoredAnswer | None:
    """Take the key until the commit; what is stored by it, None when it is new. Raises RequestInFlight."""
    row = (await uow.connection.execute(_CLAIM, {"key": idempotency_key_id, "now": uow.now})).one_or_none()
    if row is None:
        raise RequestInFlight
    return None if row.answer is None else StoredAnswer(row.request_hash, row.answer)


async def keep(uow: UnitOfWork, idempotency_key_id: UUID, stored: StoredAnswer, until: datetime) -> None:
    """Store the answer with what it answers: both are committed, or neither."""
    values = {
        "idempotency_key_id": idempotency_key_id,
        "user_id": uow.viewer.user_id,
        "request_hash": stored.request_hash,
        "answer": stored.answer,
        "expires_at": until,
    }
    await uow.connection.execute(insert(tables.idempotency_keys).values(values))
