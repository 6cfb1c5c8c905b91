"""The demo venue as a value: what it has, and that its clashes are the planted ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from api.demo import house
from api.demo.people import CUSTOMER, STAFF
from api.demo.planted_clash import PlantedClash
from api.demo.season import CUSTOMER_BOOKINGS
from api.demo.venue import LAST_DAY, DemoVenue, demo_venue, free_slot
from domain.booking import all_claims
from domain.enums import (
    AccessLevel,
    ConflictLevel,
    ConflictType,
    ResourceType,
    ScheduleStatus,
    SuggestionKind,
)
from domain.policy import Policy
from domain.recurrence.expansion import expand
from domain.schedule import ScheduleSnapshot, SnapshotBooking
from domain.time_slot import TimeSlot
from domain.working_hours import WorkingHours
from solver.advisor import advise_on_conflict

DAYS = [date(2031, 3, 3) + timedelta(days=offset) for offset in range(7)]
"""Every weekday as the day of loading."""


made = cache(demo_venue)


@pytest.fixture(scope="module", params=DAYS, ids=[day.strftime("%a") for day in DAYS])
def venue(request: pytest.FixtureRequest) -> DemoVenue:
    return made(request.param)


def day_of(venue: DemoVenue) -> date:
    return next(day for day in DAYS if venue is made(day))


def test_it_is_the_same_each_time() -> None:
    assert demo_venue(DAYS[0]) == made(DAYS[0])
    assert demo_venue(DAYS[0], seed=2) != demo_venue(DAYS[0])


def test_things_keep_their_ids_whenever_it_is_loaded() -> None:
    assert made(DAYS[0]).schedule.calendars == made(DAYS[5]).schedule.calendars
    assert made(DAYS[0]).schedule.resources == made(DAYS[5]).schedule.resources


def test_halls_hold_one_event_and_are_open_daily_from_6_to_24_utc() -> None:
    assert len(house.HALLS) == 7
    for hall in house.HALLS:
        calendar = house.calendar_of(hall)
        assert (hall.quantity, calendar.max_concurrent_events) == (1, 1)
        assert (hall.working_hours, hall.time_zone) == (WorkingHours.daily(360, 1440), "UTC")
        assert hall.interchange_group == "halls"
        assert calendar.is_active
        assert not calendar.allow_overbooking
    assert house.calendar_of(house.FOYER).max_concurrent_events == house.FOYER.quantity == 3


def test_pools_are_one_resource_each() -> None:
    equipment = {r.name: r.quantity for r in house.RESOURCES if r.resource_type is ResourceType.Equipment}
    assert equipment == {"Wireless microphone": 12, "Projector": 4, "Concert grand": 1}


def test_a_season_of_some_hundred_bookings_lies_around_the_day_of_loading(venue: DemoVenue) -> None:
    bookings = venue.schedule.bookings
    assert 300 <= len(bookings) <= 700
    today = day_of(venue)
    days = {(one.slot.start_date_time.date() - today).days for one in bookings}
    assert min(days) >= -7
    assert 90 <= max(days) <= LAST_DAY
    statuses = Counter(one.status for one in bookings)
    assert statuses.keys() == {
        ScheduleStatus.Tentative,
        ScheduleStatus.Scheduled,
        ScheduleStatus.Confirmed,
        ScheduleStatus.Cancelled,
    }
    assert statuses.most_common(1)[0][0] is ScheduleStatus.Scheduled


def test_every_booking_is_one_the_service_would_take(venue: DemoVenue) -> None:
    policy = Policy()
    resources = {one.resource_id: one for one in venue.schedule.resources}
    calendars = {one.calendar_id: one for one in venue.schedule.calendars}
    events = {one.event_id: one for one in venue.schedule.events}
    assert len(events) == len(venue.schedule.events)
    assert len({one.scheduled_event_id for one in venue.schedule.bookings}) == len(venue.schedule.bookings)
    for booking in venue.schedule.bookings:
        assert policy.minimum_duration <= booking.slot.duration <= policy.maximum_duration
        assert events[booking.event_id].organizer_id == booking.owner_id
        claims = all_claims(calendars[booking.calendar_id], booking.claims)
        assert len({claim.resource_id for claim in claims}) == len(claims)
        for claim in claims:
            resource = resources[claim.resource_id]
            assert claim.quantity <= resource.quantity
            if resource.resource_type is ResourceType.Venue:
                assert (events[booking.event_id].attendees or 0) <= (resource.capacity or 0)
                assert resource.working_hours == WorkingHours.daily(360, 1440)
                opening = datetime.combine(booking.slot.start_date_time.date(), time(6), UTC)
                assert TimeSlot(opening, opening + timedelta(hours=18)).contains(booking.slot)


def test_two_series_repeat_and_use_a_person_and_equipment(venue: DemoVenue) -> None:
    rehearsal, meeting = venue.schedule.series
    dates = defaultdict(list)
    for one in venue.schedule.bookings:
        if one.series_id is not None:
            assert one.original_start is not None
            dates[one.series_id].append(one)
    found = {
        one.series_id: expand(one.pattern, one.first_start, ZoneInfo(one.time_zone))
        for one in (rehearsal, meeting)
    }
    assert {key: tuple(one.original_start for one in some) for key, some in dates.items()} == found
    assert [len(dates[one.series_id]) for one in (rehearsal, meeting)] == [12, 3]
    assert {start.weekday() for start in found[rehearsal.series_id]} == {3}
    assert {(start.weekday(), start.day <= 7) for start in found[meeting.series_id]} == {(2, True)}
    assert rehearsal.calendar_id == house.calendar_of(house.REHEARSAL_ROOM).calendar_id
    types = {one.resource_id: one.resource_type for one in venue.schedule.resources}
    for booking in dates[rehearsal.series_id]:
        assert booking.slot == rehearsal.slot_of(booking.original_start)
        assert {types[claim.resource_id] for claim in booking.claims} == {
            ResourceType.Staff,
            ResourceType.Equipment,
        }


def test_the_customer_has_room_for_more_bookings(venue: DemoVenue) -> None:
    own = [one for one in venue.schedule.bookings if one.owner_id == CUSTOMER.user_id]
    assert 1 <= len(own) <= CUSTOMER_BOOKINGS < Policy().customer_open_bookings
    assert {one.calendar_id for one in own} == {house.calendar_of(house.GARDEN_PAVILION).calendar_id}


def test_staff_and_customer_may_book_one_calendar_each(venue: DemoVenue) -> None:
    assert [(grant.user_id, grant.calendar_id, grant.access_level) for grant in venue.grants] == [
        (STAFF.user_id, house.calendar_of(house.STUDIO_ONE).calendar_id, AccessLevel.Book),
        (CUSTOMER.user_id, house.calendar_of(house.GARDEN_PAVILION).calendar_id, AccessLevel.Book),
    ]


def test_clashes_of_every_type_are_planted(venue: DemoVenue) -> None:
    found = Counter((one.clash.conflict_type, one.level) for one in venue.planted)
    assert found == {
        (ConflictType.VenueConflict, ConflictLevel.Critical): 4,
        (ConflictType.StaffConflict, ConflictLevel.Moderate): 1,
        (ConflictType.StaffConflict, ConflictLevel.Minor): 1,
        (ConflictType.EquipmentConflict, ConflictLevel.Moderate): 2,
        (ConflictType.ResourceConflict, ConflictLevel.Moderate): 1,
        (ConflictType.TimeOverlap, ConflictLevel.Severe): 1,
        (ConflictType.TimeOverlap, ConflictLevel.Minor): 1,
    }
    # Dates are only skipped of a series that is asked for.
    kinds = set(SuggestionKind) - {SuggestionKind.OccurrencesSkipped}
    assert {one.best.kind for one in venue.planted if one.best is not None} == kinds


def test_each_planted_clash_has_a_day_of_its_own(venue: DemoVenue) -> None:
    today = day_of(venue)
    on_day = defaultdict(set)
    for booking in venue.schedule.bookings:
        on_day[booking.slot.start_date_time.date()].add(booking.scheduled_event_id)
    days = [
        day
        for one in venue.planted
        for day, there in on_day.items()
        if {one.clash.scheduled_event_id, one.clash.conflicting_event_id} <= there
    ]
    assert len(set(days)) == len(venue.planted) == len(days)
    for day in days:
        assert day.weekday() == 0
        assert 6 <= (day - today).days <= 90
        assert len(on_day[day]) <= 3


def test_the_first_calls_find_a_free_evening(venue: DemoVenue) -> None:
    today = day_of(venue)
    slot = free_slot(today)
    assert slot.start_date_time == datetime.combine(today + timedelta(days=130), time(18), UTC)
    assert not any(one.slot.overlaps(slot) for one in venue.schedule.bookings)


def around(venue: DemoVenue, today: date, planted: PlantedClash) -> ScheduleSnapshot:
    """What the solver gets when it is asked about the clash a while after loading."""
    events = {one.event_id: one for one in venue.schedule.events}
    calendars = {one.calendar_id: one for one in venue.schedule.calendars}
    now = datetime.combine(today, time(13, 7), UTC)
    slot = next(
        one.slot
        for one in venue.schedule.bookings
        if one.scheduled_event_id == planted.clash.scheduled_event_id
    )
    week = timedelta(days=7)
    horizon = TimeSlot(max(now, slot.start_date_time - week), slot.end_date_time + week)
    return ScheduleSnapshot(
        now,
        horizon,
        venue.schedule.resources,
        venue.schedule.calendars,
        tuple(
            SnapshotBooking(
                one.scheduled_event_id,
                one.calendar_id,
                one.slot,
                one.status,
                all_claims(calendars[one.calendar_id], one.claims),
                one.created_at,
                title=events[one.event_id].title,
                attendees=events[one.event_id].attendees,
            )
            for one in venue.schedule.bookings
            if one.status in {ScheduleStatus.Scheduled, ScheduleStatus.Confirmed}
            and one.slot.overlaps(horizon)
        ),
    )


def test_the_solver_finds_the_planted_optima(venue: DemoVenue) -> None:
    today = day_of(venue)
    for planted in venue.planted:
        found = advise_on_conflict(around(venue, today, planted), planted.clash)
        best = planted.best
        if best is None:
            assert found == (), planted.about
            continue
        (change,) = found[0].changes
        claims = zip(change.before.claims, change.after.claims, strict=True)
        swaps = [(old.resource_id, new.resource_id) for old, new in claims if old != new]
        shift = change.after.slot.start_date_time - change.before.slot.start_date_time
        assert (
            found[0].kind,
            found[0].optimal,
            found[0].cost.total,
            change.scheduled_event_id,
            shift,
            swaps,
        ) == (
            best.kind,
            True,
            best.cost,
            best.moved,
            timedelta(minutes=best.shift_minutes),
            [] if best.old is None else [(best.old, best.new)],
        ), planted.about
