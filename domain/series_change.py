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
from domain.recurrence.rule_text import read_rule
from domain.series import Series

_NOTHING_AHEAD = "Every occurrence of this series has begun or is over; book a new series"


@dataclass(frozen=True, slots=True)
class Cut:
    """A series cut where a change begins.

    starts: all that its rule gives (naive). pivot: the original start from which on things change.
    ahead: the occurrences from there on by original start, with those that are cancelled or took place early.
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
    """Cut a series where its rule comes to lie ahead, wherever single occurrences went.

    since: an original start (naive) before which nothing changes either.
    limit: `Policy.maximum_occurrences`.
    Raises StateConflict when nothing lies ahead.
    """
    by_start = {one.original_start: one for one in occurrences if one.original_start is not None}
    over = [start for start in by_start if series.slot_of(start).start_date_time <= now]
    ahead = {
        start: one
        for start, one in by_start.items()
        if start not in over and (since is None or start >= since)
    }
    if not ahead:
        raise StateConflict(_NOTHING_AHEAD)
    starts = expand(series.pattern, series.first_start, ZoneInfo(series.time_zone), limit=limit)
    is_whole = not over and (since is None or since <= starts[0])
    return Cut(series, starts, starts[0] if is_whole else min(ahead), tuple(ahead.values()))


def yet_to_come(
    occurrences: Sequence[ScheduledEvent], now: datetime, since: datetime | None = None
) -> tuple[ScheduledEvent, ...]:
    """The occurrences that have not begun, put-off and cancelled ones included.

    since: an original start (naive); leave out those before it.
    Raises StateConflict when there are none.
    """
    found = tuple(
        one
        for one in occurrences
        if one.slot.start_date_time > now
        and (since is None or (one.original_start is not None and one.original_start >= since))
    )
    if not found:
        raise StateConflict(_NOTHING_AHEAD)
    return found


def shifted(part: Cut, by: timedelta, limit: int) -> tuple[RecurrencePattern, tuple[datetime, ...]]:
    """The rule and the starts of what follows the cut, with the clock at each start moved on.

    Raises FieldException where no rule of the same kind gives the moved dates, such as the 31st a day later.
    """
    if not part.tail:
        raise StateConflict(_NOTHING_AHEAD)
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
    endless = replace(read_rule(pattern.rrule), count=None, until=None)
    return replace(pattern, rrule=str(endless), end_date=None, occurrence_count=count)
