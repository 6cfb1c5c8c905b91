"""What is said of availability stays so until it lapses, and no kept answer outlives that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.availability import Availability, Reason
from domain.availability_lapse import check_lapses_at, slots_lapse_at
from domain.booking import Picture
from domain.conflicts import Pool, Usage
from domain.entities import Resource
from domain.enums import ResourceType
from domain.policy import Policy
from domain.time_slot import TimeSlot
from domain.working_hours import WorkingHours

NINE = datetime(2030, 6, 3, 9, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
MIKES = Resource(
    UUID(int=3),
    "Microphones",
    ResourceType.Equipment,
    working_hours=WorkingHours.daily(8 * 60, 20 * 60),
)


def after(minutes: float) -> datetime:
    """So many minutes after nine."""
    return NINE + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("start", "now", "lapses_at"),
    [
        (0, -90, 0),
        (0, -0.1, 0),
        (0, 0, 1),
        (0, 7.5, 8),
        (0, 59.9, 60),
        (0, 60, None),
        (0, 61, None),
        (0.5, -1, 0),
        (0.5, 0, 0.5),
        (0.5, 0.4, 0.5),
        (0.5, 0.5, 1),
    ],
)
def test_a_check_lapses_when_it_is_past_or_less_is_left(
    start: float, now: float, lapses_at: float | None
) -> None:
    found = check_lapses_at(TimeSlot(after(start), after(60)), after(now))
    assert found == (None if lapses_at is None else after(lapses_at))


@pytest.mark.parametrize(
    ("now", "lapses_at"), [(-90, 0), (-0.1, 0), (0, 30), (29, 30), (30, 60), (59, 60), (60, None), (90, None)]
)
def test_slots_lapse_one_after_the_other(now: float, lapses_at: float | None) -> None:
    """Three slots of an hour, from 9:00, 9:30 and 10:00 on."""
    found = slots_lapse_at(TimeSlot(NINE, after(125)), timedelta(hours=1), after(now))
    assert found == (None if lapses_at is None else after(lapses_at))


def test_a_window_too_short_for_a_slot_never_lapses() -> None:
    assert slots_lapse_at(TimeSlot(NINE, after(20)), HALF_HOUR, after(-60)) is None


Minutes = st.integers(-200, 200).map(lambda half: half / 2)


def said(slot: TimeSlot, now: datetime) -> tuple[object, ...]:
    """All that depends on the present of what is said of a time: why not, where it is free, and its slots."""
    taken = TimeSlot(after(20), after(45))
    usage = Usage(UUID(int=1000), taken, NINE - timedelta(days=9), 1)
    picture = Picture(
        calendars={},
        resources={MIKES.resource_id: MIKES},
        others={Pool(MIKES.resource_id, MIKES.resource_type, MIKES.quantity): (usage,)},
    )
    judge = Availability(
        picture, MIKES.resource_id, quantity=1, buffer=timedelta(minutes=5), now=now, policy=Policy()
    )
    return judge.reasons(slot), tuple(judge.free(slot))


def slots_said(window: TimeSlot, now: datetime) -> list[tuple[Reason, ...]]:
    picture = Picture(calendars={}, resources={MIKES.resource_id: MIKES}, others={})
    judge = Availability(
        picture, MIKES.resource_id, quantity=1, buffer=timedelta(0), now=now, policy=Policy()
    )
    return [judge.reasons(slot) for slot in judge.slots(window, HALF_HOUR)]


@given(start=Minutes, length=st.integers(1, 300), now=Minutes, share=st.floats(0, 1, exclude_max=True))
def test_nothing_changes_before_it_lapses(start: float, length: int, now: float, share: float) -> None:
    slot, present = TimeSlot(after(start), after(start + length)), after(now)
    for lapses_at, tell in (
        (check_lapses_at(slot, present), said),
        (slots_lapse_at(slot, HALF_HOUR, present), slots_said),
    ):
        end = present + timedelta(days=4) if lapses_at is None else lapses_at
        assert end > present
        later = present + timedelta(microseconds=int(share * ((end - present) / timedelta(microseconds=1))))
        assert tell(slot, later) == tell(slot, present)
