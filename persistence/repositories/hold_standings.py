"""How holds stood when last looked at."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from persistence.unit_of_work import UnitOfWork

_KEPT = timedelta(days=3)
"""An expiry that nobody has noted is told for so long: the worker may have been down."""
# One parameter a column however many holds: a statement takes no more than 65,535.
_NOTE = text(
    "INSERT INTO hold_standings (scheduled_event_id, rank, noted_at)"
    " SELECT key, rank, :now FROM unnest(CAST(:keys AS uuid[]), CAST(:ranks AS bigint[])) AS one (key, rank)"
    " ON CONFLICT (scheduled_event_id) DO UPDATE SET rank = excluded.rank, noted_at = excluded.noted_at"
)
_FORGET = text(
    "DELETE FROM hold_standings WHERE (rank > 0 AND scheduled_event_id <> ALL (CAST(:standing AS uuid[])))"
    " OR (rank = 0 AND noted_at < :old)"
)
_TO_NOTE = text("SELECT * FROM holds_to_note(:now, :since)")


@dataclass(frozen=True, slots=True)
class HoldStanding:
    """Where a hold stands. rank: 1 for the first in line, 0 when it has expired.

    noted: where it stood when last looked at; None when nobody has looked yet.
    """

    scheduled_event_id: UUID
    calendar_id: UUID
    hold_expires_at: datetime | None
    rank: int
    noted: int | None


async def to_note(uow: UnitOfWork) -> list[HoldStanding]:
    """The holds that lie ahead, and those whose expiry has not been noted."""
    rows = await uow.connection.execute(_TO_NOTE, {"now": uow.now, "since": uow.now - _KEPT})
    return [HoldStanding(*row) for row in rows]


async def note(uow: UnitOfWork, standings: Sequence[HoldStanding]) -> None:
    """Remember how they stand, and forget expiries that are too old to be told again."""
    keys = [one.scheduled_event_id for one in standings]
    parameters = {"keys": keys, "ranks": [one.rank for one in standings], "now": uow.now}
    await uow.connection.execute(_NOTE, parameters)


async def forget(uow: UnitOfWork, standing: Collection[UUID]) -> None:
    """Forget the holds that are none any more, and, in time, those that expired. standing: those that are."""
    await uow.connection.execute(_FORGET, {"standing": list(standing), "old": uow.now - 2 * _KEPT})
