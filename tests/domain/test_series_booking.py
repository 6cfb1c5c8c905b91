"""Deciding on a whole series: as strict as date by date, and all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.booking import Picture, PlacedClaim, decide
from domain.conflicts import Clash, find_clashes
from domain.entities import Calendar, Claim, Resource
from domain.enums import (
    CalendarType,
    ClaimRole,
    ConflictLevel,
    ConflictType,
    OwnerType,
    ResourceType,
    ScheduleStatus,
)
from domain.errors import (
    ConflictException,
    FieldException,
    RefusedOccurrence,
    SeriesConflictException,
    SeriesUnavailableException,
    TimeSlotUnavailableException,
)
from domain.facts import OverbookingWarningTriggered
from domain.proposal import Proposal
from domain.series_booking import SeriesDecision, decide_series
from tests.domain.test_booking import (
    ADA,
    HALL,
    HALL_CALENDAR,
    LAMP,
    LIMIT,
    OFFICE,
    POLICY,
    STAFF,
    VENUE,
    Board,
    ada,
    booking_id,
    clash,
    closure,
    hall,
    hall_calendar,
    hours,
    one_hall,
    placed,
    proposal,
    refused,
    stored,
    with_office,
)

CRITICAL, MINOR = ConflictLevel.Critical, ConflictLevel.Minor
IN_EACH_OTHERS_WAY = "Its dates are in each other's way, setup and teardown included"


def picture(board: Board, *proposals: Proposal, leave_out: Sequence[int] = ()) -> Picture:
    """What is there, the series' own bookings too, unless they are left out as the database may."""
    left_out = {booking_id(number) for number in leave_out}
    others = board.occupancy(one for key, one in board.bookings.items() if key not in left_out)
    touched = {pool for one in (*proposals, *board.bookings.values()) for pool, _ in board.usages(one)}
    return Picture(
        board.calendars,
        board.resources,
        {pool: usages for pool, usages in others.items() if pool in touched},
        closures=board.closures,
    )


def decide_all(board: Board, *proposals: Proposal, current: Sequence[int] = ()) -> SeriesDecision:
    today = [stored(board.bookings[booking_id(number)]) for number in current]
    return decide_series(picture(board, *proposals), today, proposals, POLICY)


def series(*starts: float, first: int = 10, length: float = 2, **more: object) -> list[Proposal]:
    return [
        proposal(first + number, start, start + length, **more)  # type: ignore[arg-type]
        for number, start in enumerate(starts)
    ]


# New ones.


def test_free_dates_are_all_placed() -> None:
    dates = series(9, 33)
    assert decide_all(one_hall(setup_minutes=30), *dates) == SeriesDecision(
        placed={
            booking_id(10): (placed(HALL, 8.5, 11, enforced=True),),
            booking_id(11): (placed(HALL, 32.5, 35, enforced=True),),
        },
        detected={},
        vanished=frozenset(),
        overridden=frozenset(),
        inheriting=frozenset(),
        warnings=(),
    )


def test_only_the_dates_that_clash_are_told_with_all_their_clashes() -> None:
    board = with_office().book(
        proposal(0, 34, 36), proposal(1, 34, 35, Claim(ADA), calendar=OFFICE), proposal(2, 58, 60)
    )
    dates = [replace(one, claims=(Claim(ADA),)) for one in series(9, 33, 57)]
    with pytest.raises(SeriesConflictException) as caught:
        decide_all(board, *dates)
    assert caught.value.asked == 3
    assert caught.value.occurrences == (
        RefusedOccurrence(
            dates[1],
            (refused(0, VENUE, CRITICAL), refused(1, STAFF, ConflictLevel.Moderate, ADA)),
        ),
        RefusedOccurrence(dates[2], (refused(2, VENUE, CRITICAL),)),
    )
    assert caught.value.proposal == dates[1]


def test_mild_clashes_of_all_dates_are_recorded() -> None:
    board = with_office(9).book(
        *(proposal(n, 9 + 24 * n, 11 + 24 * n, Claim(ADA), calendar=OFFICE) for n in (0, 1))
    )
    dates = [replace(one, claims=(Claim(ADA, ClaimRole.Secondary),)) for one in series(10, 34)]
    decision = decide_all(board, *dates)
    assert decision.detected == {
        clash(10, 0, STAFF, ADA): ConflictLevel.Moderate,
        clash(11, 1, STAFF, ADA): ConflictLevel.Moderate,
    }
    assert decision.overridden == decision.inheriting == frozenset()


