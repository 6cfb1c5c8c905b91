"""Counters of how often what a cached answer shows has changed (DESIGN 4.9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.viewer import Viewer

_BUMP = text(
    "SELECT bump_revisions(CAST(:calendars AS uuid[]), CAST(:resources AS uuid[]), CAST(:users AS uuid[]),"
    " CAST(:bookings AS uuid[]), CAST(:events AS uuid[]), :conflicts, :calendar_list)"
)
_READ = text(
    "SELECT coalesce(r.revision, 0) FROM unnest(CAST(:kinds AS smallint[]), CAST(:ids AS uuid[]))"
    " WITH ORDINALITY AS wanted (kind, id, position)"
    " LEFT JOIN revisions r ON r.kind = wanted.kind AND r.id = wanted.id ORDER BY wanted.position"
)

WHOLE = UUID(int=0)
"""The id of a kind that there is one of."""


class RevisionKind(IntEnum):
    """What a revision is of; ConflictList and CalendarList have one each, with the id WHOLE."""

    Calendar = 0
    Resource = 1
    ConflictList = 2
    Grants = 3
    CalendarList = 4


@dataclass(slots=True)
class Touched:
    """What a transaction has changed of what cached answers show."""

    calendar_ids: set[UUID] = field(default_factory=set)
    resource_ids: set[UUID] = field(default_factory=set)
    user_ids: set[UUID] = field(default_factory=set)
    booking_ids: set[UUID] = field(default_factory=set)
    event_ids: set[UUID] = field(default_factory=set)
    conflicts: bool = False
    calendar_list: bool = False

    def copy(self) -> Touched:
        """The same, to go back to."""
        return Touched(
            set(self.calendar_ids),
            set(self.resource_ids),
            set(self.user_ids),
            set(self.booking_ids),
            set(self.event_ids),
            self.conflicts,
            self.calendar_list,
        )

    async def bump(self, connection: AsyncConnection) -> None:
        """Count one on for all that shows it; the last statement of its transaction, for it takes locks."""
        ids = (self.calendar_ids, self.resource_ids, self.user_ids, self.booking_ids, self.event_ids)
        if not (any(ids) or self.conflicts or self.calendar_list):
            return
        calendars, resources, users, bookings, events = (sorted(some) for some in ids)
        parameters = {
            "calendars": calendars,
            "resources": resources,
            "users": users,
            "bookings": bookings,
            "events": events,
            "conflicts": self.conflicts,
            "calendar_list": self.calendar_list,
        }
        await connection.execute(_BUMP, parameters)


async def read_revisions(
    connection: AsyncConnection, wanted: Sequence[tuple[RevisionKind, UUID]]
) -> tuple[int, ...]:
    """The revision of each as of now, 0 for one that has never changed. Read them before what they are of."""
    parameters = {"kinds": [int(kind) for kind, _ in wanted], "ids": [key for _, key in wanted]}
    return tuple((await connection.execute(_READ, parameters)).scalars())


async def revision_for(connection: AsyncConnection, viewer: Viewer, *shown: tuple[RevisionKind, UUID]) -> str:
    """The revision of an answer that shows these to the viewer; below Manager, with what they are granted."""
    granted = [] if viewer.sees_all else [(RevisionKind.Grants, viewer.user_id)]
    return ".".join(str(one) for one in await read_revisions(connection, [*shown, *granted]))
