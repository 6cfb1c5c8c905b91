"""What no schedule is too large for, and a file made to use up memory is."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import datetime

from api.imports.import_errors import UnreadableSchedule
from api.imports.schedule_file import ScheduleFile

MOST_ROWS = 10_000
MOST_ROOMS = 2_000
MOST_ROOM_DAYS = 200_000
MOST_CLAIMS = 100_000
MOST_CLASHES = 20_000


def ensure_bounded(file: ScheduleFile) -> None:
    """Raise UnreadableSchedule for more bookings, rooms, claims or clashes than can be dealt with at once."""
    days = {row.start.date() for row in file.rows}
    counts = (
        ("bookings", file.row_count, MOST_ROWS),
        ("rooms", len(file.rooms), MOST_ROOMS),
        ("rooms on all days", len(file.rooms) * len(days), MOST_ROOM_DAYS),
        ("persons in all bookings", sum(len(row.persons) for row in file.rows), MOST_CLAIMS),
        ("clashes", clash_count(file), MOST_CLASHES),
    )
    for what, count, most in counts:
        if count > most:
            raise UnreadableSchedule(f"there are {count:,} {what}; at most {most:,} can be taken at once")


def clash_count(file: ScheduleFile) -> int:
    """How many pairs of bookings overlap in one room or with one person, counted without naming them."""
    taken: defaultdict[tuple[str, str], list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in file.rows:
        if row.room is not None:
            taken["room", row.room].append((row.start, row.end))
        for person in row.persons:
            taken["person", person.key].append((row.start, row.end))
    return sum(_overlapping_pairs(ranges) for ranges in taken.values())


def _overlapping_pairs(ranges: list[tuple[datetime, datetime]]) -> int:
    starts = sorted(start for start, _ in ranges)
    ends = sorted(end for _, end in ranges)
    return sum(before - bisect_right(ends, start) for before, start in enumerate(starts))
