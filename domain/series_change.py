"""What a change of a whole series, or of what is left of it, makes of its rule and of its dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.entities import ScheduledEvent
from domain.enums import DayOfWeek
from domain.errors import FieldException, StateConflict
from domain.recurrence.expansion import expand
from domain.recurrence.pattern import RecurrencePattern
from domain.series import Series


@dataclass(frozen=True, slots=True)
class Cut:
    """A series cut where a change begins.

    starts: all that its rule gives (naive). pivot: the original start from which on things change.
    ahead: the occurrences from there on, cancelled ones included, by original start.
    """

    series: Series
    starts: tuple[datetime, ...]
    pivot: datetime
    ahead: tuple[ScheduledEvent, ...]

    @property
    def splits(self) -> bool:
        """Whether something stays behind, with the old rule."""
        return self.starts[0] < self.pivot

    @property
    def tail(self) -> tuple[datetime, ...]:
        """The rule's starts from the pivot on."""
        return tuple(start for start in self.starts if start >= self.pivot)

    def left_behind(self) -> RecurrencePattern:
        """The rule of what stays: the same, for as many dates as lie before the pivot."""
        return _counted(self.series.pattern, len(self.starts) - len(self.tail))

    def remaining(self) -> RecurrencePattern:
        """The rule of what follows: the whole one, or the same for as many dates as are left."""
        return _counted(self.series.pattern, len(self.tail)) if self.splits else self.series.pattern


def cut(
    series: Series,
    occurrences: Sequence[ScheduledEvent],
    now: datetime,
    limit: int,
    since: datetime | None = None,
) -> Cut:
    """Cut a series before its first occurrence that lies ahead: those that have begun stay as they are.

    since: an original start (naive) before which nothing changes either.
    limit: `Policy.maximum_occurrences`.
    Raises StateConflict when nothing lies ahead.
    """
    begun = [one.original_start for one in occurrences if one.slot.start_date_time <= now]
    last_begun = max((one for one in begun if one is not None), default=None)
    ahead = tuple(
        one
        for one in occurrences
        if one.original_start is not None
        and (last_begun is None or one.original_start > last_begun)
        and (since is None or one.original_start >= since)
    )
    if not ahead:
        raise StateConflict("Every occurrence of this series has begun or is over; book a new series")
    starts = expand(series.pattern, series.first_start, ZoneInfo(series.time_zone), limit=limit)
    pivot = ahead[0].original_start
    assert pivot is not None
    if last_begun is None and (since is None or since <= starts[0]):
        pivot = starts[0]
    return Cut(series, starts, pivot, ahead)


def shifted(part: Cut, by: timedelta, limit: int) -> tuple[RecurrencePattern, tuple[datetime, ...]]:
    """The rule and the starts of what follows the cut, with the clock at each start moved on.

    Raises FieldException where no rule of the same kind gives the moved dates, such as the 31st a day later.
    """
    wanted = tuple(start + by for start in part.tail)
    days = (wanted[0].date() - part.tail[0].date()).days
    pattern = part.remaining()
    moved = replace(
        pattern,
        days_of_week=tuple(DayOfWeek((day + days) % 7) for day in pattern.days_of_week),
        day_of_month=None if pattern.day_of_month is None else wanted[0].day,
        end_date=None if pattern.end_date is None else pattern.end_date + by,
    )
    for candidate in (moved, _counted(moved, len(wanted))):
        if _gives(candidate, wanted, ZoneInfo(part.series.time_zone), limit):
            return candidate, wanted
    raise FieldException(
        "startDateTime",
        "The dates of this series would follow no such rule any more;"
        " change it with PUT and a new recurrencePattern",
    )


def _gives(pattern: RecurrencePattern, wanted: tuple[datetime, ...], zone: ZoneInfo, limit: int) -> bool:
    try:
        return expand(pattern, wanted[0], zone, limit=limit) == wanted
    except FieldException:
        return False


def _counted(pattern: RecurrencePattern, count: int) -> RecurrencePattern:
    """The pattern for that many dates, however it ended before."""
    if pattern.rrule is None:
        return replace(pattern, end_date=None, occurrence_count=count)
    parts = [
        part for part in pattern.rrule.split(";") if part.split("=")[0].upper() not in {"COUNT", "UNTIL"}
    ]
    return replace(pattern, rrule=";".join(parts), end_date=None, occurrence_count=count)
