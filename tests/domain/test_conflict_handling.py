"""What may be done with a conflict in each of its states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.conflict_handling import as_seen, dismissed, escalated, resolved, reviewed
from domain.entities import ScheduleConflict
from domain.enums import ConflictLevel, ConflictStatus, ConflictType, ResolutionMethod
from domain.errors import StateConflict

NOW = datetime(2030, 6, 1, tzinfo=UTC)
EARLIER = NOW - timedelta(days=1)
BOSS, CHIEF = UUID(int=1), UUID(int=2)
OVERRIDE, SPLIT = ResolutionMethod.OverrideApplied, ResolutionMethod.Split

DETECTED = ScheduleConflict(
    UUID(int=10),
    UUID(int=11),
    UUID(int=12),
    ConflictType.VenueConflict,
    ConflictLevel.Critical,
    ConflictStatus.Detected,
    EARLIER,
)
UNDER_REVIEW = replace(DETECTED, status=ConflictStatus.UnderReview)
ESCALATED = replace(
    DETECTED,
    status=ConflictStatus.Escalated,
    escalated_at=EARLIER,
    escalated_to=BOSS,
    escalation_reason="Urgent",
)
DISMISSED = replace(DETECTED, status=ConflictStatus.Dismissed, note="Fine")
RESOLVED = replace(
    DETECTED,
    status=ConflictStatus.Resolved,
    resolved_at=EARLIER,
    resolved_by=BOSS,
    resolution_method=SPLIT,
    note="Done",
)
OPEN = [DETECTED, UNDER_REVIEW, ESCALATED]
CLOSED = [DISMISSED, RESOLVED]


def resolve(
    conflict: ScheduleConflict, method: ResolutionMethod, note: str | None = None, *, stands: bool = False
) -> ScheduleConflict:
    return resolved(conflict, method, by=CHIEF, now=NOW, note=note, stands=stands)


@pytest.mark.parametrize("before", OPEN)
def test_an_open_conflict_can_be_dealt_with(before: ScheduleConflict) -> None:
    assert reviewed(before) == replace(before, status=ConflictStatus.UnderReview)
    assert escalated(before, CHIEF, "Too big", NOW) == replace(
        before,
        status=ConflictStatus.Escalated,
        escalated_at=NOW,
        escalated_to=CHIEF,
        escalation_reason="Too big",
    )
    assert dismissed(before, "Fine") == replace(before, status=ConflictStatus.Dismissed, note="Fine")
    assert resolve(before, SPLIT, "Done") == replace(
        before,
        status=ConflictStatus.Resolved,
        resolved_at=NOW,
        resolved_by=CHIEF,
        resolution_method=SPLIT,
        note="Done",
    )


@pytest.mark.parametrize(
    ("conflict", "change", "done"),
    [
        (RESOLVED, reviewed, "Resolved already; only an open one can be reviewed"),
        (DISMISSED, reviewed, "Dismissed already; only an open one can be reviewed"),
        (
            RESOLVED,
            lambda one: escalated(one, CHIEF, "Why", NOW),
            "Resolved already; only an open one can be escalated",
        ),
        (
            DISMISSED,
            lambda one: escalated(one, CHIEF, "Why", NOW),
            "Dismissed already; only an open one can be escalated",
        ),
        (RESOLVED, lambda one: dismissed(one, None), "Resolved already; only an open one can be dismissed"),
        (RESOLVED, lambda one: resolve(one, OVERRIDE), "Resolved already; only an open one can be resolved"),
        (DISMISSED, lambda one: resolve(one, SPLIT), "Dismissed already; only an open one can be resolved"),
    ],
)
def test_a_closed_conflict_stays_closed(
    conflict: ScheduleConflict, change: Callable[[ScheduleConflict], ScheduleConflict], done: str
) -> None:
    with pytest.raises(StateConflict) as caught:
        change(conflict)
    assert caught.value.detail == f"This conflict is {done}"


def test_the_same_again_changes_nothing() -> None:
    assert reviewed(UNDER_REVIEW) == UNDER_REVIEW
    assert escalated(ESCALATED, BOSS, "Urgent", NOW) == ESCALATED
    assert dismissed(DISMISSED, "Another reason") == DISMISSED
    assert resolve(RESOLVED, SPLIT) == RESOLVED
    assert resolve(RESOLVED, SPLIT, "And told them") == replace(RESOLVED, note="And told them")


@pytest.mark.parametrize(("to", "reason"), [(CHIEF, "Urgent"), (BOSS, "Very urgent")])
def test_another_escalation_is_a_new_one(to: UUID, reason: str) -> None:
    after = escalated(ESCALATED, to, reason, NOW)
    assert (after.escalated_to, after.escalation_reason, after.escalated_at) == (to, reason, NOW)


@pytest.mark.parametrize("method", set(ResolutionMethod) - {OVERRIDE})
def test_a_clash_that_stands_can_only_be_accepted(method: ResolutionMethod) -> None:
    with pytest.raises(StateConflict):
        resolve(DETECTED, method, stands=True)
    assert resolve(DETECTED, OVERRIDE, stands=True).resolution_method is OVERRIDE


def test_notes_are_kept_unless_replaced() -> None:
    noted = replace(UNDER_REVIEW, note="Called them")
    assert dismissed(noted, None).note == "Called them"
    assert resolve(noted, SPLIT).note == "Called them"
    assert resolve(noted, SPLIT, "Agreed").note == "Agreed"


@pytest.mark.parametrize("conflict", OPEN)
def test_an_open_conflict_is_over_when_a_booking_lapses(conflict: ScheduleConflict) -> None:
    assert as_seen(conflict, None) == conflict
    assert as_seen(conflict, EARLIER) == replace(
        conflict,
        status=ConflictStatus.Resolved,
        resolution_method=ResolutionMethod.EventCancelled,
        resolved_at=EARLIER,
    )


@pytest.mark.parametrize("conflict", CLOSED)
def test_a_closed_conflict_is_as_it_was_closed(conflict: ScheduleConflict) -> None:
    assert as_seen(conflict, NOW) == conflict
