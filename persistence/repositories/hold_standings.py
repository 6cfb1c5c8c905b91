"""How holds stood when last looked at."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert

from persistence import tables
from persistence.unit_of_work import UnitOfWork

_standings = tables.hold_standings
_KEPT = timedelta(days=3)
"""An expiry that nobody has noted is told for so long: the worker may have been down."""
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
    if standings:
        statement = insert(_standings).values(
            [
                {"scheduled_event_id": one.scheduled_event_id, "rank": one.rank, "noted_at": uow.now}
                for one in standings
            ]
        )
        anew = {"rank": statement.excluded.rank, "noted_at": uow.now}
        await uow.connection.execute(
            statement.on_conflict_do_update(index_elements=["scheduled_event_id"], set_=anew)
        )


async def forget(uow: UnitOfWork, standing: Collection[UUID]) -> None:
    """Forget the holds that are none any more, and, in time, those that expired. standing: those that are."""
    c = _standings.c
    over = c.noted_at < uow.now - 2 * _KEPT
    gone = (c.rank > 0) & c.scheduled_event_id.not_in(sorted(standing))
    await uow.connection.execute(delete(_standings).where(gone | over & (c.rank == 0)))
