"""Conflicts as their viewers see them; what a viewer may not see is left out (DESIGN 4.8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Row,
    Select,
    Subquery,
    and_,
    case,
    column,
    exists,
    func,
    or_,
    select,
)

from domain.conflict_handling import as_seen
from domain.entities import ScheduleConflict
from domain.enums import OPEN_CONFLICT_STATUSES, ConflictLevel, ConflictStatus, ConflictType
from domain.time_slot import TimeSlot
from persistence import tables
from persistence.mapping import conflict_from
from persistence.sorting import Sort, in_order, page_by
from persistence.spans import COLUMNS
from persistence.unit_of_work import UnitOfWork

_bookings = tables.scheduled_events
_conflicts = tables.schedule_conflicts
_events = tables.events
_resources = tables.resources
_OPEN = sorted(int(status) for status in OPEN_CONFLICT_STATUSES)


@dataclass(frozen=True, slots=True)
class ConflictParty:
    """One of a conflict's two bookings."""

    scheduled_event_id: UUID
    title: str


@dataclass(frozen=True, slots=True)
class ConflictView:
    """A conflict in a viewer's eyes.

    conflict: as of now; who handles it and what was noted are left out for those who do not handle conflicts.
    scheduled, conflicting: its bookings; None for one that is hidden.
    resource_name: None when there is no resource, or a hidden one, whose id is left out too.
    starts_at: when the later of the two comes in.
    overlap: the time they share; None when they no longer meet.
    dates: of two series, or a series and a booking, that clash again and again, when each clash starts.
    """

    conflict: ScheduleConflict
    scheduled: ConflictParty | None
    conflicting: ConflictParty | None
    resource_name: str | None
    starts_at: datetime
    overlap: TimeSlot | None
    dates: tuple[datetime, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.conflict.status in OPEN_CONFLICT_STATUSES


@dataclass(frozen=True, slots=True)
class ConflictFilter:
    """Which conflicts to list; None asks for all.

    statuses: as of now.
    calendar_id: of a booking that the viewer sees, or of the resource they clash over.
    since, until: their shared time ends after the one and starts before the other.
    text: in the title of a booking that the viewer sees.
    """

    statuses: Sequence[ConflictStatus] = tuple(sorted(OPEN_CONFLICT_STATUSES))
    minimum_level: ConflictLevel | None = None
    types: Sequence[ConflictType] = ()
    calendar_id: UUID | None = None
    resource_id: UUID | None = None
    scheduled_event_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None


async def get_conflict(uow: UnitOfWork, schedule_conflict_id: UUID) -> ConflictView | None:
    """The conflict, with the dates of its like, or None when there is none that the viewer may see."""
    group = select(func.conflict_group(schedule_conflict_id))
    wanted = select(_conflicts).where(_conflicts.c.schedule_conflict_id.in_(group))
    spans = _with_spans(wanted.cte("wanted"), uow.now).subquery("found")
    page = select(_with_dates(spans)).where(column("schedule_conflict_id") == schedule_conflict_id)
    row = (await uow.connection.execute(_described(page.cte("page")))).one_or_none()
    return None if row is None else _view_from(uow, row)


async def list_conflicts(
    uow: UnitOfWork, wanted: ConflictFilter, sort: Sort, limit: int, after: Sequence[Any] | None
) -> list[ConflictView]:
    """Up to `limit` conflicts in the order asked for, those after the position.

    By `conflictLevel` the worst come first, then the earliest.

    Clashes of the same two series are one conflict, the worst and earliest of them, with all its dates.
    """
    candidates = select(_conflicts).where(*_stored_conditions(wanted)).cte("wanted")
    found = _with_spans(candidates, uow.now).subquery("found")
    fitting = select(found).where(*_derived_conditions(found.c, wanted)).subquery("fitting")
    dated = _with_dates(fitting)
    page = page_by(select(dated).where(dated.c.place == 1), _keys(dated.c, sort), sort, after, limit).cte(
        "page"
    )
    described = _described(page).order_by(*in_order(_keys(page.c, sort), sort))
    return [_view_from(uow, row) for row in await uow.connection.execute(described)]


def _keys(found: Any, sort: Sort) -> tuple[ColumnElement[Any], ...]:  # noqa: ANN401
    """What the conflicts are sorted by, the last of it unique."""
    keys: Mapping[str, tuple[ColumnElement[Any], ...]] = {
        "conflictLevel": (-found.conflict_level, found.starts_at),
        "startDateTime": (found.starts_at,),
        "detectedAt": (found.detected_at,),
    }
    return (*keys[sort.by], found.schedule_conflict_id)


async def next_lapse(uow: UnitOfWork) -> datetime | None:
    """When the first open conflict is over because a hold in it expires, hidden ones included, if ever."""
    found = await uow.connection.execute(select(func.next_conflict_lapse(uow.now)))
    lapse: datetime | None = found.scalar()
    return lapse


def _with_spans(wanted: CTE, now: datetime) -> Select[Any]:
    """The conflicts with where their bookings are and whether both still hold their place."""
    ids = select(func.array_agg(wanted.c.schedule_conflict_id)).scalar_subquery()
    spans = func.conflict_spans(ids, now).table_valued(*COLUMNS).render_derived("spans")
    return select(
        wanted,
        spans.c.gone_at,
        spans.c.first_group,
        spans.c.second_group,
        func.greatest(spans.c.first_start, spans.c.second_start).label("starts_at"),
        func.least(spans.c.first_end, spans.c.second_end).label("ends_at"),
    ).join(spans, spans.c.schedule_conflict_id == wanted.c.schedule_conflict_id)


def _with_dates(found: Subquery) -> Subquery:
    """Each conflict with its place among its like, the worst and the earliest first, and all their dates."""
    like_it = (
        # Of two series either may have the later booking: dates can be added to the older one.
        func.least(found.c.first_group, found.c.second_group),
        func.greatest(found.c.first_group, found.c.second_group),
        found.c.conflict_type,
        found.c.resource_id,
        found.c.status,
    )
    order = (-found.c.conflict_level, found.c.starts_at, found.c.schedule_conflict_id)
    return select(
        found,
        func.row_number().over(partition_by=like_it, order_by=order).label("place"),
        func.array_agg(found.c.starts_at).over(partition_by=like_it).label("dates"),
    ).subquery("dated")


def _stored_conditions(wanted: ConflictFilter) -> list[ColumnElement[bool]]:
    """What can be told without a look at where the bookings are."""
    found: list[ColumnElement[bool]] = []
    statuses = {int(status) for status in wanted.statuses}
    if ConflictStatus.Resolved in wanted.statuses:
        statuses.update(_OPEN)
    found.append(_conflicts.c.status.in_(sorted(statuses)))
    if wanted.minimum_level is not None:
        found.append(_conflicts.c.conflict_level >= int(wanted.minimum_level))
    if wanted.types:
        found.append(_conflicts.c.conflict_type.in_([int(one) for one in wanted.types]))
    if wanted.resource_id is not None:
        found.append(_over_visible(_resources.c.resource_id == wanted.resource_id))
    if wanted.scheduled_event_id is not None:
        found.append(_has_visible(_bookings.c.scheduled_event_id == wanted.scheduled_event_id))
    if wanted.text is not None:
        titled = _events.c.title.icontains(wanted.text, autoescape=True)
        found.append(_has_visible(exists().where(_events.c.event_id == _bookings.c.event_id, titled)))
    if wanted.calendar_id is not None:
        of_booking = _has_visible(_bookings.c.calendar_id == wanted.calendar_id)
        found.append(or_(of_booking, _over_visible(_resources.c.calendar_id == wanted.calendar_id)))
    return found


def _has_visible(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a booking of the conflict that the viewer sees is so; row policies leave out the others."""
    pair = (_conflicts.c.scheduled_event_id, _conflicts.c.conflicting_event_id)
    return exists().where(_bookings.c.scheduled_event_id.in_(pair), condition)


def _over_visible(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(_resources.c.resource_id == _conflicts.c.resource_id, condition)


def _derived_conditions(found: Any, wanted: ConflictFilter) -> list[ColumnElement[bool]]:  # noqa: ANN401
    """What depends on where the bookings are, and on whether they still hold their place."""
    over = and_(found.status.in_(_OPEN), found.gone_at.is_not(None))
    status = case((over, int(ConflictStatus.Resolved)), else_=found.status)
    conditions: list[ColumnElement[bool]] = [status.in_([int(one) for one in wanted.statuses])]
    if wanted.since is not None:
        conditions.append(found.ends_at > wanted.since)
    if wanted.until is not None:
        conditions.append(found.starts_at < wanted.until)
    return conditions


def _described(page: CTE) -> Select[Any]:
    """The page with the titles and names that row policies show."""
    first, second = _bookings.alias("first"), _bookings.alias("second")
    first_event, second_event = _events.alias("first_event"), _events.alias("second_event")
    return (
        select(
            page,
            first.c.scheduled_event_id.label("first_id"),
            first_event.c.title.label("first_title"),
            second.c.scheduled_event_id.label("second_id"),
            second_event.c.title.label("second_title"),
            _resources.c.name.label("resource_name"),
        )
        .outerjoin(first, first.c.scheduled_event_id == page.c.scheduled_event_id)
        .outerjoin(first_event, first_event.c.event_id == first.c.event_id)
        .outerjoin(second, second.c.scheduled_event_id == page.c.conflicting_event_id)
        .outerjoin(second_event, second_event.c.event_id == second.c.event_id)
        .outerjoin(_resources, _resources.c.resource_id == page.c.resource_id)
    )


def _view_from(uow: UnitOfWork, row: Row[Any]) -> ConflictView:
    fields = row._mapping
    conflict = as_seen(conflict_from(fields), fields["gone_at"])
    if not uow.viewer.sees_all:
        conflict = replace(conflict, resolved_by=None, escalated_to=None, escalation_reason=None, note=None)
    if fields["resource_name"] is None:
        conflict = replace(conflict, resource_id=None)
    starts_at, ends_at = fields["starts_at"], fields["ends_at"]
    dates = tuple(sorted(fields["dates"]))
    return ConflictView(
        conflict=conflict,
        scheduled=_party(fields["first_id"], fields["first_title"]),
        conflicting=_party(fields["second_id"], fields["second_title"]),
        resource_name=fields["resource_name"],
        starts_at=starts_at,
        overlap=TimeSlot(starts_at, ends_at) if starts_at < ends_at else None,
        dates=dates if len(dates) > 1 else (),
    )


def _party(scheduled_event_id: UUID | None, title: str | None) -> ConflictParty | None:
    if scheduled_event_id is None or title is None:
        return None
    return ConflictParty(scheduled_event_id, title)
