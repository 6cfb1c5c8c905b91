"""How long a series may be."""

from __future__ import annotations

import pytest

from domain.errors import TooManyOccurrences
from domain.rules.recurrence import ensure_occurrences_allowed


def test_as_many_as_the_policy_says_and_no_more() -> None:
    ensure_occurrences_allowed(365, 365, "recurrencePattern.occurrenceCount")
    with pytest.raises(TooManyOccurrences) as refused:
        ensure_occurrences_allowed(366, 365, "recurrencePattern.occurrenceCount")
    assert refused.value.errors == {
        "recurrencePattern.occurrenceCount": ["Recurring events cannot exceed 365 occurrences"]
    }