def test_closed_dates_come_before_clashes_and_are_told_together() -> None:
    board = one_hall().book(proposal(0, 9, 11))
    board.closures = (closure(HALL, 34, 36, "Painting"), closure(HALL, 58, 59))
    with pytest.raises(SeriesUnavailableException) as caught:
        decide_all(board, *series(9, 33, 57, 81))
    assert [(one.slot, one.reason) for one in caught.value.dates] == [
        (hours(33, 35), "Painting"),
        (hours(57, 59), "closed"),
    ]


def test_dates_in_each_others_way_are_a_mistake_in_the_rule() -> None:
    board = one_hall(setup_minutes=60).book(proposal(0, 50, 52))
    with pytest.raises(FieldException) as caught:
        decide_all(board, *series(9, 11.5, 50))
    assert caught.value.errors == {"recurrencePattern": [IN_EACH_OTHERS_WAY]}
    assert set(decide_all(board, *series(9, 12)).placed) == {booking_id(10), booking_id(11)}


def test_a_clash_of_the_series_with_itself_that_is_mild_is_recorded() -> None:
    """Setup of the one runs into the other, for a person only."""
    board = with_office()
    board.resources[ADA] = ada(setup_minutes=60)
    dates = [replace(one, claims=(Claim(ADA),), calendar_id=HALL_CALENDAR) for one in series(9, 11)]
    assert decide_all(board, *dates).detected == {clash(11, 10, STAFF, ADA): ConflictLevel.Moderate}


# Overrides and exemptions.


def test_an_override_exempts_only_the_dates_that_need_it() -> None:
    board = one_hall().book(proposal(0, 34, 36))
    decision = decide_all(board, *series(9, 33, override="They asked"))
    assert decision.overridden == {booking_id(11)}
    assert decision.detected == {clash(11, 0, VENUE): CRITICAL}
    assert decision.placed == {
        booking_id(10): (placed(HALL, 9, 11, enforced=True),),
        booking_id(11): (placed(HALL, 33, 35, enforced=False),),
    }


def test_a_calendar_that_allows_overbooking_needs_no_override() -> None:
    board = one_hall().book(proposal(0, 34, 36))
    board.calendars[HALL_CALENDAR] = hall_calendar(allow_overbooking=True)
    decision = decide_all(board, *series(33, override="Not needed"))
    assert decision.overridden == frozenset()
    assert decision.detected == {clash(10, 0, VENUE): CRITICAL}
    assert decision.placed == {booking_id(10): (placed(HALL, 33, 35, enforced=False),)}


def test_dates_in_each_others_way_can_be_overridden() -> None:
    decision = decide_all(one_hall(), *series(9, 10, override="They know"))
    assert decision.overridden == {booking_id(10), booking_id(11)}
    assert decision.detected == {clash(11, 10, VENUE): CRITICAL}
    assert {one.enforced for some in decision.placed.values() for one in some} == {False}


# Holds.


def test_held_dates_are_judged_like_firm_ones_against_firm_ones_alone() -> None:
    board = one_hall().book(proposal(0, 9, 11, hold=True), proposal(1, 33, 35))
    held = series(9, hold=True)
    decision = decide_all(board, *held)
    assert decision.detected == {}
    assert decision.placed == {booking_id(10): (placed(HALL, 9, 11, enforced=False),)}
    with pytest.raises(SeriesConflictException) as caught:
        decide_all(board, *series(9, 33, hold=True))
    assert [one.clashes for one in caught.value.occurrences] == [(refused(1, VENUE, CRITICAL),)]
    assert caught.value.occurrences[0].proposal.is_hold


def test_firm_dates_over_a_hold_are_booked_and_noted() -> None:
    board = one_hall().book(proposal(0, 9, 11, hold=True))
    decision = decide_all(board, *series(9, 33))
    assert decision.detected == {clash(10, 0, LIMIT): MINOR}
    assert decision.placed[booking_id(10)] == (placed(HALL, 9, 11, enforced=True),)


def test_a_series_of_both_judges_each_as_what_it_is() -> None:
    """The first date is held over a firm booking by override, the second is firm over somebody's hold."""
    board = one_hall().book(proposal(0, 9, 11), proposal(1, 33, 35, hold=True))
    (held,) = series(9, hold=True, override="They wait")
    (firm,) = series(33, first=11, override="They wait")
    decision = decide_all(board, held, firm)
    assert decision.overridden == {booking_id(10)}
    assert decision.detected == {clash(10, 0, LIMIT): MINOR, clash(11, 1, LIMIT): MINOR}


