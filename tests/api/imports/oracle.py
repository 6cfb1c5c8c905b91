"""Finds the clashes of a schedule file the slow and obvious way: every pair of bookings is compared."""

from __future__ import annotations

from itertools import combinations
from typing import Literal, NamedTuple

from api.imports.schedule_file import FileBooking, ScheduleFile


class FileClash(NamedTuple):
    """Two bookings that overlap in one room, or with one person.

    resource: the room's name or the person's key; keys: of the two bookings.
    """

    kind: Literal["room", "person"]
    resource: str
    keys: frozenset[str]


def clashes(file: ScheduleFile) -> set[FileClash]:
    """Every clash of the file."""
    return {clash for one, other in combinations(file.rows, 2) for clash in _between(one, other)}


def _between(one: FileBooking, other: FileBooking) -> set[FileClash]:
    if not (one.start < other.end and other.start < one.end):
        return set()
    keys = frozenset({one.key, other.key})
    found: set[FileClash] = set()
    if one.room is not None and one.room == other.room:
        found.add(FileClash("room", one.room, keys))
    for person in {person.key for person in one.persons} & {person.key for person in other.persons}:
        found.add(FileClash("person", person, keys))
    return found
