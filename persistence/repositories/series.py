"""Series and their occurrences as entities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from domain.booking import PlacedClaim
from domain.entities import ScheduledEvent
from domain.enums import ScheduleStatus
from domain.errors import ForbiddenException, NotFoundException
from domain.series import Series
from persistence import tables
from persistence.bulk_rows import row_of, store_rows, update_rows
from persistence.mapping import Row, scheduled_event_from
from persistence.recurrence_document import pattern_document, pattern_from
from persistence.repositories.claims import update_in_order
from persistence.unit_of_work import TransactionLost, UnitOfWork

_series = tables.series
_bookings = tables.scheduled_events
_claims = tables.claims

HIDDEN_DATE = "A date of this series is on a calendar that you may not change; ask a manager"

Placed = Mapping[UUID, Sequence[PlacedClaim]]


async def find_series(uow: UnitOfWork, series_id: UUID) -> Series | None:
    """The series, or None when there is none that the viewer may see."""
    statement = select(_series).where(_series.c.series_id == series_id)
    row = (await uow.connection.execute(statement)).mappings().one_or_none()
    return None if row is None else series_from(row)


async def lock_series(uow: UnitOfWork, series_id: UUID) -> Series:
    """The series, locked before anything its occurrences use: who changes a whole series comes here first.

    Raises NotFoundException for one that the viewer may not see, ForbiddenException for one to look at only.
    """
    if await find_series(uow, series_id) is None:
        raise NotFoundException("Schedule", series_id)
    statement = select(_series).where(_series.c.series_id == series_id).with_for_update(key_share=True)
    row = (await uow.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise ForbiddenException("You may look at this series, but not change it")
    return series_from(row)


async def lock_series_of(uow: UnitOfWork, event_id: UUID) -> frozenset[UUID]:
    """The ids of all series of an event, locked in id order."""
    statement = (
        select(_series.c.series_id)
        .where(_series.c.event_id == event_id)
        .order_by(_series.c.series_id)
        .with_for_update(key_share=True)
    )
    return frozenset((await uow.connection.execute(statement)).scalars())


async def series_of(uow: UnitOfWork, event_id: UUID) -> frozenset[UUID]:
    """The ids of all series of an event."""
    statement = select(_series.c.series_id).where(_series.c.event_id == event_id)
    return frozenset((await uow.connection.execute(statement)).scalars())


async def insert_series(uow: UnitOfWork, series: Series) -> None:
    """Store a new series; its occurrences come after it."""
    await uow.connection.execute(insert(_series).values(series_values(series)))


async def update_series(uow: UnitOfWork, series: Series) -> None:
    """Store a changed series."""
    statement = update(_series).where(_series.c.series_id == series.series_id).values(series_values(series))
    await uow.connection.execute(statement)


async def occurrences_of(uow: UnitOfWork, series_id: UUID) -> list[ScheduledEvent]:
    """All occurrences that the viewer sees by original start, cancelled ones included, with their claims."""
    rows = (
        await uow.connection.execute(
            select(
                _bookings,
                func.lower(_bookings.c.during).label("start"),
                func.upper(_bookings.c.during).label("end"),
            )
            .where(_bookings.c.series_id == series_id)
            .order_by(_bookings.c.original_start)
        )
    ).mappings()
    claims: defaultdict[UUID, list[Row]] = defaultdict(list)
    found = await uow.connection.execute(
        select(_claims.c.scheduled_event_id, _claims.c.resource_id, _claims.c.role, _claims.c.quantity)
        .join(_bookings, _bookings.c.scheduled_event_id == _claims.c.scheduled_event_id)
        .where(_bookings.c.series_id == series_id)
        .order_by(_claims.c.claim_id)
    )
    for claim in found.mappings():
        claims[claim["scheduled_event_id"]].append(claim)
    return [scheduled_event_from(row, claims[row["scheduled_event_id"]]) for row in rows]


async def insert_bookings(uow: UnitOfWork, bookings: Sequence[ScheduledEvent], placed: Placed) -> None:
    """Store new bookings with their claims. Raises TransactionLost when a slot was taken meanwhile."""
    rows = [row_of(one, during=one.slot, blocks=None) for one in bookings]
    await store_rows(uow, tables.scheduled_events, rows, by_key=True)
    uow.touch(booking_ids=(one.scheduled_event_id for one in bookings))
    await _insert_claims(uow, bookings, placed)


async def replace_bookings(
    uow: UnitOfWork,
    bookings: Sequence[ScheduledEvent],
    placed: Placed,
    in_place: Collection[UUID] = frozenset(),
) -> None:
    """Store changed bookings: all their old claims go in an earlier statement than the new ones come.

    in_place: those that are where they were, and blocked as they were; where the others are now, all is open.
    """
    keys = sorted(one.scheduled_event_id for one in bookings)
    gone = delete(_claims).where(_claims.c.scheduled_event_id.in_(keys)).returning(_claims.c.resource_id)
    uow.touch(resource_ids=(await uow.connection.execute(gone)).scalars())
    await update_bookings(uow, [one for one in bookings if one.scheduled_event_id in in_place])
    anew = [one for one in bookings if one.scheduled_event_id not in in_place]
    await _update(uow, [replace(one, is_blocked=False, block_reason=None) for one in anew])
    await _insert_claims(uow, bookings, placed)


async def update_bookings(uow: UnitOfWork, bookings: Sequence[ScheduledEvent]) -> None:
    """Store bookings whose claims stay as they are, and what blocks them."""
    await _update(uow, bookings, keep=("blocks", "is_blocked", "block_reason"))


async def _update(uow: UnitOfWork, bookings: Sequence[ScheduledEvent], *, keep: Collection[str] = ()) -> None:
    keys = [one.scheduled_event_id for one in bookings]
    before = select(_bookings.c.calendar_id).where(_bookings.c.scheduled_event_id.in_(keys)).distinct()
    uow.touch(calendar_ids=(await uow.connection.execute(before)).scalars(), booking_ids=keys)
    rows = [row_of(one, during=one.slot, blocks=None) for one in bookings]
    await update_rows(uow, tables.scheduled_events, rows, keep=keep)


async def cancel_bookings(uow: UnitOfWork, bookings: Sequence[ScheduledEvent]) -> None:
    """Store cancelled bookings: their rows and claims stay, but hold nothing any more."""
    await _update(uow, [replace(one, is_blocked=False, block_reason=None) for one in bookings])
    keys = sorted(one.scheduled_event_id for one in bookings)
    await uow.connection.execute(
        update_in_order(_claims.c.scheduled_event_id.in_(keys)).values(live=False, enforced=False)
    )


async def ensure_once_a_start(uow: UnitOfWork) -> None:
    """Check now, not at the commit, that no two occurrences of a series share an original start.

    Raises ForbiddenException: with the series locked, only one that the viewer does not see is in the way.
    """
    try:
        await uow.connection.execute(text("SET CONSTRAINTS scheduled_events_once_a_start IMMEDIATE"))
    except IntegrityError:
        raise ForbiddenException(HIDDEN_DATE) from None


async def ensure_all_seen(uow: UnitOfWork, series_id: UUID, seen: int) -> None:
    """Reject the change of a whole series of which not every occurrence is seen: it would get out of step.

    The series must be locked. Raises ForbiddenException.
    """
    if (await uow.connection.execute(select(func.occurrence_count(series_id)))).scalar_one() != seen:
        raise ForbiddenException(HIDDEN_DATE)


async def _insert_claims(uow: UnitOfWork, bookings: Iterable[ScheduledEvent], placed: Placed) -> None:
    claims = [
        row_of(
            one.claim,
            claim_id=uow.ids.ordered(),
            scheduled_event_id=booking.scheduled_event_id,
            calendar_id=booking.calendar_id,
            owner_id=booking.owner_id,
            during=one.during,
            live=booking.status is not ScheduleStatus.Cancelled,
            is_hold=booking.status is ScheduleStatus.Tentative,
            hold_expires_at=booking.hold_expires_at,
            enforced=one.enforced,
            created_at=booking.created_at,
        )
        for booking in bookings
        for one in placed[booking.scheduled_event_id]
    ]
    if len(await store_rows(uow, tables.claims, claims)) < len(claims):
        raise TransactionLost("another booking took a slot")


def series_from(row: Row) -> Series:
    """The series of a `series` row."""
    return Series(
        series_id=row["series_id"],
        event_id=row["event_id"],
        calendar_id=row["calendar_id"],
        owner_id=row["owner_id"],
        first_start=row["first_start"],
        duration=row["duration"],
        time_zone=row["time_zone"],
        pattern=pattern_from(row["recurrence"]),
        created_at=row["created_at"],
        created_by=row["created_by"],
        modified_at=row["modified_at"],
        modified_by=row["modified_by"],
        version=row["version"],
    )


def series_values(series: Series) -> dict[str, Any]:
    """The `series` row of a series."""
    return {
        "series_id": series.series_id,
        "event_id": series.event_id,
        "calendar_id": series.calendar_id,
        "owner_id": series.owner_id,
        "first_start": series.first_start,
        "duration": series.duration,
        "time_zone": series.time_zone,
        "recurrence": pattern_document(series.pattern),
        "created_at": series.created_at,
        "created_by": series.created_by,
        "modified_at": series.modified_at,
        "modified_by": series.modified_by,
        "version": series.version,
    }
