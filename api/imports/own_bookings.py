"""Bookings of a file that came out of the very service that reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from api.imports.schedule_file import FileBooking, ScheduleFile, SkippedRow
from domain.exported_schedule import UID_HOST
from persistence.readers.known_bookings import KnownBookings, KnownDates

_ID = r"(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_UID = re.compile(rf"{_ID}@{UID_HOST}(?:/(?P<start>\d{{8}}T\d{{6}}))?(?:#\d+)?", re.IGNORECASE)
_CELL = re.compile(_ID, re.IGNORECASE)
_CHANGED = "its series was changed since, and has no date {:%Y-%m-%d %H:%M}"
_THERE = "{}: its series is there already, so its new dates are single bookings"


class _OwnId(NamedTuple):
    """An id that Callboard gave. start: of an occurrence, its original start as the file has it (naive)."""

    key: UUID
    start: datetime | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What of a file is not to be loaded as the file has it.

    there: the keys of rows that are there already, and of those skipped.
    skipped: rows of a series that was changed, of which nobody can say whether they are there.
    series: the keys of those that are there: what is new of them becomes single bookings, which notes say.
    """

    there: frozenset[str] = frozenset()
    skipped: tuple[SkippedRow, ...] = ()
    series: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


def own_ids(file: ScheduleFile) -> frozenset[UUID]:
    """The ids of bookings and series that the file may have from Callboard."""
    return frozenset(own.key for _, own in _own_rows(file))


def settle(file: ScheduleFile, known: KnownBookings) -> Settled:
    """Which rows are there already, by their ids alone: what else the file says of them is not looked at."""
    there: set[str] = set()
    skipped: list[SkippedRow] = []
    notes: dict[str, None] = {}
    series: set[str] = set()
    seen: set[UUID] = set()
    for row, own in _own_rows(file):
        dates = known.series.get(own.key)
        if own.key in known.bookings:
            # A rule that somebody gave a booking begins with it.
            if own.key not in seen or row.series_key is None:
                there.add(row.key)
            seen.add(own.key)
        elif dates is not None:
            start = _original_start(row, own, dates)
            if row.series_key is not None:
                series.add(row.series_key)
            if start in dates.starts:
                there.add(row.key)
            elif dates.was_changed:
                there.add(row.key)
                skipped.append(SkippedRow(row.place, _CHANGED.format(start)))
            else:
                notes[_THERE.format(row.place)] = None
    return Settled(frozenset(there), tuple(skipped), frozenset(series), tuple(notes))


def _own_rows(file: ScheduleFile) -> Iterator[tuple[FileBooking, _OwnId]]:
    pattern = _UID if file.has_global_keys else _CELL
    for row in file.rows:
        found = pattern.fullmatch(row.key)
        if found is not None:
            start = found.groupdict().get("start")
            yield row, _OwnId(UUID(found["id"]), None if start is None else _wall_clock(start))


def _wall_clock(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - of the series' zone


def _original_start(row: FileBooking, own: _OwnId, dates: KnownDates) -> datetime:
    """Where the rule put the row; of a file that has a single date of the series, where it is."""
    if own.start is not None:
        return own.start
    return row.start.astimezone(ZoneInfo(dates.time_zone)).replace(tzinfo=None, fold=0)