def test_held_dates_in_each_others_way_are_a_mistake_too() -> None:
    for dates in (series(9, 10, hold=True), [*series(9, hold=True), *series(10, first=11)]):
        with pytest.raises(FieldException) as caught:
            decide_all(one_hall(), *dates)
        assert caught.value.errors == {"recurrencePattern": [IN_EACH_OTHERS_WAY]}


# Changed ones.


def test_a_series_moves_into_its_own_places_and_what_it_no_longer_needs_is_free() -> None:
    board = one_hall().book(*series(9, 33), proposal(0, 60, 62))
    for leave_out in ((), (10, 11)):
        moved = series(33, 57)
        today = [stored(board.bookings[booking_id(number)]) for number in (10, 11)]
        decision = decide_series(picture(board, *moved, leave_out=leave_out), today, moved, POLICY)
        assert decision.detected == {}
        assert decision.placed[booking_id(10)] == (placed(HALL, 33, 35, enforced=True),)
    assert decide_all(board, *series(33), current=[10, 11]).placed == {
        booking_id(10): (placed(HALL, 33, 35, enforced=True),)
    }


def test_what_a_series_leaves_vanishes_and_what_it_meets_is_new() -> None:
    board = one_hall().book(proposal(0, 9, 11), proposal(1, 36, 38, hold=True), *series(9, 33))
    decision = decide_all(board, *series(12, 36), current=[10, 11])
    assert decision.vanished == {clash(10, 0, VENUE)}
    assert decision.detected == {clash(11, 1, LIMIT): MINOR}


def test_taking_dates_away_takes_their_clashes_along() -> None:
    board = one_hall(2).book(
        proposal(0, 9, 11), proposal(1, 9, 11), *series(9, 33), proposal(20, 33, 35), proposal(21, 33, 35)
    )
    decision = decide_all(board, current=[10, 11])
    assert decision.vanished == {
        clash(1, 0, VENUE),
        clash(10, 0, VENUE),
        clash(10, 1, VENUE),
        clash(20, 11, VENUE),
        clash(21, 11, VENUE),
        clash(21, 20, VENUE),
    }
    assert decision.placed == {}
    assert decision.detected == {}


def test_a_date_keeps_the_clash_it_has_and_no_other() -> None:
    board = one_hall().book(proposal(0, 9, 11), *series(9, 33), proposal(20, 35, 37))
    kept = decide_all(board, *series(9, 33), current=[10, 11])
    assert kept.inheriting == {booking_id(10)}
    assert kept.overridden == frozenset()
    assert kept.detected == {clash(10, 0, VENUE): CRITICAL}
    assert kept.placed == {
        booking_id(10): (placed(HALL, 9, 11, enforced=False),),
        booking_id(11): (placed(HALL, 33, 35, enforced=True),),
    }
    longer = series(9, 33, length=2.5)
    with pytest.raises(SeriesConflictException) as caught:
        decide_all(board, *longer, current=[10, 11])
    assert [one.proposal for one in caught.value.occurrences] == longer
    # A kept clash is told with the others of a date that is refused, but refuses none.
    with pytest.raises(SeriesConflictException) as caught:
        decide_all(board, series(9)[0], longer[1], current=[10, 11])
    assert [one.proposal for one in caught.value.occurrences] == [longer[1]]


def test_a_date_that_stays_put_may_have_been_closed_under_it() -> None:
    board = with_office().book(*series(9, 33))
    board.closures = (closure(HALL, 9, 11), closure(HALL, 20, 24))
    stays, moves = series(9, 12)
    assert set(decide_all(board, stays, moves, current=[10, 11]).placed) == {booking_id(10), booking_id(11)}
    named = replace(stays, claims=(Claim(HALL),))
    assert set(decide_all(board, named, current=[10]).placed) == {booking_id(10)}
    for changed in (
        replace(stays, slot=hours(9, 10.5)),
        replace(stays, status=ScheduleStatus.Tentative),
        replace(stays, claims=(Claim(ADA),)),
        replace(stays, claims=(Claim(HALL),), calendar_id=OFFICE),
    ):
        with pytest.raises(SeriesUnavailableException):
            decide_all(board, changed, current=[10])
    with pytest.raises(SeriesUnavailableException):
        decide_all(board, *series(9))


