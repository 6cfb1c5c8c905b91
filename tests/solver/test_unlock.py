"""Making room: the cheapest slot to free, and moving what is in its way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from domain.entities import Closure
from domain.enums import ScheduleStatus
from domain.schedule import FixedUses
from domain.slot_grid import SlotGrid
from domain.time_slot import TimeSlot
from solver.clock import Clock
from solver.moving_terms import MovingTerms
from solver.room import advise_on_room
from solver.slot_finder import SlotFinder
from solver.slot_query import SlotQuery, WantedGroup
from solver.unlock import InTheWay, UnlockFinder
from tests.solver.house import (
    ANNA,
    BALLROOM,
    BORIS,
    CELLAR,
    MIKES,
    PAVILION,
    RESOURCES,
    booking,
    slot,
    snapshot,
    uid,
)

BY_ID = {one.resource_id: one for one in RESOURCES}
EPOCH = Clock(slot(25, 0, 1).start_date_time.replace(year=1970, month=1, day=1))


def finder(window: TimeSlot, *groups: WantedGroup, hours: int = 2, **more) -> SlotFinder:
    grid = SlotGrid(window, timedelta(hours=hours), ZoneInfo("UTC"), step_minutes=60)
    closures = more.pop("closures", ())
    return SlotFinder(snapshot(closures=closures), SlotQuery(grid, groups, **more))


def taker(number, during, cost=1_000, quantity=1):
    return InTheWay(uid(1_000 + number), during, quantity, cost)


def unlocks(found: SlotFinder, takers, limit=5):
    return [
        (one.occurrences[0].slot, one.occurrences[0].groups, one.booking_ids, one.cost)
        for one in UnlockFinder(found, BY_ID, takers).find(limit)
    ]


def test_the_cheapest_bookings_are_named_with_the_slot_they_free() -> None:
    halls = WantedGroup((BALLROOM, PAVILION))
    takers = {
        BALLROOM: [taker(1, slot(26, 8, 8), 3_000), taker(2, slot(26, 16, 4), 1_000)],
        PAVILION: [taker(3, slot(26, 8, 12), 2_500)],
    }
    found = unlocks(finder(slot(26, 10, 10), halls), takers)
    assert found == [
        (slot(26, 16, 2), ((BALLROOM,),), (uid(1_002),), 1_000),
        (slot(26, 10, 2), ((PAVILION,),), (uid(1_003),), 2_500),
    ]


def test_what_stays_what_is_closed_and_what_is_too_little_is_no_way_out() -> None:
    window = slot(26, 10, 2)
    stays = {BALLROOM: [taker(1, window, None)]}
    assert unlocks(finder(window, WantedGroup((BALLROOM,))), stays) == []
    closed = (Closure(uid(9), CELLAR, window),)
    there = {CELLAR: [taker(1, window)]}
    assert unlocks(finder(window, WantedGroup((CELLAR,)), closures=closed), there) == []
    assert unlocks(finder(window, WantedGroup((MIKES,), quantity=13)), {MIKES: [taker(1, window)]}) == []
    assert (
        unlocks(finder(window, WantedGroup((ANNA,)), WantedGroup((ANNA,))), {ANNA: [taker(1, window)]}) == []
    )
    assert unlocks(finder(window, WantedGroup((BORIS,))), {ANNA: [taker(1, window)]}) == []


def test_of_a_pool_only_as_much_as_is_needed_is_freed() -> None:
    window = slot(26, 10, 2)
    takers = {
        MIKES: [
            taker(1, slot(26, 9, 2), 1_000, 2),
            taker(2, slot(26, 10, 2), 1_200, 6),
            taker(3, slot(26, 11, 2), 900, 4),
            taker(4, slot(26, 13, 2), 1, 12),
        ]
    }
    assert unlocks(finder(window, WantedGroup((MIKES,), quantity=6)), takers) == [
        (window, ((MIKES,),), (uid(1_002),), 1_200)
    ]


def test_a_buffer_is_in_the_way_too() -> None:
    window = slot(26, 10, 2)
    takers = {BALLROOM: [taker(1, slot(26, 12, 2))]}
    assert unlocks(finder(window, WantedGroup((BALLROOM,))), takers) == []
    near = unlocks(finder(window, WantedGroup((BALLROOM,)), buffer_minutes=15), takers)
    assert [ids for _, _, ids, _ in near] == [(uid(1_001),)]


def room(resource_id, *slots, quantity=1) -> FixedUses:
    return FixedUses(resource_id, None, tuple((*EPOCH.outward(one), quantity, True) for one in slots))


def test_bookings_are_moved_together_out_of_what_is_wanted() -> None:
    wedding = booking(1, "Wedding", BALLROOM, slot(26, 18, 5), attendees=150)
    lecture = booking(2, "Lecture", BALLROOM, slot(27, 18, 2), ANNA, attendees=50)
    other = booking(3, "Ballet", BALLROOM, slot(28, 18, 2))
    wanted = [room(BALLROOM, slot(26, 19, 3), slot(27, 19, 3)), room(PAVILION, slot(27, 18, 2))]
    keys = [wedding.scheduled_event_id, lecture.scheduled_event_id]
    (found,) = advise_on_room(snapshot(wedding, lecture, other), keys, wanted)
    assert [one.scheduled_event_id for one in found.changes] == keys
    for change in found.changes:
        for one in wanted:
            for low, high, _, _ in one.uses:
                taken = TimeSlot(EPOCH.instant(low), EPOCH.instant(high))
                holds = any(claim.resource_id == one.resource_id for claim in change.after.claims)
                assert not (holds and change.after.slot.overlaps(taken))


def test_many_are_moved_one_after_the_other_out_of_each_others_way() -> None:
    days = (26, 27, 28, 29)
    talks = [booking(n, f"Talk {n}", BALLROOM, slot(day, 10, 4), attendees=50) for n, day in enumerate(days)]
    keys = [one.scheduled_event_id for one in talks]
    wanted = [room(BALLROOM, *(slot(day, 9, 12) for day in days))]
    stays = booking(9, "Fair", PAVILION, slot(26, 6, 18), attendees=50)
    (found,) = advise_on_room(snapshot(*talks, stays), keys, wanted)
    assert [one.scheduled_event_id for one in found.changes] == keys
    assert (found.kind.value, found.optimal) == ("RescheduledAndResourceChanged", False)
    assert found.cost.total == sum(amount for _, amount in found.cost.terms)
    after = sorted((claim.resource_id, one.after.slot) for one in found.changes for claim in one.after.claims)
    for (hall, early), (other, late) in pairwise(after):
        assert hall != other or not early.overlaps(late)
    idle = booking(8, "Break", CELLAR, slot(30, 10, 1), attendees=50)
    (same,) = advise_on_room(snapshot(*talks, stays, idle), [*keys, idle.scheduled_event_id], wanted)
    assert [one.scheduled_event_id for one in same.changes] == keys


def test_one_that_cannot_be_moved_spoils_the_way() -> None:
    days = (26, 27, 28)
    talks = [booking(n, f"Talk {n}", BALLROOM, slot(day, 10, 4), attendees=50) for n, day in enumerate(days)]
    confirmed = replace(talks[2], status=ScheduleStatus.Confirmed)
    wanted = [room(BALLROOM, *(slot(day, 9, 12) for day in days))]
    keys = [one.scheduled_event_id for one in talks]
    assert advise_on_room(snapshot(*talks[:2], confirmed), keys, wanted) == ()


def test_the_kind_says_what_changes_for_many() -> None:
    days = (26, 27, 28)
    talks = [booking(n, f"Talk {n}", BALLROOM, slot(day, 10, 4), attendees=210) for n, day in enumerate(days)]
    keys = [one.scheduled_event_id for one in talks]
    wanted = [room(BALLROOM, *(slot(day, 9, 12) for day in days))]
    (swapped,) = advise_on_room(snapshot(*talks), keys, wanted)
    assert swapped.kind.value == "ResourceChanged"
    pavilion = [room(PAVILION, slot(25, 0, 24 * 6)), room(BALLROOM, *(slot(day, 10, 1) for day in days))]
    (moved,) = advise_on_room(snapshot(*talks), keys, pavilion)
    assert moved.kind.value == "Rescheduled"


def test_what_is_in_nobodys_way_or_may_not_move_gets_no_advice() -> None:
    wedding = booking(1, "Wedding", BALLROOM, slot(26, 18, 5))
    key = wedding.scheduled_event_id
    assert advise_on_room(snapshot(wedding), [key], [room(BALLROOM, slot(27, 18, 2))]) == ()
    assert advise_on_room(snapshot(wedding), [], [room(BALLROOM, slot(26, 18, 2))]) == ()
    fixed = replace(wedding, status=ScheduleStatus.Confirmed)
    assert advise_on_room(snapshot(fixed), [key], [room(BALLROOM, slot(26, 18, 2))]) == ()


def test_confirmed_and_waiting_bookings_stay_unless_told_otherwise() -> None:
    terms = MovingTerms()
    stays = {ScheduleStatus.Confirmed, ScheduleStatus.Rescheduling}
    assert {one for one in ScheduleStatus if not terms.admits(one)} == stays
    assert MovingTerms(move_confirmed=True).admits(ScheduleStatus.Confirmed)
