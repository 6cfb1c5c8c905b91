"""Fixes as a person would say them."""

from dataclasses import replace

from domain.conflicts import Clash
from domain.entities import Claim, Closure
from domain.enums import ClaimRole, ConflictType, SuggestionKind
from domain.suggestion import Cost
from domain.time_slot import TimeSlot
from solver.advisor import advise_on_conflict, advise_on_request
from solver.schedule_repair import repair_schedule
from tests.solver.house import (
    ANNA,
    BALLROOM,
    BORIS,
    CALENDARS,
    CELLAR,
    MIKES,
    OFFICE,
    PAVILION,
    RESOURCES,
    booking,
    calendar,
    calendar_id,
    hall,
    slot,
    snapshot,
    uid,
)

WEDDING = booking(1, "Wedding Reception", BALLROOM, slot(26, 18, 5), attendees=150)
FUNDRAISER = booking(2, "Corporate Fundraiser", BALLROOM, slot(26, 18, 5, 30), attendees=220)


def between(later, earlier, kind=ConflictType.VenueConflict, resource=BALLROOM):
    return Clash(later.scheduled_event_id, earlier.scheduled_event_id, kind, resource)


def said(suggestions):
    return [(one.kind.value, one.summary, one.cost.total, one.optimal) for one in suggestions]


def test_the_best_fixes_of_a_venue_conflict_in_order():
    found = advise_on_conflict(snapshot(WEDDING, FUNDRAISER), between(FUNDRAISER, WEDDING), count=4)
    assert said(found) == [
        ("ResourceChanged", "Move Wedding Reception to Garden Pavilion, same time", 1_345, True),
        ("ResourceChanged", "Move Corporate Fundraiser to Garden Pavilion, same time", 1_485, True),
        (
            "Rescheduled",
            "Move Wedding Reception to Friday 26 December, 13:30-18:30, same room",
            1_570,
            True,
        ),
        (
            "Rescheduled",
            "Move Corporate Fundraiser to Friday 26 December, 13:00-18:00, same room",
            1_770,
            True,
        ),
    ]


def test_a_changed_venue_changes_the_calendar_and_the_claim():
    found = advise_on_conflict(snapshot(WEDDING, FUNDRAISER), between(FUNDRAISER, WEDDING), count=1)
    ((change,),) = [one.changes for one in found]
    assert change.scheduled_event_id == WEDDING.scheduled_event_id
    assert change.title == "Wedding Reception"
    assert (change.before.calendar_id, change.before.slot, change.before.claims) == (
        WEDDING.calendar_id,
        WEDDING.slot,
        WEDDING.claims,
    )
    assert change.after.calendar_id == calendar_id(PAVILION)
    assert change.after.slot == WEDDING.slot
    assert change.after.claims == (Claim(PAVILION),)
    assert found[0].cost == Cost(
        1_345, (("bookings_touched", 1_300), ("minutes_moved", 0), ("resources_changed", 45))
    )


def test_both_at_once_where_neither_is_enough():
    busy = booking(3, "Exhibition", PAVILION, slot(26, 6, 14, 15), attendees=210)
    found = advise_on_conflict(snapshot(WEDDING, FUNDRAISER, busy), between(FUNDRAISER, WEDDING))
    both = [one for one in found if one.kind is SuggestionKind.RescheduledAndResourceChanged]
    assert [one.summary for one in both] == []
    early = booking(4, "Breakfast", BALLROOM, slot(26, 6, 11), attendees=200)
    late = booking(5, "Market", PAVILION, slot(26, 6, 12, 15), attendees=200)
    found = advise_on_conflict(snapshot(WEDDING, FUNDRAISER, early, late), between(FUNDRAISER, WEDDING))
    both = [one for one in found if one.kind is SuggestionKind.RescheduledAndResourceChanged]
    assert both[0].summary == ("Move Wedding Reception to Garden Pavilion on Friday 26 December, 18:15-23:15")


