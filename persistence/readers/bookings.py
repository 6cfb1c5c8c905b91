"""Bookings as their viewers see them; row policies leave out what is hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    case,
    func,
    or_,
    select,
)

from domain.entities import Claim
from domain.enums import (
    OPEN_CONFLICT_STATUSES,
    ClaimRole,
    ConflictLevel,
    ConflictStatus,
    ConflictType,
    ScheduleStatus,
)
from domain.local_time import to_utc
from domain.recurrence.pattern import RecurrencePattern
from domain.time_slot import TimeSlot
from persistence import tables
from persistence.liveness import effective_status, holds_its_place
from persistence.readers.blocks import block_reason_as_seen
from persistence.recurrence_document import pattern_from
from persistence.repositories.change_requests import ChangeRequest, waiting_for
from persistence.sorting import Position, Sort, page_by
from persistence.unit_of_work import UnitOfWork

_bookings = tables.scheduled_events
_events = tables.events
_calendars = tables.calendars
_claims = tables.claims
_resources = tables.resources
_conflicts = tables.schedule_conflicts
_series = tables.series
_SORTS: Mapping[str, ColumnElement[Any]] = {
    "startDateTime": func.lower(_bookings.c.during),
    "endDateTime": func.upper(_bookings.c.during),
    "eventTitle": _events.c.title,
}
_OPEN = sorted(int(status) for status in OPEN_CONFLICT_STATUSES)


@dataclass(frozen=True, slots=True)
class ConflictSummary:
    """An open conflict of a booking. The rival's id and title are None when it is hidden from the viewer.

    dates: of a series that meets the same rival on several dates, when each of them starts.
    """

    schedule_conflict_id: UUID
    conflicting_event_id: UUID | None
    conflicting_event_title: str | None
    conflict_type: ConflictType
    conflict_level: ConflictLevel
    status: ConflictStatus
    dates: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class BookingSummary:
    """A booking in a list.

    conflict_level: its worst open conflict, derived when read.
    calendar_name: None when the viewer may not see the calendar, as may be so with one's own booking.
    series_id, original_start, pattern: of an occurrence, its series, the start by its rule, and the rule.
    """

    scheduled_event_id: UUID
    event_id: UUID
    event_title: str
    calendar_id: UUID
    calendar_name: str | None
    slot: TimeSlot
    time_zone: str
    status: ScheduleStatus
    conflict_level: ConflictLevel
    is_blocked: bool
    block_reason: str | None
    hold_expires_at: datetime | None
    owner_id: UUID
    version: int
    series_id: UUID | None = None
    original_start: datetime | None = None
    pattern: RecurrencePattern | None = None


@dataclass(frozen=True, slots=True)
class BookingDetail:
    """A booking with its open conflicts and what is visible of its claims but for its calendar's owner.

    occurrences: of a whole series, all of them by original start, cancelled ones included.
    waiting: the change that waits for a manager. is_asked: whether that is what came of the caller's message.
    hold_rank: of a hold, 1 for the first of those that want some of the same; None for others.
    """

    summary: BookingSummary
    claims: tuple[Claim, ...]
    conflicts: tuple[ConflictSummary, ...]
    occurrences: tuple[BookingSummary, ...] = ()
    waiting: ChangeRequest | None = None
    is_asked: bool = False
    hold_rank: int | None = None


@dataclass(frozen=True, slots=True)
class BookingFilter:
    """Which bookings to list; None asks for all. starts before `until`, ends after `since`."""

    calendar_id: UUID | None = None
    event_id: UUID | None = None
    series_id: UUID | None = None
    resource_id: UUID | None = None
    statuses: Sequence[ScheduleStatus] = ()
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None
    minimum_level: ConflictLevel | None = None


async def get_booking(uow: UnitOfWork, scheduled_event_id: UUID) -> BookingDetail | None:
    """The booking, or None when there is none that the viewer may see."""
    statement = _summaries(uow.now).where(_bookings.c.scheduled_event_id == scheduled_event_id)
    row = (await uow.connection.execute(statement)).one_or_none()
    if row is None:
        return None
    claims = await claims_of(uow, scheduled_event_id)
    conflicts = await open_conflicts(uow, [scheduled_event_id])
    summary = _summary_from(row)
    waiting, rank = None, None
    if summary.status is ScheduleStatus.Rescheduling:
        waiting = await waiting_for(uow, scheduled_event_id, summary.version)
    if summary.status is ScheduleStatus.Tentative:
        before = select(func.holds_before(scheduled_event_id, uow.now))
        rank = int((await uow.connection.execute(before)).scalar_one()) + 1
    own = tuple(one.conflict for one in conflicts)
    return BookingDetail(summary, claims, own, waiting=waiting, hold_rank=rank)


async def list_occurrences(uow: UnitOfWork, series_id: UUID) -> list[BookingSummary]:
    """All occurrences of a series by original start, cancelled ones included."""
    statement = _summaries(uow.now).where(_bookings.c.series_id == series_id)
    rows = await uow.connection.execute(statement.order_by(_bookings.c.original_start))
    return [_summary_from(row) for row in rows]


async def list_bookings(
    uow: UnitOfWork, wanted: BookingFilter, sort: Sort, limit: int, after: Position | None
) -> list[BookingSummary]:
    """Up to `limit` bookings in the order asked for, those after the position."""
    keys = (_SORTS[sort.by], _bookings.c.scheduled_event_id)
    statement = _summaries(uow.now).where(*_conditions(wanted, uow.now))
    statement = page_by(statement, keys, sort, after, limit)
    return [_summary_from(row) for row in await uow.connection.execute(statement)]


def _worst_open_level(now: datetime) -> ColumnElement[int]:
    """The level of a booking's worst open conflict; 0 for none. Both bookings must still hold their place."""
    other = case(
        (
            _conflicts.c.scheduled_event_id == _bookings.c.scheduled_event_id,
            _conflicts.c.conflicting_event_id,
        ),
        else_=_conflicts.c.scheduled_event_id,
    )
    worst = (
        select(func.max(_conflicts.c.conflict_level))
        .where(
            or_(
                _conflicts.c.scheduled_event_id == _bookings.c.scheduled_event_id,
                _conflicts.c.conflicting_event_id == _bookings.c.scheduled_event_id,
            ),
            _conflicts.c.status.in_(_OPEN),
            func.booking_is_live(other, now),
        )
        .correlate(_bookings)
        .scalar_subquery()
    )
    return case((holds_its_place(now), func.coalesce(worst, 0)), else_=0)


