"""What a check found, for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from api.checking.check_schedule import CheckedSchedule, FoundClash
from api.imports.schedule_file import FileBooking
from domain.enums import ConflictLevel
from domain.suggestion import Suggestion
from domain.time_slot import TimeSlot
from solver.schedule_repair import ScheduleRepair

_STYLES = {
    ConflictLevel.Critical: "bold red",
    ConflictLevel.Severe: "red",
    ConflictLevel.Moderate: "yellow",
    ConflictLevel.Minor: "cyan",
}


def printable(text: str) -> str:
    """The text on one line, without characters that would steer a terminal."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def counted(number: int, what: str) -> str:
    """A number and what it counts: `1 clash`, `2 clashes`."""
    if number == 1:
        return f"1 {what}"
    return f"{number:,} {what}{'es' if what.endswith('sh') else 's'}"


class CheckTables:
    """Shows one check; times are those of the clocks where the schedule takes place."""

    def __init__(self, checked: CheckedSchedule) -> None:
        self._checked = checked
        zones = {booking.time_zone for booking in checked.picture.snapshot.bookings}
        self._zone = ZoneInfo(min(zones, default="UTC"))

    def clashes(self, advised: Iterable[tuple[FoundClash, Sequence[Suggestion]]]) -> Table:
        """Every clash with its best fix."""
        table = Table(show_lines=True, expand=True)
        table.add_column("Level", no_wrap=True)
        table.add_column("Who or where", ratio=2)
        table.add_column("What clashes", ratio=5)
        table.add_column("Best fix", ratio=4)
        for found, suggestions in advised:
            table.add_row(
                Text(found.level.wire_name, style=_STYLES[found.level]),
                Text(printable(found.resource)),
                Text("\n".join(self._row(row) for row in found.rows)),
                Text(printable(suggestions[0].summary) if suggestions else "none found"),
            )
        return table

    def moves(self, repair: ScheduleRepair) -> Table:
        """Every move of a repair, from where to where."""
        table = Table(expand=True)
        table.add_column("From", no_wrap=True)
        table.add_column("Room", ratio=2)
        table.add_column("Move", ratio=6)
        rooms = self._checked.picture.room_names
        for change, sentence in repair.changes:
            before = change.before
            table.add_row(
                Text(self._when(before.slot)),
                Text(printable(rooms[before.calendar_id] or "")),
                Text(printable(sentence)),
            )
        return table

    def summary(self) -> str:
        """How many rows were read, and how many clashes of which level there are."""
        file = self._checked.file
        refused = f"{len(file.refused):,} refused" if file.refused else "none refused"
        refused += f", {len(file.skipped):,} skipped" if file.skipped else ""
        rows = f"{counted(file.row_count, 'row')} read, {refused}"
        if file.is_unread:
            return f"{rows}; nothing to check."
        if not self._checked.clashes:
            return f"{rows}; no clashes."
        levels = ", ".join(f"{count:,} {level.wire_name}" for level, count in self._checked.by_level.items())
        return f"{rows}; {counted(len(self._checked.clashes), 'clash')}: {levels}."

    def remarks(self) -> list[str]:
        """What was read from which column, and what else its reader should know."""
        file = self._checked.file
        columns = ", ".join(f"{field} from {column}" for field, column in file.columns)
        told = [f"Columns: {columns}"] if columns else []
        return [printable(line) for line in (*told, *(f"Note: {note}" for note in file.notes))]

    def refusals(self) -> list[str]:
        """A line for each row that was not read, and for each that claims nothing."""
        file = self._checked.file
        not_read = [f"Not read: {one.place}: {one.reason}" for one in file.refused]
        skipped = [f"Skipped: {one.place}: {one.reason}" for one in file.skipped]
        return [printable(line) for line in (*not_read, *skipped)]

    def outcome(self, repair: ScheduleRepair, left: int, written_to: str) -> str:
        """How many bookings a repair moves, whether fewer would do, and what it could not end.

        left: clashes in the file that was written.
        """
        moved = f"{counted(len(repair.changes), 'booking')} of {len(self._checked.file.rows):,} moved"
        if repair.changes or not left:
            at_least = f"at least {repair.moved_at_least:,} must move"
            moved += f" ({'the fewest possible' if repair.moves_fewest else at_least})"
        if not left:
            return f"{moved}; no clashes left in {printable(written_to)}."
        remain = f"{counted(left, 'clash')} {'remains' if left == 1 else 'remain'} in {printable(written_to)}"
        if repair.leaves_fewest:
            return f"{remain} and cannot be ended within the hours and rooms that the schedule uses; {moved}."
        return f"{remain}, for which no fix was found; a longer --limit-seconds may find one. {moved}."

    def _row(self, row: FileBooking) -> str:
        where = "" if row.room is None else f" {printable(row.room)}"
        return f"{self._span(row.start, row.end)}{where}: {printable(row.title)}"

    def _when(self, slot: TimeSlot) -> str:
        return self._span(slot.start_date_time, slot.end_date_time)

    def _span(self, start: datetime, end: datetime) -> str:
        start, end = self._local(start), self._local(end)
        return f"{start:%a %d %b %H:%M}-{end:%H:%M}"

    def _local(self, moment: datetime) -> datetime:
        is_naive = moment.tzinfo is None or self._checked.file.is_naive
        return moment.replace(tzinfo=None) if is_naive else moment.astimezone(self._zone)
