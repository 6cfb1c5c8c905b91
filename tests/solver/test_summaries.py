"""Sentences whose reader could mistake one time, or one booking, for another."""

from dataclasses import replace

from domain.conflicts import Clash
from domain.enums import ConflictType
from solver.advisor import advise_on_conflict, advise_on_request
from solver.schedule_repair import repair_schedule
from tests.solver.house import ANNA, BALLROOM, CELLAR, RESOURCES, booking, slot, snapshot

EVENING = slot(26, 18, 2)


def refused(*rivals, count=6, request_is_booked=False, **request):
    asked = booking(9, "Gala", BALLROOM, EVENING, attendees=150, **request)
    picture = snapshot(*rivals)
    found = advise_on_request(picture, asked, count=count, request_is_booked=request_is_booked)
    return {one.summary for one in found}


def rival(title="Soiree", **more):
    return booking(1, title, BALLROOM, more.pop("when", EVENING), attendees=150, **more)


def test_one_zone_goes_unsaid():
    said = refused(rival(time_zone="Europe/Berlin"), time_zone="Europe/Berlin")
    assert "Move Gala to Friday 26 December, 17:00-19:00, same room" in said
    assert not any("Berlin" in one for one in said)


def test_two_zones_are_both_said_with_every_time_of_the_list():
    said = refused(rival(time_zone="Asia/Tokyo"), time_zone="Europe/Berlin")
    assert said == {
        "Move Gala to Garden Pavilion, same time",
        "Move Gala to Friday 26 December, 17:00-19:00 (Europe/Berlin), same room",
        "Move Gala to Friday 26 December, 15:00-17:00 (Europe/Berlin), same room",
        "Move Gala to Friday 26 December, 21:00-23:00 (Europe/Berlin), same room",
        "Move Soiree to Garden Pavilion, same time",
        "Move Soiree to Saturday 27 December, 01:00-03:00 (Asia/Tokyo), same room",
    }


def test_a_zone_follows_a_night_too():
    late = slot(26, 21, 2)
    said = refused(rival(when=late, time_zone="Asia/Tokyo"), time_zone="Australia/Sydney", slot=late)
    assert "Move Gala to Saturday 27 December, 06:00-08:00 (Australia/Sydney), same room" in said
    assert "Move Soiree to Saturday 27 December, 04:00-06:00 (Asia/Tokyo), same room" in said


def test_a_rival_that_stays_and_may_not_be_seen_keeps_its_zone_to_itself():
    hidden = replace(rival(time_zone="Asia/Tokyo"), title=None, movable=False)
    assert all("(" not in one for one in refused(hidden, time_zone="Europe/Berlin"))
    seen = replace(hidden, title="Soiree")
    assert "Move Gala to Friday 26 December, 17:00-19:00 (Europe/Berlin), same room" in refused(
        seen, time_zone="Europe/Berlin"
    )


def test_of_a_series_the_date_is_said():
    said = refused(rival("Yoga", is_occurrence=True, time_zone="Europe/Berlin"), time_zone="Europe/Berlin")
    assert "Move Yoga (Friday 26 December, 19:00) to Garden Pavilion, same time" in said
    assert "Move Gala to Garden Pavilion, same time" in said
    assert any(one.startswith("Move Gala to") for one in refused(rival(), is_occurrence=True))


def test_a_request_and_its_rival_of_one_title_are_told_apart():
    said = refused(rival("Gala"))
    assert said >= {
        "Move the new Gala to Garden Pavilion, same time",
        "Move Gala (Friday 26 December, 18:00) to Garden Pavilion, same time",
    }
    assert not any(one.startswith("Move Gala to") for one in said)


def test_a_booking_that_is_to_move_is_not_called_new():
    said = refused(rival("Gala"), request_is_booked=True)
    assert said >= {
        "Move this Gala to Garden Pavilion, same time",
        "Move Gala (Friday 26 December, 18:00) to Garden Pavilion, same time; this Gala moves as asked",
    }


