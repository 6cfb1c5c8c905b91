"""What a change of a series is to make of each of its occurrences."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from domain.entities import ScheduledEvent
from domain.enums import ResolutionMethod, ScheduleStatus
from domain.errors import StateConflict
from domain.proposal import Proposal
from domain.recurrence.pattern import RecurrencePattern
from domain.series import Series
from domain.series_change import Cut
from persistence.unit_of_work import UnitOfWork

ALL_CANCELLED = "Every date of this series that lies ahead is cancelled; book a new series"


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one occurrence.

    original_start: its place in the rule (naive); None when it leaves the series.
    today: as it is; None for a new one.
    wanted: what it is to be; None for one that is taken away, or that holds no place any more.
    """

    original_start: datetime | None
    today: ScheduledEvent | None = None
    wanted: Proposal | None = None

    @property
    def is_change(self) -> bool:
        """Whether the occurrence is to be something else than it is."""
        return self.today is None or self.wanted != Proposal.of(self.today)


@dataclass(frozen=True, slots=True)
class SeriesPlan:
    """A change of what lies ahead of a series.

    before: the series as it is, locked.
    series: as it is to be; another one where what changes parts from what stays.
    steps: one for each occurrence that is touched, and for each new one.
    action: its name in the audit log. needs_notice: whether SCH-005 applies.
    method: what removed the conflicts that vanish.
    left_behind: the rule of what stays, where it parts.
    guard: judged last and under the locks; raises when the change may not be made after all.
    """

    before: Series
    series: Series
    steps: tuple[Step, ...]
    action: str
    reason: str | None = None
    needs_notice: bool = True
    method: ResolutionMethod = ResolutionMethod.Rescheduled
    left_behind: RecurrencePattern | None = None
    guard: Callable[[UnitOfWork], Awaitable[None]] | None = None

    @property
    def today(self) -> tuple[ScheduledEvent, ...]:
        """The occurrences that are touched, as they are."""
        return tuple(one.today for one in self.steps if one.today is not None)


def changed_series(uow: UnitOfWork, part: Cut, **changes: object) -> Series:
    """The series that goes on after a change: the same, or a new one where the cut splits it."""
    series = part.series
    if part.splits:
        fresh = replace(series, series_id=uow.ids.ordered(), created_at=uow.now, version=1)
        fresh = replace(fresh, created_by=uow.viewer.user_id, modified_at=None, modified_by=None)
        return replace(fresh, **changes)  # type: ignore[arg-type]
    return replace(touched_series(uow, series), **changes)  # type: ignore[arg-type]


def touched_series(uow: UnitOfWork, series: Series) -> Series:
    """The series after a change of its dates that leaves its rule as it is."""
    return replace(series, modified_at=uow.now, modified_by=uow.viewer.user_id, version=series.version + 1)


def is_live(booking: ScheduledEvent, now: datetime) -> bool:
    """Whether an occurrence holds its place."""
    return booking.status_at(now) is not ScheduleStatus.Cancelled


def each_ahead(
    part: Cut,
    now: datetime,
    change: Callable[[ScheduledEvent, datetime], Proposal],
    start_of: Callable[[datetime], datetime],
    named: datetime | None,
) -> tuple[Step, ...]:
    """A step for each occurrence ahead. Those changed by themselves stay as they are, but for the named.

    change: from an occurrence and its new original start to what it is to be.
    start_of: from an occurrence's original start to its new one.
    Raises StateConflict when none of them holds its place any more.
    """
    if not any(is_live(one, now) for one in part.ahead):
        raise StateConflict(ALL_CANCELLED)
    steps = []
    for today in part.ahead:
        assert today.original_start is not None
        start = start_of(today.original_start)
        if not is_live(today, now):
            steps.append(Step(start, today))
        elif today.is_detached and today.original_start != named:
            steps.append(Step(start, today, Proposal.of(today)))
        else:
            steps.append(Step(start, today, change(today, start)))
    return tuple(steps)
