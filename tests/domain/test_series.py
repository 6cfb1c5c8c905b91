"""What a series says of each of its dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from domain.entities import Claim
from domain.enums import RecurrenceType, ScheduleStatus
from domain.proposal import Proposal
from domain.recurrence.pattern import RecurrencePattern
from domain.series import AskedSeries, Series, SeriesRequest, version_of
from domain.suggestion import Placement
from domain.time_slot import TimeSlot

CREATED = datetime(2030, 1, 1, tzinfo=UTC)
FIRST = datetime.fromisoformat("2030-03-30T02:30")
DAILY = RecurrencePattern(RecurrenceType.Daily, occurrence_count=3)
SERIES, EVENT, CALENDAR, OWNER, KEY = (UUID(int=number) for number in range(1, 6))
CLAIMS = (Claim(UUID(int=10)),)
HOURS = timedelta(hours=2)


def utc(day: int, hour: int, minute: int, month: int = 3) -> datetime:
    return datetime(2030, month, day, hour, minute, tzinfo=UTC)


SLOTS = [
    # The day before the clocks go forward, the gap itself, and the day after, in Berlin.
    (FIRST, TimeSlot(utc(30, 1, 30), utc(30, 3, 30))),
    (FIRST.replace(day=31), TimeSlot(utc(31, 1, 30), utc(31, 3, 30))),
    (FIRST.replace(month=4, day=1), TimeSlot(utc(1, 0, 30, 4), utc(1, 2, 30, 4))),
    # Shown twice: the first counts.
    (FIRST.replace(month=10, day=27), TimeSlot(utc(27, 0, 30, 10), utc(27, 2, 30, 10))),
]


def request(**fields: Any) -> SeriesRequest:
    return SeriesRequest(
        SERIES,
        EVENT,
        CALENDAR,
        FIRST,
        HOURS,
        "Europe/Berlin",
        DAILY,
        ScheduleStatus.Tentative,
        CREATED,
        CLAIMS,
        hold_expires_at=utc(29, 0, 0),
        override_reason="Because",
        **fields,
    )


@pytest.mark.parametrize(("original_start", "slot"), SLOTS)
def test_a_date_is_what_the_clock_shows_for_its_exact_duration(
    original_start: datetime, slot: TimeSlot
) -> None:
    series = Series(SERIES, EVENT, CALENDAR, OWNER, FIRST, HOURS, "Europe/Berlin", DAILY, CREATED, OWNER)
    assert series.slot_of(original_start) == slot
    assert request().slot_of(original_start) == slot
    assert (series.version, series.modified_at, series.modified_by) == (1, None, None)


def test_a_date_is_proposed_with_all_that_the_series_asks_for() -> None:
    assert request().zone == ZoneInfo("Europe/Berlin")
    assert request().proposal(KEY, FIRST) == Proposal(
        scheduled_event_id=KEY,
        event_id=EVENT,
        calendar_id=CALENDAR,
        slot=SLOTS[0][1],
        time_zone="Europe/Berlin",
        status=ScheduleStatus.Tentative,
        created_at=CREATED,
        claims=CLAIMS,
        hold_expires_at=utc(29, 0, 0),
        override_reason="Because",
        is_new=True,
    )


def test_a_date_that_is_moved_from_the_start_goes_there_and_no_other_does() -> None:
    elsewhere = Placement(UUID(int=20), TimeSlot(utc(30, 8, 0), utc(30, 9, 0)), (Claim(UUID(int=21)),))
    asked = request(moved={FIRST: elsewhere})
    there, other = asked.proposal(KEY, FIRST), asked.proposal(KEY, SLOTS[2][0])
    assert (there.calendar_id, there.slot, there.claims) == (
        elsewhere.calendar_id,
        elsewhere.slot,
        elsewhere.claims,
    )
    assert (other.calendar_id, other.slot, other.claims) == (CALENDAR, SLOTS[2][1], CLAIMS)
    assert (there.event_id, there.status, there.override_reason) == (
        EVENT,
        ScheduleStatus.Tentative,
        "Because",
    )
    assert (request().moved, request().skipped) == ({}, frozenset())


def test_a_version_counts_every_change_of_the_series_and_of_its_dates() -> None:
    assert version_of(1, [1, 1, 1]) == 1
    assert version_of(1, [1, 3, 2]) == 4
    assert version_of(4, []) == 4


def test_a_proposal_is_known_by_its_original_start() -> None:
    asked = request()
    later = FIRST + timedelta(days=7)
    keys = {FIRST: UUID(int=31), later: UUID(int=32)}
    series = AskedSeries(asked, {start: asked.proposal(key, start) for start, key in keys.items()})
    assert [series.original_start(UUID(int=number)) for number in (31, 32)] == [FIRST, later]
