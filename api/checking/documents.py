"""What a check found, as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from api.checking.check_schedule import CheckedSchedule, FoundClash
from api.imports.schedule_file import FileBooking, ScheduleFile
from domain.suggestion import Change, Placement, Suggestion
from domain.time_slot import TimeSlot
from persistence.documents import json_value
from solver.schedule_repair import ScheduleRepair

Document = dict[str, Any]


class CheckDocuments:
    """Writes one check down; times are as the file has them: with Z, or naive where it names no zone."""

    def __init__(self, checked: CheckedSchedule) -> None:
        self._picture = checked.picture
        self._is_naive = checked.file.is_naive

    def clash(self, found: FoundClash, suggestions: Iterable[Suggestion]) -> Document:
        """One clash with its fixes."""
        return {
            "conflictType": found.clash.conflict_type.name,
            "conflictLevel": found.level.name,
            "resource": found.resource,
            "events": [self._event(row) for row in found.rows],
            "overlap": self._slot(found.overlap),
            "suggestions": [self._suggestion(one) for one in suggestions],
        }

    def repair(self, repair: ScheduleRepair, written_to: str, left: int) -> Document:
        """What was done about all clashes together. left: clashes in the file as written."""
        return {
            "moved": len(repair.changes),
            "movedAtLeast": repair.moved_at_least,
            "optimal": repair.moves_fewest,
            "conflictsLeft": left,
            "writtenTo": written_to,
            "moves": [{"summary": sentence, **self._change(change)} for change, sentence in repair.changes],
        }

    def _event(self, row: FileBooking) -> Document:
        return {
            "id": row.key,
            "title": row.title,
            "startDateTime": self._time(row.start),
            "endDateTime": self._time(row.end),
            "room": row.room,
        }

    def _suggestion(self, suggestion: Suggestion) -> Document:
        cost = suggestion.cost
        return {
            "kind": suggestion.kind.value,
            "summary": suggestion.summary,
            "changes": [self._change(change) for change in suggestion.changes],
            "cost": {"total": cost.total, "terms": dict(cost.terms)},
            "optimal": suggestion.optimal,
        }

    def _change(self, change: Change) -> Document:
        assert change.scheduled_event_id is not None
        return {
            "id": self._picture.booking_keys[change.scheduled_event_id],
            "title": change.title,
            "from": self._placement(change.before),
            "to": self._placement(change.after),
        }

    def _placement(self, placement: Placement) -> Document:
        return {**self._slot(placement.slot), "room": self._picture.room_names[placement.calendar_id]}

    def _slot(self, slot: TimeSlot) -> Document:
        return {
            "startDateTime": self._time(slot.start_date_time),
            "endDateTime": self._time(slot.end_date_time),
        }

    def _time(self, moment: datetime) -> str:
        if self._is_naive:
            return moment.replace(tzinfo=None).isoformat()
        return str(json_value(moment.astimezone(UTC)))


def rows_document(file: ScheduleFile) -> Document:
    """What became of the rows of a file."""
    return {
        "read": file.row_count,
        "refused": len(file.refused),
        "refusals": [{"place": row.place, "reason": row.reason} for row in file.refused],
        "skipped": len(file.skipped),
        "skips": [{"place": row.place, "reason": row.reason} for row in file.skipped],
        "notes": list(file.notes),
        "columns": dict(file.columns),
    }
