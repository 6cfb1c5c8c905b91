"""What a request to book asks for: a single booking or a series."""

from __future__ import annotations

from api.dto.scheduled_event import ScheduleEventDto
from api.features.schedule_event import ScheduleEvent
from api.features.schedule_series import ScheduleSeries
from domain.enums import ScheduleStatus
from domain.errors import FieldException


def command_of(body: ScheduleEventDto, *, dry: bool = False) -> ScheduleEvent | ScheduleSeries:
    """The command of a POST /api/schedules. dry: leave out the override, to see what would refuse it."""
    reason = None if dry else body.override_reason
    status, pattern = ScheduleStatus[body.status], body.pattern
    if pattern is not None:
        return ScheduleSeries(
            body.event_id,
            body.calendar_id,
            body.slot,
            body.time_zone,
            pattern,
            status,
            body.claims,
            body.hold_expires_at,
            reason,
            tuple(body.skipped_occurrences),
        )
    if body.skipped_occurrences:
        raise FieldException("skippedOccurrences", "Only a series (recurrencePattern) skips occurrences")
    return ScheduleEvent(
        body.event_id,
        body.calendar_id,
        body.slot,
        body.time_zone,
        status,
        body.claims,
        body.hold_expires_at,
        reason,
    )
