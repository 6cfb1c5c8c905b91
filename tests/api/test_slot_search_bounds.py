"""No search looks at more than takes about a second."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from api.advice.slot_search import ensure_bounded
from domain.errors import FieldException
from domain.slot_grid import SlotGrid
from domain.time_slot import TimeSlot
from solver.slot_query import SlotQuery, WantedGroup

START = datetime(2030, 1, 1, tzinfo=UTC)


def _query(step: int, occurrences: int, choices: int, count: int = 1) -> SlotQuery:
    window = TimeSlot(START, START + timedelta(days=92))
    grid = SlotGrid(window, timedelta(hours=1), ZoneInfo("UTC"), step, count=occurrences)
    return SlotQuery(grid, (WantedGroup(tuple(uuid4() for _ in range(choices)), count),))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (_query(5, 31, 1), "window.to"),
        (_query(5, 1, 28), "stepMinutes"),
        (_query(30, 1, 200, 2), "window.to"),
        (_query(30, 3, 100), "window.to"),
    ],
)
def test_too_much_to_look_at_is_refused_with_what_to_change(query: SlotQuery, field: str) -> None:
    with pytest.raises(FieldException) as refused:
        ensure_bounded(query)
    assert list(refused.value.errors) == [field]


@pytest.mark.parametrize(
    "query", [_query(5, 1, 27), _query(30, 1, 200), _query(30, 3, 60), _query(60, 31, 10)]
)
def test_what_takes_about_a_second_is_looked_at(query: SlotQuery) -> None:
    ensure_bounded(query)
