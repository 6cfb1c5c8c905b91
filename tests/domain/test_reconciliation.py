"""Bringing the record in line with what detection found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.conflicts import Clash
from domain.entities import ScheduleConflict
from domain.enums import ConflictLevel, ConflictStatus, ConflictType, ResolutionMethod
from domain.reconciliation import Reconciliation, RecordedClash, reconcile
from domain.time_slot import TimeSlot

MIDNIGHT = datetime(2030, 6, 1, tzinfo=UTC)
KIND, HALL = ConflictType.VenueConflict, UUID(int=9)
CRITICAL, MODERATE = ConflictLevel.Critical, ConflictLevel.Moderate


def hours(start: int, end: int) -> TimeSlot:
    return TimeSlot(MIDNIGHT + timedelta(hours=start), MIDNIGHT + timedelta(hours=end))


DAY = hours(0, 24)
MEETING = (hours(9, 11), hours(10, 12))


def clash(number: int) -> Clash:
    return Clash(UUID(int=100 + number), UUID(int=200 + number), KIND, HALL)


def recorded(
    number: int,
    status: ConflictStatus = ConflictStatus.Detected,
    spans: tuple[TimeSlot, TimeSlot] = MEETING,
    *,
    is_live: bool = True,
    is_shared: bool = True,
    level: ConflictLevel = CRITICAL,
) -> RecordedClash:
    one = clash(number)
    conflict = ScheduleConflict(
        UUID(int=300 + number),
        one.scheduled_event_id,
        one.conflicting_event_id,
        KIND,
        level,
        status,
        MIDNIGHT,
        HALL,
    )
    return RecordedClash(conflict, spans, is_live, is_shared)


def test_what_is_new_is_recorded_and_what_is_known_is_left() -> None:
    found = {clash(number): CRITICAL for number in range(3)}
    assert reconcile(found, [recorded(0), recorded(1, ConflictStatus.Dismissed)], DAY) == Reconciliation(
        to_record={clash(2): CRITICAL}, to_close={}, detected=1, resolved=0, open=2
    )


@pytest.mark.parametrize(
    ("status", "open_after"),
    [
        (ConflictStatus.Detected, 1),
        (ConflictStatus.UnderReview, 1),
        (ConflictStatus.Escalated, 1),
        (ConflictStatus.Dismissed, 0),
        (ConflictStatus.Resolved, 0),
    ],
)
def test_a_known_clash_counts_as_open_when_it_is(status: ConflictStatus, open_after: int) -> None:
    assert reconcile({clash(0): CRITICAL}, [recorded(0, status)], DAY) == Reconciliation(
        {}, {}, 0, 0, open_after
    )


def test_another_level_is_recorded_but_is_no_detection() -> None:
    change = reconcile({clash(0): CRITICAL}, [recorded(0, level=MODERATE)], DAY)
    assert change == Reconciliation({clash(0): CRITICAL}, {}, 0, 0, 1)


@pytest.mark.parametrize(
    ("over", "method"),
    [
        (recorded(0, is_live=False, is_shared=False), ResolutionMethod.EventCancelled),
        (recorded(0, is_shared=False), ResolutionMethod.ResourceChanged),
        (recorded(0, spans=(hours(9, 10), hours(10, 11))), ResolutionMethod.Rescheduled),
        (recorded(0, spans=(hours(9, 10), hours(40, 41))), ResolutionMethod.Rescheduled),
        (recorded(0), ResolutionMethod.ResourceChanged),
    ],
)
def test_what_is_over_is_closed_by_what_ended_it(over: RecordedClash, method: ResolutionMethod) -> None:
    assert reconcile({}, [over], DAY) == Reconciliation({}, {method: [clash(0)]}, 0, 1, 0)


def test_closing_what_was_set_aside_resolves_nothing() -> None:
    over = recorded(0, ConflictStatus.Dismissed, is_live=False)
    change = reconcile({}, [over], DAY)
    assert change == Reconciliation({}, {ResolutionMethod.EventCancelled: [clash(0)]}, 0, 0, 0)


@pytest.mark.parametrize("window", [hours(20, 30), hours(11, 30), hours(0, 10)])
def test_bookings_that_meet_outside_the_window_may_still_clash(window: TimeSlot) -> None:
    assert reconcile({}, [recorded(0)], window) == Reconciliation({}, {}, 0, 0, 0)
