"""The enumerations' members, orders and names."""

from __future__ import annotations

import pytest

from domain.enums import (
    OPEN_CONFLICT_STATUSES,
    AccessLevel,
    ClaimRole,
    ConflictLevel,
    ConflictStatus,
    RecurrenceType,
    Role,
    SuggestionKind,
)


@pytest.mark.parametrize(
    ("level", "name"),
    list(zip(ConflictLevel, ["None", "Minor", "Moderate", "Severe", "Critical"], strict=True)),
)
def test_no_conflict_is_called_none(level: ConflictLevel, name: str) -> None:
    assert level.wire_name == name


def test_open_conflicts() -> None:
    assert {status for status in ConflictStatus if status in OPEN_CONFLICT_STATUSES} == {
        ConflictStatus.Detected,
        ConflictStatus.UnderReview,
        ConflictStatus.Escalated,
    }


def test_what_the_design_adds_keeps_its_integers() -> None:
    assert {one.name: one.value for one in Role} == {"Customer": 0, "Staff": 1, "Manager": 2, "Admin": 3}
    assert {one.name: one.value for one in AccessLevel} == {"View": 0, "Book": 1}
    assert {one.name: one.value for one in ClaimRole} == {"Primary": 0, "Secondary": 1}
    assert RecurrenceType.NONE == 0
    assert [str(one) for one in SuggestionKind] == [
        "Rescheduled",
        "ResourceChanged",
        "RescheduledAndResourceChanged",
        "OccurrencesSkipped",
    ]