def _summaries(now: datetime) -> Select[tuple[object, ...]]:
    return (
        select(
            _bookings.c.scheduled_event_id,
            _bookings.c.event_id,
            _events.c.title,
            _bookings.c.calendar_id,
            _calendars.c.name.label("calendar_name"),
            func.lower(_bookings.c.during).label("start"),
            func.upper(_bookings.c.during).label("end"),
            _bookings.c.time_zone,
            effective_status(now).label("status"),
            _worst_open_level(now).label("conflict_level"),
            case((holds_its_place(now), _bookings.c.is_blocked), else_=False).label("is_blocked"),
            case((holds_its_place(now), block_reason_as_seen())).label("block_reason"),
            _bookings.c.hold_expires_at,
            _bookings.c.owner_id,
            _bookings.c.version,
            _series.c.series_id,
            _bookings.c.original_start,
            _series.c.time_zone.label("series_zone"),
            _series.c.recurrence,
        )
        .join(_events, _events.c.event_id == _bookings.c.event_id)
        .outerjoin(_calendars, _calendars.c.calendar_id == _bookings.c.calendar_id)
        .outerjoin(_series, _series.c.series_id == _bookings.c.series_id)
    )


def _conditions(wanted: BookingFilter, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.calendar_id is not None:
        found.append(_bookings.c.calendar_id == wanted.calendar_id)
    if wanted.event_id is not None:
        found.append(_bookings.c.event_id == wanted.event_id)
    if wanted.series_id is not None:
        found.append(_series.c.series_id == wanted.series_id)
    if wanted.resource_id is not None:
        claimed = (
            select(_claims.c.scheduled_event_id)
            .join(_resources, _resources.c.resource_id == _claims.c.resource_id)
            .where(_claims.c.resource_id == wanted.resource_id)
        )
        found.append(_bookings.c.scheduled_event_id.in_(claimed))
    if wanted.statuses:
        found.append(effective_status(now).in_([int(status) for status in wanted.statuses]))
    if wanted.since is not None:
        found.append(func.upper(_bookings.c.during) > wanted.since)
    if wanted.until is not None:
        found.append(func.lower(_bookings.c.during) < wanted.until)
    if wanted.text is not None:
        found.append(_events.c.title.icontains(wanted.text, autoescape=True))
    if wanted.minimum_level is not None:
        found.append(_worst_open_level(now) >= int(wanted.minimum_level))
    return found


async def claims_of(uow: UnitOfWork, scheduled_event_id: UUID) -> tuple[Claim, ...]:
    """What the booking claims, of what the viewer sees, besides the resource that owns its calendar."""
    statement = (
        select(_claims.c.resource_id, _claims.c.role, _claims.c.quantity)
        .join(_resources, _resources.c.resource_id == _claims.c.resource_id)
        .outerjoin(_calendars, _calendars.c.calendar_id == _claims.c.calendar_id)
        .where(
            _claims.c.scheduled_event_id == scheduled_event_id,
            _claims.c.resource_id.is_distinct_from(_calendars.c.owner_id),
        )
        .order_by(_claims.c.claim_id)
    )
    rows = await uow.connection.execute(statement)
    return tuple(Claim(row.resource_id, ClaimRole(row.role), row.quantity) for row in rows)


@dataclass(frozen=True, slots=True)
class BookingConflict:
    """An open conflict, and which booking has it. rival: the other's series, or the other itself."""

    scheduled_event_id: UUID
    starts_at: datetime
    rival: UUID | None
    conflict: ConflictSummary


async def open_conflicts(uow: UnitOfWork, scheduled_event_ids: Sequence[UUID]) -> list[BookingConflict]:
    """The open conflicts of some bookings, the worst first."""
    own, rival = _bookings.alias("own"), _bookings.alias("rival")
    is_later = _conflicts.c.scheduled_event_id == own.c.scheduled_event_id
    other = case((is_later, _conflicts.c.conflicting_event_id), else_=_conflicts.c.scheduled_event_id)
    pair = (_conflicts.c.scheduled_event_id, _conflicts.c.conflicting_event_id)
    statement = (
        select(
            own.c.scheduled_event_id.label("own_id"),
            func.lower(own.c.during).label("starts_at"),
            _conflicts.c.schedule_conflict_id,
            rival.c.scheduled_event_id.label("rival_id"),
            func.coalesce(rival.c.series_id, rival.c.scheduled_event_id).label("rival"),
            _events.c.title,
            _conflicts.c.conflict_type,
            _conflicts.c.conflict_level,
            _conflicts.c.status,
        )
        .join(own, own.c.scheduled_event_id.in_(pair))
        .outerjoin(rival, rival.c.scheduled_event_id == other)
        .outerjoin(_events, _events.c.event_id == rival.c.event_id)
        .where(
            own.c.scheduled_event_id.in_(list(scheduled_event_ids)),
            _conflicts.c.status.in_(_OPEN),
            func.booking_is_live(other, uow.now),
            func.booking_is_live(own.c.scheduled_event_id, uow.now),
        )
        .order_by(_conflicts.c.conflict_level.desc(), "starts_at", _conflicts.c.schedule_conflict_id)
    )
    return [
        BookingConflict(
            row.own_id,
            row.starts_at,
            row.rival,
            ConflictSummary(
                row.schedule_conflict_id,
                row.rival_id,
                row.title,
                ConflictType(row.conflict_type),
                ConflictLevel(row.conflict_level),
                ConflictStatus(row.status),
            ),
        )
        for row in await uow.connection.execute(statement)
    ]


def original_start_of(wall_clock: datetime | None, zone: str | None) -> datetime | None:
    """The instant at which a series' rule starts an occurrence; None for what is none."""
    return None if wall_clock is None or zone is None else to_utc(wall_clock, ZoneInfo(zone))


def _summary_from(row: Row[tuple[object, ...]]) -> BookingSummary:
    fields = row._mapping
    recurrence = fields["recurrence"]
    return BookingSummary(
        scheduled_event_id=fields["scheduled_event_id"],
        event_id=fields["event_id"],
        event_title=fields["title"],
        calendar_id=fields["calendar_id"],
        calendar_name=fields["calendar_name"],
        slot=TimeSlot(fields["start"], fields["end"]),
        time_zone=fields["time_zone"],
        status=ScheduleStatus(fields["status"]),
        conflict_level=ConflictLevel(fields["conflict_level"]),
        is_blocked=fields["is_blocked"],
        block_reason=fields["block_reason"],
        hold_expires_at=fields["hold_expires_at"],
        owner_id=fields["owner_id"],
        version=fields["version"],
        series_id=fields["series_id"],
        original_start=original_start_of(fields["original_start"], fields["series_zone"]),
        pattern=None if recurrence is None else pattern_from(recurrence),
    )
