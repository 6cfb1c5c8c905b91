"""Find the clashes of a schedule file."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from uuid import UUID

from api.imports.named_zone import with_named_zone
from api.imports.schedule_file import FileBooking, ScheduleFile
from api.imports.to_snapshot import FileSnapshot, to_snapshot
from domain.conflicts import Clash, Pool, Usage, find_clashes
from domain.enums import ConflictLevel
from domain.schedule import ScheduleSnapshot
from domain.time_slot import TimeSlot


@dataclass(frozen=True, slots=True)
class FoundClash:
    """Two bookings of a file that clash, the earlier start first.

    resource: the name of the room or the person.
    """

    clash: Clash
    level: ConflictLevel
    resource: str
    rows: tuple[FileBooking, FileBooking]
    overlap: TimeSlot


@dataclass(frozen=True, slots=True)
class CheckedSchedule:
    """A file and its clashes, the worst first, then by time.

    Times of a file that names no zone count as UTC: all that matters is which is earlier.
    """

    file: ScheduleFile
    picture: FileSnapshot
    clashes: tuple[FoundClash, ...]

    @property
    def by_level(self) -> dict[ConflictLevel, int]:
        """How many clashes there are of each level, the worst first; levels without any are left out."""
        counted = Counter(found.level for found in self.clashes)
        return {level: counted[level] for level in sorted(counted, reverse=True)}


def check_schedule(file: ScheduleFile) -> CheckedSchedule:
    """Every clash of the file, by the rules that bookings are judged by (SCH-011, SCH-012)."""
    picture = to_snapshot(with_named_zone(file))
    slots = {booking.scheduled_event_id: booking.slot for booking in picture.snapshot.bookings}
    clashes = find_clashes(_occupancy(picture.snapshot))
    found = [_found(clash, level, picture, slots) for clash, level in clashes.items()]
    return CheckedSchedule(file, picture, tuple(sorted(found, key=_order)))


def _occupancy(snapshot: ScheduleSnapshot) -> dict[Pool, list[Usage]]:
    pools = {
        resource.resource_id: Pool(resource.resource_id, resource.resource_type, resource.quantity)
        for resource in snapshot.resources
    }
    usages: defaultdict[Pool, list[Usage]] = defaultdict(list)
    for booking in snapshot.bookings:
        for claim in booking.claims:
            usage = Usage(
                booking.scheduled_event_id, booking.slot, booking.created_at, claim.quantity, claim.role
            )
            usages[pools[claim.resource_id]].append(usage)
    return usages


def _found(
    clash: Clash, level: ConflictLevel, picture: FileSnapshot, slots: dict[UUID, TimeSlot]
) -> FoundClash:
    pair = (clash.conflicting_event_id, clash.scheduled_event_id)
    first, second = sorted((picture.file_rows[one] for one in pair), key=lambda row: row.start)
    overlap = slots[pair[0]].intersection(slots[pair[1]])
    assert overlap is not None
    assert clash.resource_id is not None
    return FoundClash(clash, level, picture.resource_names[clash.resource_id], (first, second), overlap)


def _order(found: FoundClash) -> tuple[object, ...]:
    first, second = found.rows
    return (
        -found.level,
        -found.clash.conflict_type,
        found.overlap,
        found.resource,
        first.key,
        second.key,
        str(found.clash.resource_id),
    )
