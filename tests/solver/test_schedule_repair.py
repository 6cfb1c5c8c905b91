"""Advice on every conflict of one snapshot, and on all of them together."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.conflicts import Clash
from domain.entities import Calendar, Claim, Resource
from domain.enums import CalendarType, ConflictType, OwnerType, ResourceType, ScheduleStatus
from domain.schedule import ScheduleSnapshot, SnapshotBooking
from domain.time_slot import TimeSlot
from solver import Limits, Weights
from solver.advisor import ConflictAdvisor, advise_on_conflict
from solver.moving_terms import MovingTerms
from solver.schedule_repair import repair_schedule

DAY = datetime(2026, 3, 2, tzinfo=UTC)
TERMS = MovingTerms(weights=Weights(touch_short_notice=0))
HALLS = {name: UUID(int=number) for number, name in enumerate(("A", "B"), start=1)}


def hall(name: str) -> tuple[Resource, Calendar]:
    calendar = Calendar(
        calendar_id=UUID(int=HALLS[name].int + 100),
        name=name,
        calendar_type=CalendarType.Venue,
        owner_id=HALLS[name],
        owner_type=OwnerType.Venue,
        time_zone="UTC",
        created_at=DAY,
    )
    return Resource(HALLS[name], name, ResourceType.Venue), calendar


def booking(number: int, name: str, start_hour: float, **more: object) -> SnapshotBooking:
    start = DAY + timedelta(hours=start_hour)
    return SnapshotBooking(
        scheduled_event_id=UUID(int=1_000 + number),
        calendar_id=UUID(int=HALLS[name].int + 100),
        slot=TimeSlot(start, start + timedelta(hours=1)),
        status=ScheduleStatus.Scheduled,
        claims=(Claim(HALLS[name]),),
        created_at=DAY + timedelta(seconds=number),
        title=f"Talk {number}",
        **more,
    )


def snapshot(*bookings: SnapshotBooking) -> ScheduleSnapshot:
    resources, calendars = zip(*(hall(name) for name in HALLS), strict=True)
    horizon = TimeSlot(DAY + timedelta(hours=9), DAY + timedelta(hours=17))
    return ScheduleSnapshot(DAY - timedelta(days=1), horizon, resources, calendars, bookings)


CROWDED = snapshot(booking(1, "A", 10), booking(2, "A", 10.5), booking(3, "A", 11), booking(4, "B", 10))
FIRST = Clash(UUID(int=1_002), UUID(int=1_001), ConflictType.VenueConflict, HALLS["A"])
SECOND = Clash(UUID(int=1_003), UUID(int=1_002), ConflictType.VenueConflict, HALLS["A"])


def test_one_advisor_says_of_each_conflict_what_is_said_of_it_alone():
    advisor = ConflictAdvisor(CROWDED, TERMS)
    for clash in (FIRST, SECOND):
        assert advisor.advise(clash, count=3) == advise_on_conflict(CROWDED, clash, terms=TERMS, count=3)
        assert advisor.advise(clash, count=1)[0].optimal


def test_no_advice_on_what_is_no_clash_or_not_there():
    advisor = ConflictAdvisor(CROWDED, TERMS)
    assert advisor.advise(Clash(UUID(int=1_003), UUID(int=1_001), FIRST.conflict_type, HALLS["A"])) == ()
    assert advisor.advise(Clash(UUID(int=9), UUID(int=1_001), FIRST.conflict_type, HALLS["A"])) == ()


def test_only_what_is_in_focus_moves():
    advisor = ConflictAdvisor(CROWDED, TERMS, focus=[UUID(int=1_001)])
    moved = {change.scheduled_event_id for fix in advisor.advise(FIRST) for change in fix.changes}
    assert moved == {UUID(int=1_001)}


def test_one_move_ends_two_clashes_and_is_known_to_be_the_fewest():
    repair = repair_schedule(CROWDED, TERMS)
    ((change, sentence),) = repair.changes
    assert change.scheduled_event_id == UUID(int=1_002)
    assert sentence == "Move Talk 2 to B on Monday 2 March, 11:00-12:00"
    assert (repair.moved_at_least, repair.conflicts_left, repair.moves_fewest) == (1, 0, True)
    assert repair.leaves_fewest


def test_nothing_to_do_is_done_with_no_move():
    repair = repair_schedule(snapshot(booking(1, "A", 10)), TERMS)
    assert (repair.changes, repair.moved_at_least, repair.conflicts_left) == ((), 0, 0)
    assert repair.moves_fewest


def test_what_cannot_be_ended_stays():
    stuck = snapshot(booking(1, "A", 10, movable=False), booking(2, "A", 10, movable=False))
    repair = repair_schedule(stuck, TERMS)
    assert (repair.changes, repair.moved_at_least, repair.conflicts_left) == ((), 0, 1)
    assert repair.leaves_fewest


@pytest.mark.parametrize("attendees", [0, 500])
def test_the_bound_counts_bookings_whatever_they_cost(attendees):
    bookings = [replace(one, attendees=attendees if one.title == "Talk 2" else 0) for one in CROWDED.bookings]
    repair = repair_schedule(replace(CROWDED, bookings=tuple(bookings)), TERMS, limits=Limits(5, 60))
    assert repair.moved_at_least <= len(repair.changes)
    assert repair.conflicts_left == 0