def test_confirming_holds_turns_their_overlaps_into_clashes() -> None:
    board = with_office().book(
        proposal(10, 9, 11, Claim(ADA), calendar=OFFICE, hold=True), proposal(20, 10, 12, Claim(ADA))
    )
    (held,) = (board.bookings[booking_id(10)],)
    decision = decide_all(board, replace(held, status=ScheduleStatus.Confirmed), current=[10])
    assert decision.detected == {clash(20, 10, STAFF, ADA): ConflictLevel.Moderate}
    assert decision.vanished == {clash(20, 10, LIMIT, ADA)}


def test_confirming_a_hold_over_a_firm_booking_is_a_new_clash() -> None:
    board = one_hall().book(proposal(0, 9, 11), proposal(10, 9, 11, hold=True))
    with pytest.raises(SeriesConflictException) as caught:
        decide_all(board, *series(9), current=[10])
    assert caught.value.clashes == (refused(0, VENUE, CRITICAL),)


def test_a_date_that_another_of_the_series_moves_onto_is_in_its_way() -> None:
    board = one_hall().book(*series(9, 33))
    with pytest.raises(FieldException) as caught:
        decide_all(board, *series(9, 10), current=[10, 11])
    assert caught.value.errors == {"recurrencePattern": [IN_EACH_OTHERS_WAY]}


# Warnings.


def test_each_date_that_lifts_the_peak_warns() -> None:
    """SCH-022."""
    board = one_hall(5).book(
        *(proposal(n, 9, 11) for n in range(3)), *(proposal(n, 33, 35) for n in range(3, 5))
    )
    warning = OverbookingWarningTriggered(HALL_CALENDAR, 4, 5, 4.0)
    assert decide_all(board, *series(9, 33, 57)).warnings == (warning,)
    board.book(proposal(5, 33, 35))
    assert decide_all(board, *series(9, 33, 57)).warnings == (warning, warning)


def test_a_date_that_stays_in_its_crowd_does_not_warn_again() -> None:
    board = one_hall(2).book(proposal(0, 9, 12), *series(9))
    assert decide_all(board, *series(10), current=[10]).warnings == ()
    assert decide_all(board, *series(10), current=[]).warnings == (
        OverbookingWarningTriggered(HALL_CALENDAR, 2, 2, 1.6),
    )


# At once or one after the other: the same.

ARENA, ARENA_CALENDAR, DESK = UUID(int=60), UUID(int=61), UUID(int=62)


def world(*, allow: bool) -> Board:
    """A hall with setup, an arena for two, a person's own calendar, an office for two, three lamps."""
    desk = Calendar(DESK, "Ada", CalendarType.Staff, ADA, OwnerType.Staff, "UTC", hours(0, 1).start_date_time)
    board = with_office(2)
    board.calendars |= {
        HALL_CALENDAR: hall_calendar(allow_overbooking=allow),
        ARENA_CALENDAR: hall_calendar(calendar_id=ARENA_CALENDAR, owner_id=ARENA),
        DESK: desk,
    }
    board.resources |= {
        HALL: hall(setup_minutes=60),
        ARENA: Resource(ARENA, "Arena", ResourceType.Venue, quantity=2),
        LAMP: Resource(LAMP, "Lamps", ResourceType.Equipment, quantity=3),
    }
    return board


CALENDARS = [HALL_CALENDAR, ARENA_CALENDAR, DESK, OFFICE]
STRIDE = 12
"""Dates of a series start this many hours apart, which is longer than any lasts with setup."""


@st.composite
def claims(draw: st.DrawFn) -> tuple[Claim, ...]:
    return tuple(
        Claim(one, draw(st.sampled_from(ClaimRole)), draw(st.integers(1, 3)) if one == LAMP else 1)
        for one in draw(st.sets(st.sampled_from([ADA, LAMP, ARENA]), max_size=2))
    )


@st.composite
def others(draw: st.DrawFn) -> list[Proposal]:
    found = []
    for number in range(draw(st.integers(0, 9))):
        start = draw(st.integers(0, 40))
        found.append(
            proposal(
                draw(st.sampled_from([number, 50 + number])),
                start,
                start + draw(st.integers(1, 9)),
                *draw(claims()),
                calendar=draw(st.sampled_from(CALENDARS)),
                hold=draw(st.booleans()),
            )
        )
    return found


