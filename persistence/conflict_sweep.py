"""Looking for clashes over resources and calendars as they are, and bringing what is on record in line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from domain.booking import Occupancy
from domain.conflicts import Clash, Pool, Usage, find_clashes
from domain.enums import ClaimRole, ConflictLevel, ResourceType
from domain.reconciliation import Reconciliation, reconcile
from domain.time_slot import TimeSlot
from persistence.booking_store import record_conflicts
from persistence.mapping import as_range, usage_from
from persistence.repositories.conflicts import recorded_over
from persistence.unit_of_work import UnitOfWork

_CLAIMS = text(
    "SELECT * FROM sweep_claims(CAST(:resources AS uuid[]), CAST(:during AS tstzrange), :now, :lock)"
)
_BOOKINGS = text("SELECT * FROM sweep_bookings(CAST(:calendars AS uuid[]), CAST(:during AS tstzrange), :now)")
# The same without locks, for those who see every row: the worker and the owner.
_BOOKINGS_UNLOCKED = text(
    "WITH live AS ("
    " SELECT k.calendar_id, k.max_concurrent_events AS available, b.scheduled_event_id, b.during,"
    " b.created_at, b.status = 0 AS is_hold FROM calendars k JOIN scheduled_events b USING (calendar_id)"
    " WHERE k.calendar_id = ANY (CAST(:calendars AS uuid[])) AND k.owner_type <> 0 AND b.status <> 4"
    " AND (b.status <> 0 OR b.hold_expires_at IS NULL OR b.hold_expires_at > :now)"
    "), hulls AS ("
    " SELECT calendar_id, tstzrange(min(lower(during)), max(upper(during))) AS during FROM live"
    " WHERE during && CAST(:during AS tstzrange) GROUP BY calendar_id"
    ") SELECT live.calendar_id, available, scheduled_event_id, lower(live.during) AS start,"
    ' upper(live.during) AS "end", created_at, is_hold'
    " FROM live JOIN hulls ON hulls.calendar_id = live.calendar_id AND hulls.during && live.during"
)
_IN_COMMON = text("SELECT resources_in_common(CAST(:bookings AS uuid[]))")
_RESOURCES = text(
    "SELECT resources_to_sweep(CAST(:after AS uuid), CAST(:limit AS integer), CAST(:during AS tstzrange),"
    " CAST(:calendar AS uuid))"
)
_CALENDARS = text(
    "SELECT calendars_to_sweep(CAST(:after AS uuid), CAST(:limit AS integer), CAST(:during AS tstzrange),"
    " CAST(:calendar AS uuid))"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What to detect anew: all, or what one calendar and its bookings use; clashes within the window."""

    window: TimeSlot
    calendar_id: UUID | None = None


async def resources_to_sweep(uow: UnitOfWork, scope: Scope, after: UUID, limit: int) -> list[UUID]:
    """The next resources in id order that are claimed in the scope or have a conflict that may be over."""
    rows = await uow.connection.execute(_RESOURCES, _next(scope, after, limit))
    return list(rows.scalars())


async def calendars_to_sweep(uow: UnitOfWork, scope: Scope, after: UUID, limit: int) -> list[UUID]:
    """The same of calendars that limit concurrency themselves."""
    rows = await uow.connection.execute(_CALENDARS, _next(scope, after, limit))
    return list(rows.scalars())


async def sweep(
    uow: UnitOfWork, calendar_ids: Collection[UUID], resource_ids: Collection[UUID], window: TimeSlot
) -> Reconciliation:
    """Lock calendars and resources as bookings do, and bring their conflicts in line with their clashes."""
    change = await compare(uow, calendar_ids, resource_ids, window)
    await record_conflicts(uow, change.to_record, ())
    for method, clashes in sorted(change.to_close.items()):
        await record_conflicts(uow, {}, clashes, method)
    return change


async def compare(
    uow: UnitOfWork,
    calendar_ids: Collection[UUID],
    resource_ids: Collection[UUID],
    window: TimeSlot,
    *,
    lock: bool = True,
) -> Reconciliation:
    """Where conflicts on record differ from the clashes there are. lock: false as worker, in one snapshot."""
    found = await find_standing(uow, calendar_ids, resource_ids, window, lock=lock)
    recorded = await recorded_over(uow, calendar_ids, resource_ids)
    return reconcile(found, recorded, window)


