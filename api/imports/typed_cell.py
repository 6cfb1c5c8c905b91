"""The date or time in a cell, and what else to put there in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from api.imports.table import Cell, Value
from api.imports.written_time import NotWritten, read_written

_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Moment:
    """A cell's date, time of day or both. value_for: what the cell would hold for another moment."""

    cell: Cell
    day: date | None
    clock: time | None
    offset: timedelta | None
    value_for: Callable[[datetime], Value]


def moment_of(
    cell: Cell, serial_date: Callable[[float], datetime] | None, *, day_first: bool, dates_alone: bool
) -> Moment:
    """What a cell says of a time; raises NotWritten where it says nothing of the kind.

    dates_alone: whether its column has dates, so that midnight is no time: a sheet knows no other dates.
    """
    found = _moment(cell, serial_date, day_first=day_first)
    if dates_alone and found.clock == time() and not isinstance(cell.value, str):
        return replace(found, clock=None, value_for=datetime.date)
    return found


def _moment(cell: Cell, serial_date: Callable[[float], datetime] | None, *, day_first: bool) -> Moment:
    value = cell.value
    if isinstance(value, str):
        written = read_written(value.strip(), day_first=day_first)
        return Moment(cell, written.day, written.clock, written.offset, written.render)
    if isinstance(value, datetime):
        return Moment(cell, value.date(), value.time(), None, _same)
    if isinstance(value, date):
        return Moment(cell, value, None, None, datetime.date)
    if isinstance(value, time):
        return Moment(cell, None, value, None, datetime.time)
    if isinstance(value, timedelta) and timedelta() <= value < timedelta(days=1):
        return Moment(cell, None, _clock(value), None, _since_midnight)
    if isinstance(value, int | float) and not isinstance(value, bool) and serial_date is not None:
        return _of_number(cell, float(value), serial_date)
    raise NotWritten("it is not a date or a time")


def _of_number(cell: Cell, number: float, serial_date: Callable[[float], datetime]) -> Moment:
    """A date that its sheet shows as a number: whole days, and the share of a day that has passed."""
    if 0 <= number < 1:
        clock = _clock(timedelta(seconds=min(round(number * _DAY_SECONDS), _DAY_SECONDS - 1)))
        return Moment(cell, None, clock, None, _since_midnight)
    try:
        moment = serial_date(number)
    except (ValueError, OverflowError):
        raise NotWritten("it is no date of a sheet") from None
    return Moment(cell, moment.date(), moment.time(), None, _same)


def _clock(since_midnight: timedelta) -> time:
    return (datetime.combine(date.min, time()) + since_midnight).time()


def _same(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def _since_midnight(moment: datetime) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)
