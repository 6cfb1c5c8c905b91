"""Bookings become integers and come back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.entities import Claim, Closure
from domain.enums import ClaimRole, ScheduleStatus
from domain.time_slot import TimeSlot
from solver import InvalidProblem, Requirement, ResourceKind
from solver.clock import Clock
from solver.moving_terms import MovingTerms
from solver.translate import translate
from tests.solver.house import (
    ANNA,
    BALLROOM,
    CALENDARS,
    CELLAR,
    HORIZON,
    MIKES,
    NOW,
    OFFICE,
    PAVILION,
    RESOURCES,
    booking,
    calendar,
    slot,
    snapshot,
    uid,
)

DAY = 1_440
WEDDING = booking(1, "Wedding", BALLROOM, slot(26, 18, 5), ANNA, attendees=150)


def only(made, **more):
    (activity,) = translate(snapshot(made), **more).problem.activities
    return activity


def test_resources_carry_over_and_limited_calendars_come_last():
    closure = Closure(uid(9), PAVILION, slot(27, 10, 2))
    problem = translate(snapshot(WEDDING, closures=(closure,))).problem
    kinds = [resource.kind.value for resource in problem.resources]
    assert kinds == ["Venue"] * 3 + ["Staff"] * 2 + ["Equipment", "Calendar"]
    ballroom, pavilion, _, anna, _, mikes, office = problem.resources
    assert ballroom.seats == 200
    assert ballroom.features < pavilion.features
    assert pavilion.closures == ((2 * DAY + 600, 2 * DAY + 720),)
    assert anna.open_windows is None
    assert anna.interchange_group == 0
    assert (mikes.capacity, office.capacity) == (12, 1)
    # From 6 to midnight each day, the day before and after the horizon included.
    assert ballroom.open_windows is not None
    assert ballroom.open_windows[2:4] == ((360, DAY), (DAY + 360, 2 * DAY))
    assert problem.horizon_minutes == 9 * DAY


def test_a_booking_becomes_minutes_with_its_permitted_starts():
    activity = only(WEDDING)
    assert (activity.start_minute, activity.duration_minutes) == (DAY + 1_080, 300)
    assert activity.start_windows == ((0, 9 * DAY - 300 + 1),)
    assert activity.start_step_minutes == 15
    assert (activity.attendees, activity.touch_cost) == (150, 1_300)


def test_alternatives_are_equal_or_better_and_closest_first():
    hall, staff = only(WEDDING).requirements
    assert hall == Requirement(0, 1, True, (1,), 150, hall.features_needed)
    assert len(hall.features_needed) == 1
    assert staff.alternatives == (4,)
    plain = only(booking(2, "Talk", CELLAR, slot(26, 9, 1), attendees=10)).requirements
    assert plain[0].alternatives == (0, 1)
    unknown = only(booking(3, "Talk", CELLAR, slot(26, 9, 1))).requirements
    assert (unknown[0].seats_needed, unknown[0].alternatives) == (300, ())


def test_what_is_inactive_not_offered_or_without_a_calendar_is_no_alternative():
    inactive = tuple(replace(r, is_active=r.resource_id != PAVILION) for r in RESOURCES)
    hidden = frozenset({BALLROOM, CELLAR, ANNA})
    no_calendar = tuple(c for c in CALENDARS if c.owner_id != PAVILION)
    closed_calendar = (*no_calendar, calendar(PAVILION, is_active=False))
    for more in (
        {"resources": inactive},
        {"offered_resource_ids": hidden},
        {"calendars": no_calendar},
        {"calendars": closed_calendar},
    ):
        (activity,) = translate(snapshot(WEDDING, **more)).problem.activities
        assert activity.requirements[0].alternatives == ()


def test_equipment_and_people_without_a_group_have_no_stand_in():
    loose = tuple(replace(r, interchange_group=None) for r in RESOURCES)
    (activity,) = translate(snapshot(WEDDING, resources=loose)).problem.activities
    assert activity.requirements[1].alternatives == ()


@pytest.mark.parametrize(
    ("change", "terms"),
    [
        ({"status": ScheduleStatus.Confirmed}, MovingTerms()),
        ({"status": ScheduleStatus.Rescheduling}, MovingTerms(move_confirmed=True)),
        ({"movable": False}, MovingTerms()),
        ({"slot": TimeSlot(NOW - timedelta(hours=1), NOW + timedelta(hours=9))}, MovingTerms()),
        ({"slot": TimeSlot(NOW + timedelta(minutes=119), NOW + timedelta(hours=9))}, MovingTerms()),
    ],
)
def test_what_may_not_move_is_pinned(change, terms):
    activity = only(replace(WEDDING, **change), terms=terms)
    assert activity.is_pinned
    assert all(needed.alternatives == () for needed in activity.requirements)


@pytest.mark.parametrize(
    ("change", "terms"),
    [
        ({"status": ScheduleStatus.Confirmed}, MovingTerms(move_confirmed=True)),
        ({"slot": TimeSlot(NOW + timedelta(minutes=120), NOW + timedelta(hours=9))}, MovingTerms()),
        ({"slot": TimeSlot(NOW + timedelta(minutes=1), NOW + timedelta(hours=9))}, MovingTerms(1)),
    ],
)
def test_what_may_move_is_not(change, terms):
    assert not only(replace(WEDDING, **change), terms=terms).is_pinned


def test_only_the_focus_moves():
    other = booking(2, "Gala", CELLAR, slot(27, 18, 2))
    translation = translate(snapshot(WEDDING, other), focus=[other.scheduled_event_id])
    assert [activity.is_pinned for activity in translation.problem.activities] == [True, False]


def test_nothing_is_moved_into_the_time_of_notice_but_a_request_may_be_near():
    soon = replace(HORIZON, start_date_time=NOW)
    made = snapshot(WEDDING, horizon=soon)
    request = booking(5, "New", CELLAR, slot(27, 18, 2))
    booked, asked = translate(made, request=request).problem.activities
    assert booked.start_windows[0][0] == 9 * 60 + 120
    assert asked.start_windows[0][0] == 9 * 60
    assert (booked.is_request, asked.is_request) == (False, True)
    assert translate(made, request=request).request == 1


def test_reach_limits_how_far_a_start_moves():
    activity = only(WEDDING, terms=MovingTerms(reach_minutes=60))
    assert activity.start_windows == ((DAY + 1_020, DAY + 1_141),)


@pytest.mark.parametrize(
    ("change", "notice", "cost"),
    [
        ({"attendees": None}, 7 * DAY, 1_000),
        ({"attendees": 5_000}, 7 * DAY, 3_000),
        ({"status": ScheduleStatus.Confirmed}, 7 * DAY, 3_900),
        ({"status": ScheduleStatus.Tentative}, 7 * DAY, 650),
        ({}, DAY, 1_800),
    ],
)
def test_touching_costs_by_status_people_and_notice(change, notice, cost):
    now = WEDDING.slot.start_date_time - timedelta(minutes=notice)
    (activity,) = translate(snapshot(replace(WEDDING, **change), now=now)).problem.activities
    assert activity.touch_cost == cost


def test_seconds_round_outward_and_hours_inward():
    clock = Clock(datetime(2025, 12, 25, tzinfo=UTC))
    ragged = TimeSlot(
        datetime(2025, 12, 25, 1, 0, 30, tzinfo=UTC), datetime(2025, 12, 25, 2, 0, 1, tzinfo=UTC)
    )
    assert clock.outward(ragged) == (60, 121)
    assert clock.inward(ragged) == (61, 120)
    instant = TimeSlot(ragged.start_date_time, ragged.start_date_time)
    assert clock.outward(instant) == (60, 61)
    assert clock.instant(61) == datetime(2025, 12, 25, 1, 1, tzinfo=UTC)


def test_claims_on_one_resource_add_up_and_a_department_calendar_counts():
    claims = (Claim(MIKES, ClaimRole.Secondary, 2), Claim(MIKES, ClaimRole.Primary, 3))
    activity = only(booking(4, "Rehearsal", CELLAR, slot(26, 9, 1), claims=claims, calendar_id=OFFICE))
    gear, office = activity.requirements
    assert (gear.resource, gear.quantity, gear.primary, gear.alternatives) == (5, 5, True, ())
    assert office == Requirement(6)
    problem = translate(snapshot(WEDDING)).problem
    assert problem.resources[6].kind is ResourceKind.CALENDAR


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"claims": (Claim(uid(77)),)}, "no resource"),
        ({"calendar_id": uid(78)}, "no calendar"),
    ],
)
def test_a_snapshot_with_holes_is_refused(change, message):
    with pytest.raises(InvalidProblem, match=message):
        translate(snapshot(replace(WEDDING, **change)))