async def find_standing(
    uow: UnitOfWork,
    calendar_ids: Collection[UUID],
    resource_ids: Collection[UUID],
    window: TimeSlot,
    *,
    lock: bool = True,
) -> dict[Clash, ConflictLevel]:
    """Lock calendars, then resources, in id order, and find the clashes between bookings in the window."""
    found: dict[Clash, ConflictLevel] = {}
    if calendar_ids:
        found |= await _over_calendars(uow, calendar_ids, window, lock=lock)
    if resource_ids:
        occupancy = await _claimed(uow, resource_ids, window, lock=lock)
        found |= _within(window, occupancy, find_clashes(occupancy))
    return found


async def _over_calendars(
    uow: UnitOfWork, calendar_ids: Collection[UUID], window: TimeSlot, *, lock: bool
) -> dict[Clash, ConflictLevel]:
    """Clashes over the calendars' own limits; whether a pair clashes over a resource besides is looked up."""
    occupancy = await _booked(uow, calendar_ids, window, lock=lock)
    found = _within(window, occupancy, find_clashes(occupancy))
    if not found:
        return {}
    involved = {one for clash in found for one in (clash.scheduled_event_id, clash.conflicting_event_id)}
    shared = (await uow.connection.execute(_IN_COMMON, {"bookings": sorted(involved)})).scalars().all()
    hull = _hull(one.during for usages in occupancy.values() for one in usages)
    claimed = await _claimed(uow, shared, hull, lock=False)
    together = find_clashes({**occupancy, **claimed})
    return {clash: level for clash, level in found.items() if clash in together}


def _within(
    window: TimeSlot, occupancy: Occupancy, found: Mapping[Clash, ConflictLevel]
) -> dict[Clash, ConflictLevel]:
    """Those whose bookings both take some of what they clash over in the window."""
    inside = {
        (usage.scheduled_event_id, pool.resource_id)
        for pool, usages in occupancy.items()
        for usage in usages
        if usage.during.overlaps(window)
    }
    return {
        clash: level
        for clash, level in found.items()
        if (clash.scheduled_event_id, clash.resource_id) in inside
        and (clash.conflicting_event_id, clash.resource_id) in inside
    }


async def _claimed(
    uow: UnitOfWork, resource_ids: Collection[UUID], during: TimeSlot, *, lock: bool
) -> Occupancy:
    parameters = {
        "resources": sorted(resource_ids),
        "during": as_range(during),
        "now": uow.now,
        "lock": lock,
    }
    usages: defaultdict[Pool, list[Usage]] = defaultdict(list)
    for row in (await uow.connection.execute(_CLAIMS, parameters)).mappings():
        pool = Pool(row["resource_id"], ResourceType(row["resource_type"]), row["available"])
        usages[pool].append(usage_from(row, row["quantity"], ClaimRole(row["role"])))
    return {pool: tuple(some) for pool, some in usages.items()}


async def _booked(
    uow: UnitOfWork, calendar_ids: Collection[UUID], during: TimeSlot, *, lock: bool
) -> Occupancy:
    parameters = {"calendars": sorted(calendar_ids), "during": as_range(during), "now": uow.now}
    usages: defaultdict[Pool, list[Usage]] = defaultdict(list)
    statement = _BOOKINGS if lock else _BOOKINGS_UNLOCKED
    for row in (await uow.connection.execute(statement, parameters)).mappings():
        pool = Pool(None, None, row["available"], row["calendar_id"])
        usages[pool].append(usage_from(row, 1, ClaimRole.Primary))
    return {pool: tuple(some) for pool, some in usages.items()}


def _hull(slots: Iterable[TimeSlot]) -> TimeSlot:
    some = list(slots)
    return TimeSlot(min(one.start_date_time for one in some), max(one.end_date_time for one in some))


def _next(scope: Scope, after: UUID, limit: int) -> dict[str, object]:
    during = as_range(scope.window)
    return {"after": after, "limit": limit, "during": during, "calendar": scope.calendar_id}