def test_staff_conflicts_are_fixed_by_a_stand_in():
    one = booking(1, "Opera", BALLROOM, slot(26, 18, 3), ANNA)
    other = booking(2, "Ballet", CELLAR, slot(26, 19, 3), ANNA)
    conflict = between(other, one, ConflictType.StaffConflict, ANNA)
    found = advise_on_conflict(snapshot(one, other), conflict, count=1)
    assert said(found) == [
        ("ResourceChanged", "Use Boris instead of Anna for Ballet, same time", 1_030, True)
    ]
    (change,) = found[0].changes
    assert change.after.claims == (Claim(CELLAR), Claim(BORIS))
    assert change.after.calendar_id == other.calendar_id
    hidden = snapshot(one, other, offered_resource_ids=frozenset({BORIS}))
    assert advise_on_conflict(hidden, conflict, count=1)[0].summary == "Use Boris for Ballet, same time"


def test_a_hidden_booking_has_no_title():
    nameless = replace(WEDDING, title=None)
    fixed = replace(FUNDRAISER, movable=False)
    found = advise_on_conflict(snapshot(nameless, fixed), between(fixed, nameless), count=1)
    assert found[0].summary == "Move another booking to Garden Pavilion, same time"
    assert found[0].changes[0].title is None


def test_all_clashes_of_the_pair_end_together():
    one = booking(1, "Opera", BALLROOM, slot(26, 18, 3), ANNA, attendees=10)
    other = booking(2, "Ballet", BALLROOM, slot(26, 19, 3), ANNA, attendees=10)
    found = advise_on_conflict(snapshot(one, other), between(other, one), count=3)
    kinds = {suggestion.kind for suggestion in found}
    assert SuggestionKind.Rescheduled in kinds
    for suggestion in found:
        (change,) = suggestion.changes
        stays = change.before.slot == change.after.slot
        assert not stays or ANNA not in {claim.resource_id for claim in change.after.claims}


def test_a_calendar_overlap_is_fixed_in_time():
    claims = (Claim(MIKES, ClaimRole.Primary, 1),)
    one = booking(1, "Briefing", CELLAR, slot(26, 9, 1), claims=claims, calendar_id=OFFICE)
    other = booking(2, "Review", CELLAR, slot(26, 9, 1), claims=claims, calendar_id=OFFICE)
    conflict = between(other, one, ConflictType.TimeOverlap, None)
    found = advise_on_conflict(snapshot(one, other), conflict, count=1)
    assert said(found) == [("Rescheduled", "Move Review to Friday 26 December, 08:00-09:00", 1_060, True)]


def test_a_conflict_that_is_gone_or_unknown_has_no_fixes():
    apart = replace(FUNDRAISER, slot=slot(27, 18, 5))
    assert advise_on_conflict(snapshot(WEDDING, apart), between(apart, WEDDING)) == ()
    assert advise_on_conflict(snapshot(WEDDING), between(FUNDRAISER, WEDDING)) == ()


def test_pinned_bookings_have_no_fixes():
    one, other = replace(WEDDING, movable=False), replace(FUNDRAISER, movable=False)
    assert advise_on_conflict(snapshot(one, other), between(other, one)) == ()


def test_a_refused_request_is_fitted_in_or_its_rivals_make_room():
    request = booking(9, "Gala", BALLROOM, slot(26, 17, 6), attendees=150)
    afternoon = booking(3, "Matinee", BALLROOM, slot(26, 15, 3), attendees=200)
    found = advise_on_request(snapshot(WEDDING, afternoon), request, count=6)
    moved = [tuple(change.scheduled_event_id for change in one.changes) for one in found]
    assert found[0].summary == "Move Gala to Garden Pavilion, same time"
    assert moved[0] == (None,)
    rivals = (WEDDING.scheduled_event_id, afternoon.scheduled_event_id)
    assert rivals in moved
    joint = next(one for one, who in zip(found, moved, strict=True) if who == rivals)
    assert joint.optimal
    assert joint.summary == (
        "Move Wedding Reception to Garden Pavilion, same time; move Matinee to Garden Pavilion, same time"
    )


def test_a_request_that_nothing_refuses_needs_no_fix():
    assert advise_on_request(snapshot(WEDDING), replace(FUNDRAISER, slot=slot(28, 10, 2))) == ()