@st.composite
def wanted(draw: st.DrawFn) -> list[Proposal]:
    length, used = draw(st.integers(1, 8)), draw(claims())
    calendar, hold = draw(st.sampled_from(CALENDARS)), draw(st.booleans())
    override = draw(st.sampled_from([None, "They asked"]))
    first = draw(st.integers(1, 3))
    return [
        proposal(10 + n, start, start + length, *used, calendar=calendar, hold=hold, override=override)
        for n, start in enumerate(range(first, first + STRIDE * draw(st.integers(1, 3)), STRIDE))
    ]


@given(others(), wanted(), st.booleans(), st.sets(st.integers(0, 2)))
def test_a_series_is_decided_like_its_dates_one_after_the_other(
    there: list[Proposal], dates: list[Proposal], allow: bool, moving: set[int]
) -> None:
    """New dates, and dates that come from elsewhere: the same clashes, refusals and enforced claims."""
    board = world(allow=allow).book(*there)
    today = [
        replace(one, slot=hours(200 + 24 * n, 202 + 24 * n)) for n, one in enumerate(dates) if n in moving
    ]
    board.book(*today)
    before = find_clashes(board.occupancy(board.bookings.values()))
    seen, at_once = picture(board, *dates), [stored(one) for one in today]
    one_by_one: dict[UUID, tuple[PlacedClaim, ...]] = {}
    overridden, refusals = set(), {}
    detected: dict[Clash, ConflictLevel] = {}
    for one in dates:
        try:
            decision = board.decide(one)
        except ConflictException as refusal:
            refusals[one.scheduled_event_id] = refusal.clashes
            continue
        board.book(one)
        one_by_one[one.scheduled_event_id] = decision.claims
        overridden |= {one.scheduled_event_id} if decision.overridden else set()
        detected |= decision.detected
    if refusals:
        with pytest.raises(SeriesConflictException) as caught:
            decide_series(seen, at_once, dates, POLICY)
        assert {one.proposal.scheduled_event_id: one.clashes for one in caught.value.occurrences} == refusals
        return
    whole = decide_series(seen, at_once, dates, POLICY)
    after = find_clashes(board.occupancy(board.bookings.values()))
    assert whole.placed == one_by_one
    assert whole.overridden == overridden
    assert whole.detected == detected
    assert whole.inheriting == frozenset()
    assert whole.vanished == before.keys() - after.keys()
    assert (before | whole.detected).items() >= after.items()


@given(others(), wanted(), st.sets(st.integers(0, 2)), st.integers(0, 6))
def test_a_changed_series_is_recorded_as_what_there_is(
    there: list[Proposal], dates: list[Proposal], gone: set[int], by: int
) -> None:
    """Some dates move a little, onto their own and others' places, some go: nothing is missing or left."""
    board = world(allow=True).book(*there, *dates)
    board.calendars = {key: replace(one, allow_overbooking=True) for key, one in board.calendars.items()}
    before = find_clashes(board.occupancy(board.bookings.values()))
    moved = [
        replace(one, slot=one.slot.widened(-timedelta(hours=by), timedelta(hours=by)))
        for number, one in enumerate(dates)
        if number not in gone
    ]
    decision = decide_series(picture(board, *moved), [stored(one) for one in dates], moved, POLICY)
    for one in dates:
        del board.bookings[one.scheduled_event_id]
    board.book(*moved)
    after = find_clashes(board.occupancy(board.bookings.values()))
    recorded = {
        one: level for one, level in (before | decision.detected).items() if one not in decision.vanished
    }
    assert recorded == after
    assert not decision.vanished & decision.detected.keys()


def test_what_is_closed_is_told_date_by_date_as_for_a_single_booking() -> None:
    board = one_hall()
    board.closures = (closure(HALL, 9, 10, "Painting"),)
    (date,) = series(9)
    with pytest.raises(TimeSlotUnavailableException) as single:
        decide(picture(board, date), date, POLICY)
    with pytest.raises(SeriesUnavailableException) as whole:
        decide_all(board, date)
    (only,) = whole.value.dates
    assert (only.resource_name, only.slot, only.reason) == (
        single.value.resource_name,
        single.value.slot,
        single.value.reason,
    )


def test_conflict_types_are_those_of_single_bookings() -> None:
    board = with_office().book(proposal(0, 9, 11, calendar=OFFICE))
    with pytest.raises(SeriesConflictException) as caught:
        decide_all(board, *series(10, calendar=OFFICE))
    assert caught.value.clashes == (refused(0, ConflictType.TimeOverlap, ConflictLevel.Severe, None),)