def test_a_fix_that_makes_room_for_a_booking_names_both():
    said = refused(rival(), request_is_booked=True)
    assert said >= {
        "Move Gala to Garden Pavilion, same time",
        "Move Soiree to Garden Pavilion, same time; Gala moves as asked",
    }
    assert not any("as asked" in one for one in said if one.startswith("Move Gala"))


def conflicting(*pair):
    clash = Clash(
        pair[1].scheduled_event_id, pair[0].scheduled_event_id, ConflictType.VenueConflict, BALLROOM
    )
    return {one.summary for one in advise_on_conflict(snapshot(*pair), clash, count=6)}


def test_two_bookings_of_one_title_are_told_apart_by_their_time():
    second = booking(2, "Rehearsal", BALLROOM, slot(26, 19, 2), attendees=150)
    assert conflicting(rival("Rehearsal"), second) >= {
        "Move Rehearsal (Friday 26 December, 18:00) to Garden Pavilion, same time",
        "Move Rehearsal (Friday 26 December, 19:00) to Garden Pavilion, same time",
    }


def test_where_zones_differ_that_time_has_its_zone():
    second = booking(2, "Rehearsal", BALLROOM, slot(26, 19, 2), attendees=150, time_zone="Europe/Berlin")
    assert conflicting(rival("Rehearsal"), second) >= {
        "Move Rehearsal (Friday 26 December, 18:00, UTC) to Garden Pavilion, same time",
        "Move Rehearsal (Friday 26 December, 20:00, Europe/Berlin) to Garden Pavilion, same time",
    }


def test_where_they_start_together_their_ends_and_rooms_are_said():
    first = booking(1, "Rehearsal", BALLROOM, EVENING, ANNA, attendees=150)
    second = booking(2, "Rehearsal", CELLAR, slot(26, 18, 3), ANNA)
    clash = Clash(second.scheduled_event_id, first.scheduled_event_id, ConflictType.StaffConflict, ANNA)
    said = {one.summary for one in advise_on_conflict(snapshot(first, second), clash, count=6)}
    swap = "Use Boris instead of Anna for Rehearsal (Friday 26 December, {}), same time"
    assert said >= {swap.format("18:00-20:00, Grand Ballroom"), swap.format("18:00-21:00, Cellar")}


def test_a_plan_tells_its_bookings_apart_as_well():
    bookings = [
        booking(number, "Rehearsal", BALLROOM, slot(26, 18 + number, 2), attendees=150, time_zone=zone)
        for number, zone in enumerate(("UTC", "Europe/Berlin", "UTC"))
    ]
    plan = repair_schedule(snapshot(replace(bookings[1], movable=False), bookings[0], bookings[2]))
    names = sorted(sentence[: sentence.index(")") + 1] for _, sentence in plan.changes)
    assert names == [
        "Move Rehearsal (Friday 26 December, 18:00)",
        "Move Rehearsal (Friday 26 December, 20:00)",
    ]


def test_a_room_that_may_not_be_named_is_not():
    second = booking(2, "Rehearsal", BALLROOM, EVENING, attendees=150)
    first = rival("Rehearsal")
    clash = Clash(second.scheduled_event_id, first.scheduled_event_id, ConflictType.VenueConflict, BALLROOM)
    seen = frozenset(one.resource_id for one in RESOURCES) - {BALLROOM}
    found = advise_on_conflict(snapshot(first, second, offered_resource_ids=seen), clash, count=1)
    assert [one.summary for one in found] == [
        "Move Rehearsal (Friday 26 December, 18:00-20:00) to Garden Pavilion, same time"
    ]


def test_hidden_bookings_stay_alike():
    first, second = replace(rival(), title=None), booking(2, None, BALLROOM, EVENING, attendees=150)
    assert "Move another booking to Garden Pavilion, same time" in conflicting(first, second)
    assert not any("(" in one for one in conflicting(first, second))