def test_what_is_booked_where_it_is_closed_now_goes_elsewhere():
    closed = Closure(uid(900), BALLROOM, slot(26, 20, 6), "Repairs")
    stranded = snapshot(closures=(closed,))
    found = advise_on_request(stranded, WEDDING, request_is_booked=True)
    assert said(found)[:2] == [
        ("ResourceChanged", "Move Wedding Reception to Garden Pavilion, same time", 175, True),
        ("Rescheduled", "Move Wedding Reception to Friday 26 December, 15:00-20:00, same room", 310, True),
    ]
    assert {change.scheduled_event_id for one in found for change in one.changes} == {None}
    assert advise_on_request(snapshot(), WEDDING, request_is_booked=True) == ()


def test_whoever_could_make_room_is_left_alone_where_it_is_closed():
    closed = Closure(uid(900), BALLROOM, slot(26, 20, 6), "Repairs")
    found = advise_on_request(snapshot(WEDDING, closures=(closed,)), FUNDRAISER)
    assert {change.scheduled_event_id for one in found for change in one.changes} == {None}
    assert found[0].summary == "Move Corporate Fundraiser to Garden Pavilion, same time"


def test_the_same_question_has_the_same_answer():
    asked = snapshot(WEDDING, FUNDRAISER)
    conflict = between(FUNDRAISER, WEDDING)
    assert advise_on_conflict(asked, conflict) == advise_on_conflict(asked, conflict)


def test_a_whole_plan_ends_every_conflict_with_the_fewest_moves():
    third = booking(3, "Banquet", BALLROOM, slot(26, 20, 2), attendees=100)
    plan = repair_schedule(snapshot(WEDDING, FUNDRAISER, third))
    assert (plan.conflicts_left, len(plan.changes)) == (0, 2)
    assert all(sentence.startswith("Move ") for _, sentence in plan.changes)


def test_the_list_is_filled_with_the_cheapest_and_not_with_another_hall_days_away():
    """That evening the pavilion is free from 21:00; the attic only on the 29th, with the ballroom taken."""
    attic = hall(9, "Attic", 230, features=frozenset({"stage"}))

    def taken(number, place, start, end):
        return booking(number, "Fair", place, TimeSlot(start.start_date_time, end.start_date_time))

    house = snapshot(
        replace(WEDDING, movable=False),
        taken(10, PAVILION, slot(25, 0, 1), slot(26, 21, 1)),
        taken(11, attic.resource_id, slot(25, 0, 1), slot(29, 8, 1)),
        taken(12, BALLROOM, slot(29, 6, 1), slot(29, 12, 1)),
        resources=(*RESOURCES, attic),
        calendars=(*CALENDARS, calendar(attic.resource_id)),
    )
    asked = replace(booking(5, "Concert", BALLROOM, slot(26, 19, 1)), attendees=50)
    found = advise_on_request(house, asked, count=5)
    assert [(one.kind.value, one.summary) for one in found] == [
        ("Rescheduled", "Move Concert to Friday 26 December, 17:00-18:00, same room"),
        (
            "RescheduledAndResourceChanged",
            "Move Concert to Garden Pavilion on Friday 26 December, 21:00-22:00",
        ),
        (
            "Rescheduled",
            "Move Concert to Friday 26 December, 23:00 to Saturday 27 December, 00:00, same room",
        ),
        ("Rescheduled", "Move Concert to Friday 26 December, 15:00-16:00, same room"),
        ("Rescheduled", "Move Concert to Friday 26 December, 13:00-14:00, same room"),
    ]


def test_nothing_stands_in_for_a_person_whom_the_viewer_does_not_see():
    """Boris could do Anna's work, but who assigned her decides on that."""
    first = replace(booking(1, "Rigging", BALLROOM, slot(26, 18, 5), ANNA), movable=False)
    second = booking(2, "Focus", PAVILION, slot(26, 18, 5), ANNA)
    seen, hidden = (
        advise_on_conflict(
            snapshot(first, second, hidden_resource_ids=hidden),
            between(second, first, ConflictType.StaffConflict, ANNA),
        )
        for hidden in (frozenset(), frozenset({ANNA}))
    )
    kinds = [{one.kind for one in found} for found in (seen, hidden)]
    assert SuggestionKind.ResourceChanged in kinds[0]
    assert kinds[1] == {SuggestionKind.Rescheduled}
