"""What an import can use instead of making it anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select, text

from domain.enums import ResourceType
from persistence import tables
from persistence.unit_of_work import UnitOfWork

_resources = tables.resources
_calendars = tables.calendars
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('callboard import', 0))")


@dataclass(frozen=True, slots=True)
class KnownVenue:
    """An active venue; its calendar, if it has one, is active too."""

    resource_id: UUID
    calendar_id: UUID | None
    quantity: int


@dataclass(frozen=True, slots=True)
class ImportTargets:
    """What is there already.

    venues: by their own name, else by their calendar's, the oldest of each.
    person_ids: of those asked for. staff_by_name: active ones.
    """

    venues: Mapping[str, KnownVenue]
    person_ids: frozenset[UUID]
    staff_by_name: Mapping[str, frozenset[UUID]]


async def find_import_targets(
    uow: UnitOfWork, rooms: Collection[str], person_ids: Collection[UUID], person_names: Collection[str]
) -> ImportTargets:
    """The venues and people of a schedule that are there already.

    One import at a time looks and writes, so that two of one schedule do not both make its rooms.
    """
    await uow.connection.execute(_LOCK)
    venues = await _venues(uow, rooms)
    statement = select(_resources.c.resource_id, _resources.c.name, _resources.c.is_active).where(
        _resources.c.resource_type == int(ResourceType.Staff),
        or_(_resources.c.resource_id.in_(person_ids), _resources.c.name.in_(person_names)),
    )
    wanted = frozenset(person_ids)
    known: set[UUID] = set()
    by_name: defaultdict[str, set[UUID]] = defaultdict(set)
    for row in await uow.connection.execute(statement):
        if row.resource_id in wanted:
            known.add(row.resource_id)
        if row.is_active:
            by_name[row.name].add(row.resource_id)
    staff = {name: frozenset(some) for name, some in by_name.items()}
    return ImportTargets(venues, frozenset(known), staff)


async def _venues(uow: UnitOfWork, rooms: Collection[str]) -> dict[str, KnownVenue]:
    owned = _resources.outerjoin(_calendars, _calendars.c.owner_id == _resources.c.resource_id)
    statement = (
        select(
            _resources.c.name,
            _resources.c.resource_id,
            _resources.c.quantity,
            _calendars.c.calendar_id,
            _calendars.c.name.label("calendar_name"),
        )
        .select_from(owned)
        .where(
            _resources.c.resource_type == int(ResourceType.Venue),
            _resources.c.is_active,
            or_(_resources.c.name.in_(rooms), _calendars.c.name.in_(rooms)),
            or_(_calendars.c.calendar_id.is_(None), _calendars.c.is_active),
        )
        .order_by(_resources.c.created_at, _resources.c.resource_id)
    )
    venues: dict[str, KnownVenue] = {}
    found = (await uow.connection.execute(statement)).all()
    for name, row in (*((row.name, row) for row in found), *((row.calendar_name, row) for row in found)):
        if name in rooms:
            venues.setdefault(name, KnownVenue(row.resource_id, row.calendar_id, row.quantity))
    return venues
