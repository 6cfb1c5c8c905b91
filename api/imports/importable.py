"""Which bookings of a file can be kept, and when they take place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from api.http.wire import FIRST_YEAR, LAST_YEAR
from api.imports.schedule_file import (
    FileBooking,
    FileSeries,
    RefusedRow,
    ScheduleFile,
    SkippedRow,
    wall_clock_in,
)
from domain.errors import ValidationException
from domain.policy import Policy
from domain.rules.scheduling import ensure_maximum_duration, ensure_start_before_end
from domain.time_slot import TimeSlot

LONGEST_NAME = 300
_NOT_IN_RANGE = f"it is not between the years {FIRST_YEAR} and {LAST_YEAR}"


def importable(
    file: ScheduleFile, zone: ZoneInfo, policy: Policy, starting: date | None = None
) -> ScheduleFile:
    """The file with aware times, and with those rows refused that cannot be kept (SCH-001, SCH-003).

    Neither SCH-002 nor SCH-004 applies: what was held was held, however short and long ago.
    zone: what naive times are read in.
    starting: the day to shift the first booking to, and all others with it. Clocks show the same times as
        before, also across a change of daylight saving time; durations stay.
    """
    shift = _shift(file, zone, starting)
    moved = _mover(file, zone, shift)
    kept: list[FileBooking] = []
    refused, skipped = list(file.refused), list(file.skipped)
    for row in file.rows:
        if row.room is None:
            skipped.append(SkippedRow(row.place, "it names no place, so there is no calendar to book it on"))
            continue
        try:
            placed = moved(row)
        except OverflowError:
            refused.append(RefusedRow(row.place, _NOT_IN_RANGE))
            continue
        reason = next(_objections(placed, policy), None)
        if reason is None:
            kept.append(placed)
        else:
            refused.append(RefusedRow(row.place, reason))
    rooms = tuple(room for room in file.rooms if _objection_to_name(room) is None)
    series, singly = _series(file, kept, rooms, shift)
    return replace(
        file,
        rows=tuple(kept),
        refused=tuple(dict.fromkeys(refused)),
        skipped=tuple(dict.fromkeys(skipped)),
        rooms=rooms,
        persons=tuple({person.key: person for row in kept for person in row.persons}.values()),
        time_zone=file.time_zone or (zone.key if file.is_naive else None),
        series=series,
        singly=singly,
    )


def _series(
    file: ScheduleFile, kept: Iterable[FileBooking], rooms: Collection[str], shift: timedelta
) -> tuple[tuple[FileSeries, ...], tuple[tuple[str, str], ...]]:
    """The series that can be kept, and why the others can't, each with a booking that is kept."""
    places = {row.place for row in kept}
    keys = {row.series_key for row in kept}
    series: list[FileSeries] = []
    singly = [one for one in file.singly if one[0] in places]
    for one in file.series:
        if one.key not in keys:
            continue
        reason = _objection_to_series(one, rooms, shift)
        if reason is None:
            series.append(one)
        else:
            singly.append((one.place, reason))
    return tuple(series), tuple(singly)


def _objection_to_series(series: FileSeries, rooms: Collection[str], shift: timedelta) -> str | None:
    if shift:
        return "it is shifted to another day, which its rule may not give"
    if series.room not in rooms or _objection_to_name(series.title) is not None:
        return "not all of what it says can be kept"
    if not _is_in_range(series.first_start.replace(tzinfo=UTC)):
        return _NOT_IN_RANGE
    return None


def _own_zone(file: ScheduleFile, zone: ZoneInfo) -> ZoneInfo | None:
    return zone if file.is_naive else None if file.time_zone is None else ZoneInfo(file.time_zone)


def _shown(moment: datetime, zone: ZoneInfo | None) -> datetime:
    """The wall clock where the file names a zone; with a mere offset, the moment itself."""
    if zone is None or moment.tzinfo is None:
        return moment
    return moment.astimezone(zone).replace(tzinfo=None)


def _shift(file: ScheduleFile, zone: ZoneInfo, starting: date | None) -> timedelta:
    """How far every booking of the file is moved."""
    if starting is None or not file.rows:
        return timedelta()
    return starting - min(_days(file, _own_zone(file, zone)), default=starting)


def _mover(file: ScheduleFile, zone: ZoneInfo, shift: timedelta) -> Callable[[FileBooking], FileBooking]:
    """Puts a row of the file where it is to be; the row may leave the calendar, an OverflowError."""
    own_zone = _own_zone(file, zone)

    def moved(row: FileBooking) -> FileBooking:
        start = row.start
        if shift or start.tzinfo is None:
            start = _shown(start, own_zone) + shift
        if start.tzinfo is None:
            assert own_zone is not None
            start = wall_clock_in(start, own_zone)
        return replace(row, start=start, end=start + row.duration)

    return moved


def _days(file: ScheduleFile, zone: ZoneInfo | None) -> Iterator[date]:
    """On which days bookings start, but for those that the clock cannot show."""
    for row in file.rows:
        with suppress(OverflowError):
            yield _shown(row.start, zone).date()


def _objections(row: FileBooking, policy: Policy) -> Iterator[str]:
    """Every reason not to keep a row."""
    named = [("title", row.title), ("room's name", row.room or "")]
    for what, name in (*named, *(("person's name", person.name) for person in row.persons)):
        objection = _objection_to_name(name)
        if objection is not None:
            yield f"the {what} {objection}"
    if not (_is_in_range(row.start) and _is_in_range(row.end)):
        yield _NOT_IN_RANGE
        return
    slot = TimeSlot(row.start, row.end)
    try:
        ensure_start_before_end(slot)
        ensure_maximum_duration(slot, policy)
    except ValidationException as error:
        yield error.detail


def _is_in_range(moment: datetime) -> bool:
    """Whether bookings are kept for that year; the one that counts is the year in UTC."""
    try:
        return FIRST_YEAR < moment.astimezone(UTC).year < LAST_YEAR
    except OverflowError:
        return False


def _objection_to_name(name: str) -> str | None:
    if len(name) > LONGEST_NAME:
        return f"is longer than {LONGEST_NAME} characters"
    if any(one == "\0" or "\ud800" <= one <= "\udfff" for one in name):
        return "has a character that cannot be stored"
    return None
