"""What may be done with a conflict: review, escalate, dismiss or resolve it while it is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from domain.entities import ScheduleConflict
from domain.enums import OPEN_CONFLICT_STATUSES, ConflictStatus, ResolutionMethod
from domain.errors import StateConflict


def as_seen(conflict: ScheduleConflict, gone_at: datetime | None) -> ScheduleConflict:
    """The conflict as of now: an open one is over as soon as one of its bookings no longer holds its place.

    gone_at: since when that is so; None while both hold theirs.
    """
    if gone_at is None or conflict.status not in OPEN_CONFLICT_STATUSES:
        return conflict
    return replace(
        conflict,
        status=ConflictStatus.Resolved,
        resolution_method=ResolutionMethod.EventCancelled,
        resolved_at=gone_at,
    )


def reviewed(conflict: ScheduleConflict) -> ScheduleConflict:
    """The conflict while somebody looks into it."""
    _ensure_open(conflict, "reviewed")
    return replace(conflict, status=ConflictStatus.UnderReview)


def escalated(conflict: ScheduleConflict, to: UUID, reason: str, now: datetime) -> ScheduleConflict:
    """The conflict in somebody else's hands (SCH-015); the same hands for the same reason change nothing."""
    _ensure_open(conflict, "escalated")
    already = conflict.status is ConflictStatus.Escalated
    if already and (conflict.escalated_to, conflict.escalation_reason) == (to, reason):
        return conflict
    return replace(
        conflict,
        status=ConflictStatus.Escalated,
        escalated_at=now,
        escalated_to=to,
        escalation_reason=reason,
    )


def dismissed(conflict: ScheduleConflict, note: str | None) -> ScheduleConflict:
    """The conflict set aside for as long as its clash lasts; a second dismissal changes nothing."""
    if conflict.status is ConflictStatus.Dismissed:
        return conflict
    _ensure_open(conflict, "dismissed")
    return replace(conflict, status=ConflictStatus.Dismissed, note=note or conflict.note)


def resolved(
    conflict: ScheduleConflict,
    method: ResolutionMethod,
    *,
    by: UUID,
    now: datetime,
    note: str | None,
    stands: bool,
) -> ScheduleConflict:
    """The conflict dealt with. Only OverrideApplied ends one that still stands: it accepts the clash.

    Said again of one that was resolved so, it only adds the note.
    stands: whether the two bookings still clash.
    """
    if (conflict.status, conflict.resolution_method) == (ConflictStatus.Resolved, method):
        return replace(conflict, note=note or conflict.note)
    _ensure_open(conflict, "resolved")
    if stands and method is not ResolutionMethod.OverrideApplied:
        raise StateConflict(
            "The two bookings still clash: apply a suggestion, move or cancel one of them,"
            " or resolve the conflict as OverrideApplied to accept it as it is"
        )
    return replace(
        conflict,
        status=ConflictStatus.Resolved,
        resolution_method=method,
        resolved_at=now,
        resolved_by=by,
        note=note or conflict.note,
    )


def _ensure_open(conflict: ScheduleConflict, wanted: str) -> None:
    if conflict.status not in OPEN_CONFLICT_STATUSES:
        raise StateConflict(
            f"This conflict is {conflict.status.name} already; only an open one can be {wanted}"
        )
