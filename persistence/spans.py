"""Where the two bookings of a conflict are, hidden ones included: ranges, no titles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, cast, func, select

from domain.time_slot import TimeSlot
from persistence.mapping import slot_of
from persistence.unit_of_work import UnitOfWork

COLUMNS = (
    "schedule_conflict_id",
    "first_start",
    "first_end",
    "second_start",
    "second_end",
    "live",
    "shared",
    "gone_at",
    "first_group",
    "second_group",
)
"""What the database's `conflict_spans` returns."""


@dataclass(frozen=True, slots=True)
class ConflictSpan:
    """What each booking takes of what they clash over; of one that left it, its own time.

    gone_at: since when one of them no longer holds its place; None while both do.
    is_shared: whether both still take some of what they clash over.
    """

    first: TimeSlot
    second: TimeSlot
    is_shared: bool
    gone_at: datetime | None

    @property
    def hull(self) -> TimeSlot:
        """From the first start to the last end."""
        start = min(self.first.start_date_time, self.second.start_date_time)
        return TimeSlot(start, max(self.first.end_date_time, self.second.end_date_time))


async def read_spans(uow: UnitOfWork, conflict_ids: Sequence[UUID]) -> dict[UUID, ConflictSpan]:
    """The span of each conflict."""
    if not conflict_ids:
        return {}
    function = func.conflict_spans(cast(list(conflict_ids), ARRAY(Uuid)), uow.now)
    spans = function.table_valued(*COLUMNS).render_derived()
    return {
        row.schedule_conflict_id: ConflictSpan(
            slot_of(row.first_start, row.first_end),
            slot_of(row.second_start, row.second_end),
            row.shared,
            row.gone_at,
        )
        for row in await uow.connection.execute(select(spans))
    }
