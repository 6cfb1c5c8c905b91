"""What several expansions may cost together."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from domain.enums import RecurrenceType
from domain.errors import FieldException
from domain.recurrence.effort import Effort
from domain.recurrence.expansion import expand
from domain.recurrence.pattern import RecurrencePattern

FIRST = datetime.fromisoformat("2026-03-02T09:00")
UTC = ZoneInfo("UTC")


def test_series_share_what_they_may_cost_together() -> None:
    effort = Effort(25)
    pattern = RecurrencePattern(RecurrenceType.Daily, occurrence_count=11)
    assert len(expand(pattern, FIRST, UTC, effort=effort)) == 11
    assert (effort.left, effort.is_spent) == (15, False)
    assert len(expand(pattern, FIRST, UTC, effort=effort)) == 11
    with pytest.raises(FieldException):
        expand(pattern, FIRST, UTC, effort=effort)
    assert effort.is_spent


def test_a_share_is_part_of_the_whole() -> None:
    whole = Effort(25)
    pattern = RecurrencePattern(RecurrenceType.Daily, occurrence_count=11)
    share = whole.share(15)
    assert len(expand(pattern, FIRST, UTC, effort=share)) == 11
    assert (share.left, whole.left) == (5, 15)
    with pytest.raises(FieldException):
        expand(pattern, FIRST, UTC, effort=share)
    assert (share.left, share.is_spent, whole.left, whole.is_spent) == (-1, True, 9, False)
    assert (whole.share(10).left, whole.share(8).left, Effort(-1).share(10).left) == (9, 8, 0)
