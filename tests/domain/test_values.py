"""Values that only carry: their thresholds, defaults and equality."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.advice import StoredSuggestion
from domain.entities import Claim
from domain.enums import ScheduleStatus, SuggestionKind
from domain.policy import Policy
from domain.schedule import FixedUses, ScheduleSnapshot, SnapshotBooking
from domain.suggestion import Change, Cost, Placement, Suggestion
from domain.time_slot import TimeSlot

NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)
SLOT = TimeSlot(NOW, NOW + timedelta(hours=2))
KEY = UUID(int=1)


def test_the_contracts_thresholds() -> None:
    assert Policy() == Policy(
        minimum_duration=timedelta(minutes=15),
        maximum_duration=timedelta(days=30),
        approval_notice=timedelta(hours=2),
        capacity_warning_share=0.8,
        availability_buffer=timedelta(minutes=15),
        customer_open_bookings=10,
        customer_days_ahead=180,
        suggestion_lifetime=timedelta(minutes=30),
    )


def test_a_fresh_suggestion_is_not_applied_and_answers_nothing_in_particular() -> None:
    place = Placement(UUID(int=2), SLOT, (Claim(UUID(int=3)),))
    change = Change(None, place, place)
    suggestion = Suggestion(SuggestionKind.Rescheduled, "Move it", (change,), Cost(3, (("moved", 3),)), True)
    stored = StoredSuggestion(KEY, KEY, suggestion, {}, NOW, NOW + timedelta(minutes=30))
    assert (stored.schedule_conflict_id, stored.request, stored.applied_at) == (None, None, None)
    assert change.title is None
    with pytest.raises(FrozenInstanceError):
        stored.applied_at = NOW  # type: ignore[misc]


def test_a_booking_in_a_snapshot_may_move_unless_said_otherwise() -> None:
    booking = SnapshotBooking(KEY, UUID(int=2), SLOT, ScheduleStatus.Scheduled, (), NOW)
    assert (booking.movable, booking.version, booking.title, booking.time_zone) == (True, 1, None, "UTC")
    assert (booking.attendees, booking.priority) == (None, 0)


def test_a_snapshot_offers_all_resources_unless_said_otherwise() -> None:
    fixed = FixedUses(KEY, None, ((0, 60, 1, True),))
    snapshot = ScheduleSnapshot(NOW, SLOT, (), (), (), fixed=(fixed,))
    assert (snapshot.offered_resource_ids, snapshot.closures, snapshot.fixed) == (None, (), (fixed,))
