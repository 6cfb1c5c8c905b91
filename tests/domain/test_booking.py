"""Deciding on a booking: every way it can go, and that what is recorded step by step is what there is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.booking import (
    Decision,
    Picture,
    PlacedClaim,
    all_claims,
    decide,
    decide_removal,
)
from domain.conflicts import Clash, Pool, Usage, find_clashes
from domain.entities import Calendar, Claim, Closure, Resource, ScheduledEvent
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
    OverbookingException,
    RefusedClash,
    TimeSlotUnavailableException,
)
from domain.facts import OverbookingPreventedBySystem, OverbookingWarningTriggered
from domain.policy import Policy
from domain.proposal import Proposal
from domain.suggestion import Placement
from domain.time_slot import TimeSlot
from domain.undo import Former
from domain.working_hours import WorkingHours

POLICY = Policy()
MIDNIGHT = datetime(2030, 6, 3, tzinfo=UTC)
EVENT, ORGANIZER = UUID(int=1), UUID(int=2)
HALL, HALL_CALENDAR = UUID(int=10), UUID(int=11)
ADA, LAMP = UUID(int=20), UUID(int=30)
OFFICE = UUID(int=40)
VENUE, STAFF, LIMIT = ConflictType.VenueConflict, ConflictType.StaffConflict, ConflictType.TimeOverlap


def at(hour: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hour)


def hours(start: float, end: float) -> TimeSlot:
    return TimeSlot(at(start), at(end))


def booking_id(number: int) -> UUID:
    return UUID(int=100 + number)


def hall(quantity: int = 1, **fields: object) -> Resource:
    return replace(Resource(HALL, "Great Hall", ResourceType.Venue, quantity=quantity), **fields)


def hall_calendar(**fields: object) -> Calendar:
    calendar = Calendar(
        HALL_CALENDAR, "Great Hall", CalendarType.Venue, HALL, OwnerType.Venue, "UTC", at(-1000)
    )
    return replace(calendar, **fields)


def office(limit: int = 1, **fields: object) -> Calendar:
    """A department's calendar: it owns no resource and limits concurrency itself."""
    calendar = Calendar(
        OFFICE, "Office", CalendarType.Department, UUID(int=41), OwnerType.Department, "UTC", at(-1000)
    )
    return replace(calendar, max_concurrent_events=limit, **fields)


def ada(**fields: object) -> Resource:
    return replace(Resource(ADA, "Ada", ResourceType.Staff), **fields)


@dataclass
class Board:
    """All there is, kept in memory; its pictures show what the database's would."""

    calendars: dict[UUID, Calendar]
    resources: dict[UUID, Resource]
    bookings: dict[UUID, Proposal] = field(default_factory=dict)
    closures: tuple[Closure, ...] = ()

    def usages(self, booking: Proposal) -> Iterable[tuple[Pool, Usage]]:
        calendar = self.calendars[booking.calendar_id]
        hold = booking.status is ScheduleStatus.Tentative
        for claim in all_claims(calendar, booking.claims):
            resource = self.resources[claim.resource_id]
            pool = Pool(claim.resource_id, resource.resource_type, resource.quantity)
            before = timedelta(minutes=resource.setup_minutes)
            after = timedelta(minutes=resource.teardown_minutes)
            slot = booking.slot
            during = TimeSlot(slot.start_date_time - before, slot.end_date_time + after)
            key = booking.scheduled_event_id
            yield pool, Usage(key, during, booking.created_at, claim.quantity, claim.role, hold)
        if calendar.owner_type is not OwnerType.Venue:
            pool = Pool(None, None, calendar.max_concurrent_events, calendar.calendar_id)
            usage = Usage(booking.scheduled_event_id, booking.slot, booking.created_at, is_hold=hold)
            yield pool, usage

    def occupancy(self, bookings: Iterable[Proposal]) -> dict[Pool, tuple[Usage, ...]]:
        found: dict[Pool, list[Usage]] = {}
        for booking in bookings:
            for pool, usage in self.usages(booking):
                found.setdefault(pool, []).append(usage)
        return {pool: tuple(usages) for pool, usages in found.items()}

    def picture(self, changed: UUID | None, *proposals: Proposal) -> Picture:
        """What bears on the proposals and the booking changed: only the pools these touch."""
        old = None if changed is None else self.bookings[changed]
        touched = {pool for one in (*proposals, *([old] if old else [])) for pool, _ in self.usages(one)}
        others = self.occupancy(one for key, one in self.bookings.items() if key != changed)
        return Picture(
            calendars=self.calendars,
            resources=self.resources,
            others={pool: usages for pool, usages in others.items() if pool in touched},
            booking=None if old is None else stored(old),
            closures=self.closures,
        )

    def decide(self, proposal: Proposal) -> Decision:
        changed = proposal.scheduled_event_id
        changed_id = changed if changed in self.bookings else None
        return decide(self.picture(changed_id, proposal), proposal, POLICY)

    def book(self, *proposals: Proposal) -> Board:
        """Put bookings there without asking."""
        self.bookings |= {one.scheduled_event_id: one for one in proposals}
        return self


def stored(booking: Proposal) -> ScheduledEvent:
    return ScheduledEvent(
        booking.scheduled_event_id,
        booking.event_id,
        booking.calendar_id,
        ORGANIZER,
        booking.slot,
        booking.time_zone,
        booking.status,
        booking.created_at,
        ORGANIZER,
        booking.claims,
        booking.hold_expires_at,
    )


def proposal(
    number: int,
    start: float,
    end: float,
    *claims: Claim,
    calendar: UUID = HALL_CALENDAR,
    hold: bool = False,
    override: str | None = None,
) -> Proposal:
    status = ScheduleStatus.Tentative if hold else ScheduleStatus.Scheduled
    created = at(-100 + number)
    return Proposal(
        booking_id(number),
        EVENT,
        calendar,
        hours(start, end),
        "UTC",
        status,
        created,
        claims,
        override_reason=override,
    )


def one_hall(quantity: int = 1, **fields: object) -> Board:
    return Board(
        {HALL_CALENDAR: hall_calendar(max_concurrent_events=quantity)}, {HALL: hall(quantity, **fields)}
    )


def with_office(limit: int = 1, **fields: object) -> Board:
    board = one_hall()
    board.calendars[OFFICE] = office(limit, **fields)
    board.resources[ADA] = ada()
    return board


def clash(later: int, earlier: int, kind: ConflictType, over: UUID | None = HALL) -> Clash:
    return Clash(booking_id(later), booking_id(earlier), kind, over)


def refused(rival: int, kind: ConflictType, level: ConflictLevel, over: UUID | None = HALL) -> RefusedClash:
    return RefusedClash(booking_id(rival), kind, level, over)


def placed(resource_id: UUID, start: float, end: float, *, enforced: bool) -> PlacedClaim:
    return PlacedClaim(Claim(resource_id), hours(start, end), enforced)


# What is claimed.


def test_the_calendars_owner_is_claimed_first() -> None:
    assert all_claims(hall_calendar(), (Claim(ADA),)) == (Claim(HALL), Claim(ADA))


def test_a_claim_on_the_owner_that_was_named_is_taken_as_named_and_first() -> None:
    named = Claim(HALL, ClaimRole.Secondary)
    assert all_claims(hall_calendar(), (Claim(ADA), named)) == (named, Claim(ADA))


def test_a_calendar_without_a_resource_claims_only_what_is_named() -> None:
    assert all_claims(office(), (Claim(ADA),)) == (Claim(ADA),)


def test_a_free_slot_is_booked_with_setup_and_teardown_around_its_claim() -> None:
    board = one_hall(setup_minutes=30, teardown_minutes=60)
    assert board.decide(proposal(0, 9, 10)) == Decision(
        claims=(placed(HALL, 8.5, 11, enforced=True),),
        detected={},
        vanished=frozenset(),
        overridden=False,
        inherits_clash=False,
        warning=None,
    )


# Closed comes before clash.


def closure(resource_id: UUID, start: float, end: float, reason: str | None = None) -> Closure:
    return Closure(UUID(int=50), resource_id, hours(start, end), reason)


def test_a_closed_resource_is_said_before_any_clash() -> None:
    board = one_hall().book(proposal(0, 9, 11))
    board.closures = (closure(HALL, 10, 12, "Painting"),)
    with pytest.raises(TimeSlotUnavailableException) as caught:
        board.decide(proposal(1, 9, 11))
    assert caught.value.detail == "Great Hall is not available: Painting"


def test_a_closure_of_another_resource_or_time_is_no_matter() -> None:
    board = with_office()
    board.closures = (closure(ADA, 9, 11), closure(HALL, 11, 12))
    assert board.decide(proposal(0, 9, 11)).claims == (placed(HALL, 9, 11, enforced=True),)


def test_every_resource_claimed_must_be_open() -> None:
    board = with_office()
    board.resources[ADA] = ada(working_hours=WorkingHours.daily(8 * 60, 10 * 60))
    with pytest.raises(TimeSlotUnavailableException) as caught:
        board.decide(proposal(0, 9, 11, Claim(ADA)))
    assert caught.value.detail == "Ada is not available: outside its working hours"


def test_what_the_viewer_may_not_see_is_neither_named_nor_explained() -> None:
    board = with_office()
    board.resources[ADA] = ada(working_hours=WorkingHours.daily(8 * 60, 10 * 60))
    board.closures = (closure(HALL, 12, 13, "Painting"),)
    seen = board.picture(None, proposal(0, 9, 11, Claim(ADA)))
    blind = replace(seen, visible_resource_ids=frozenset({HALL}))
    with pytest.raises(TimeSlotUnavailableException) as caught:
        decide(blind, proposal(0, 9, 11, Claim(ADA)), POLICY)
    assert (caught.value.detail, caught.value.reason) == ("A resource is not available", None)
    assert caught.value.__cause__ is None
    with pytest.raises(TimeSlotUnavailableException) as caught:
        decide(blind, proposal(0, 12, 13), POLICY)
    assert caught.value.detail == "Great Hall is not available: Painting"


def test_setup_and_teardown_may_reach_into_closures() -> None:
    board = one_hall(setup_minutes=60, teardown_minutes=60)
    board.closures = (closure(HALL, 8, 9), closure(HALL, 10, 11))
    assert board.decide(proposal(0, 9, 10)).claims == (placed(HALL, 8, 11, enforced=True),)


# Refusals.


def test_a_taken_venue_refuses() -> None:
    """SCH-023."""
    board = one_hall().book(proposal(0, 9, 11))
    asked = proposal(1, 10, 12)
    with pytest.raises(ConflictException) as caught:
        board.decide(asked)
    assert type(caught.value) is ConflictException
    assert caught.value.clashes == (refused(0, VENUE, ConflictLevel.Critical),)
    assert caught.value.proposal == asked
    assert caught.value.fact(ORGANIZER, at(0)) == OverbookingPreventedBySystem(
        HALL_CALENDAR, booking_id(1), ORGANIZER, at(0)
    )


def test_only_setup_in_the_way_refuses_too() -> None:
    board = one_hall(setup_minutes=30).book(proposal(0, 9, 11))
    with pytest.raises(ConflictException):
        board.decide(proposal(1, 11, 12))
    assert board.decide(proposal(1, 11.5, 12)).detected == {}


def test_a_full_venue_of_several_is_overbooked() -> None:
    board = one_hall(2).book(proposal(0, 9, 11), proposal(1, 9, 11))
    with pytest.raises(OverbookingException) as caught:
        board.decide(proposal(2, 10, 12))
    critical = ConflictLevel.Critical
    assert caught.value.clashes == (refused(1, VENUE, critical), refused(0, VENUE, critical))[::-1]


def test_a_calendar_at_its_own_limit_refuses() -> None:
    """SCH-010: a TimeOverlap is Severe."""
    board = with_office().book(proposal(0, 9, 11, calendar=OFFICE))
    with pytest.raises(ConflictException) as caught:
        board.decide(proposal(1, 10, 12, calendar=OFFICE))
    assert type(caught.value) is ConflictException
    assert caught.value.clashes == (refused(0, LIMIT, ConflictLevel.Severe, None),)


def test_a_calendar_at_its_own_limit_of_several_is_overbooked() -> None:
    board = with_office(2).book(proposal(0, 9, 11, calendar=OFFICE), proposal(1, 9, 11, calendar=OFFICE))
    with pytest.raises(OverbookingException):
        board.decide(proposal(2, 10, 12, calendar=OFFICE))


def test_the_refusal_names_milder_clashes_after_the_worst() -> None:
    board = with_office().book(
        proposal(0, 9, 11), proposal(1, 10, 12, Claim(ADA, ClaimRole.Secondary), calendar=OFFICE)
    )
    with pytest.raises(ConflictException) as caught:
        board.decide(proposal(2, 10, 12, Claim(ADA, ClaimRole.Secondary)))
    assert caught.value.clashes == (
        refused(0, VENUE, ConflictLevel.Critical),
        refused(1, STAFF, ConflictLevel.Minor, ADA),
    )


def test_one_clash_at_quantity_one_makes_it_a_conflict_though_another_pool_holds_several() -> None:
    board = with_office(2).book(
        proposal(0, 9, 11, calendar=OFFICE),
        proposal(1, 9, 11, calendar=OFFICE),
        proposal(2, 10, 12),
    )
    with pytest.raises(ConflictException) as caught:
        board.decide(proposal(3, 10, 12, Claim(HALL), calendar=OFFICE))
    assert type(caught.value) is ConflictException


def test_moderate_and_minor_clashes_are_recorded_not_refused() -> None:
    board = with_office().book(proposal(0, 9, 11, Claim(ADA)))
    decision = board.decide(proposal(1, 10, 12, Claim(ADA), calendar=OFFICE))
    assert decision.detected == {clash(1, 0, STAFF, ADA): ConflictLevel.Moderate}
    assert decision.claims == (placed(ADA, 10, 12, enforced=False),)
    assert not decision.overridden


# Holds.


def test_a_hold_over_a_firm_booking_is_refused_like_any() -> None:
    board = one_hall().book(proposal(0, 9, 11))
    with pytest.raises(ConflictException) as caught:
        board.decide(proposal(1, 10, 12, hold=True))
    assert caught.value.clashes == (refused(0, VENUE, ConflictLevel.Critical),)


def test_holds_queue_for_one_slot() -> None:
    board = one_hall().book(proposal(0, 9, 11, hold=True))
    decision = board.decide(proposal(1, 10, 12, hold=True))
    assert decision.detected == {}
    assert decision.claims == (placed(HALL, 10, 12, enforced=False),)


def test_booking_over_a_hold_succeeds_and_is_noted() -> None:
    board = one_hall().book(proposal(0, 9, 11, hold=True))
    decision = board.decide(proposal(1, 10, 12))
    assert decision.detected == {clash(1, 0, LIMIT): ConflictLevel.Minor}
    assert decision.claims == (placed(HALL, 10, 12, enforced=True),)
    assert not decision.overridden


def test_an_overridden_hold_is_only_a_mild_overlap() -> None:
    board = one_hall().book(proposal(0, 9, 11))
    decision = board.decide(proposal(1, 10, 12, hold=True, override="They asked"))
    assert decision.detected == {clash(1, 0, LIMIT): ConflictLevel.Minor}
    assert decision.overridden


def test_confirming_a_hold_turns_its_overlap_into_the_clash_it_is() -> None:
    board = with_office().book(proposal(0, 9, 11, Claim(ADA), calendar=OFFICE, hold=True))
    board.book(proposal(1, 10, 12, Claim(ADA)))
    decision = board.decide(proposal(0, 9, 11, Claim(ADA), calendar=OFFICE))
    assert decision.detected == {clash(1, 0, STAFF, ADA): ConflictLevel.Moderate}
    assert decision.vanished == {clash(1, 0, LIMIT, ADA)}


def test_holds_that_overlap_keep_the_overlap_elsewhere_when_a_third_leaves() -> None:
    """The third booking's picture shows only the lamps; the two still meet over Ada."""
    board = with_office(9)
    board.resources[LAMP] = Resource(LAMP, "Lamps", ResourceType.Equipment, quantity=2)
    both = (Claim(ADA), Claim(LAMP))
    board.book(
        proposal(0, 9, 11, *both, calendar=OFFICE, hold=True), proposal(1, 9, 11, *both, calendar=OFFICE)
    )
    board.book(proposal(2, 9, 11, Claim(LAMP)))
    gone = decide_removal(board.picture(booking_id(2))).vanished
    assert gone == {clash(1, 0, LIMIT, LAMP), clash(2, 0, LIMIT, LAMP)}


# Overrides.


def test_an_override_lets_it_through_and_exempts_only_its_own_claim_there() -> None:
    """SCH-021, SCH-025."""
    board = with_office().book(proposal(0, 9, 11))
    other = UUID(int=12)
    board.resources[other] = Resource(other, "Foyer", ResourceType.Venue)
    decision = board.decide(proposal(1, 10, 12, Claim(other), override="The mayor asked"))
    assert decision.overridden
    assert decision.detected == {clash(1, 0, VENUE): ConflictLevel.Critical}
    assert decision.claims == (placed(HALL, 10, 12, enforced=False), placed(other, 10, 12, enforced=True))


def test_an_override_that_was_not_needed_is_none() -> None:
    decision = one_hall().decide(proposal(0, 9, 11, override="Just in case"))
    assert not decision.overridden
    assert decision.claims == (placed(HALL, 9, 11, enforced=True),)


def test_a_calendar_that_allows_overbooking_warns_and_never_refuses() -> None:
    """SCH-020."""
    board = one_hall().book(proposal(0, 9, 11))
    board.calendars[HALL_CALENDAR] = hall_calendar(allow_overbooking=True)
    decision = board.decide(proposal(1, 10, 12, override="Not needed"))
    assert not decision.overridden
    assert decision.detected == {clash(1, 0, VENUE): ConflictLevel.Critical}
    assert decision.claims == (placed(HALL, 10, 12, enforced=False),)


def test_a_calendar_that_allows_overbooking_is_never_enforced() -> None:
    board = one_hall()
    board.calendars[HALL_CALENDAR] = hall_calendar(allow_overbooking=True)
    assert board.decide(proposal(1, 10, 12)).claims == (placed(HALL, 10, 12, enforced=False),)


def test_a_venue_of_several_is_not_enforced_by_the_constraint() -> None:
    assert one_hall(2).decide(proposal(0, 9, 10)).claims == (placed(HALL, 9, 10, enforced=False),)


# Third parties.


def pair(later: int, earlier: int) -> Clash:
    return clash(later, earlier, ConflictType.EquipmentConflict, LAMP)


def lamps(quantity: int) -> Board:
    board = with_office(9)
    board.resources[LAMP] = Resource(LAMP, "Lamps", ResourceType.Equipment, quantity=quantity)
    return board


def lit(number: int, start: float, end: float, quantity: int = 1) -> Proposal:
    return proposal(number, start, end, Claim(LAMP, quantity=quantity), calendar=OFFICE)


def test_a_booking_brings_about_a_clash_between_others() -> None:
    board = lamps(2).book(lit(0, 9, 11), lit(1, 9, 11))
    assert set(board.decide(lit(2, 10, 12)).detected) == {pair(1, 0), pair(2, 0), pair(2, 1)}


def test_a_clash_between_others_that_was_there_anyway_is_left_alone() -> None:
    board = lamps(2).book(lit(0, 9, 11), lit(1, 9, 11), lit(2, 9, 11))
    assert set(board.decide(lit(3, 10, 12)).detected) == {pair(3, 0), pair(3, 1), pair(3, 2)}


def test_moving_away_takes_the_clash_between_others_along() -> None:
    board = lamps(2).book(lit(0, 9, 11), lit(1, 9, 11), lit(2, 9, 11))
    decision = board.decide(lit(2, 11, 12))
    assert decision.detected == {}
    assert decision.vanished == {pair(1, 0), pair(2, 0), pair(2, 1)}


def test_removing_takes_the_clash_between_others_along() -> None:
    board = lamps(2).book(lit(0, 9, 11), lit(1, 9, 11), lit(2, 9, 10), lit(3, 12, 13, 3))
    assert decide_removal(board.picture(booking_id(2))).vanished == {pair(1, 0), pair(2, 0), pair(2, 1)}


# Warnings.


def decide_beside(board: Board, moved: Proposal, *leaving: int) -> Decision:
    """A move that is followed by those of other bookings in the same transaction."""
    picture = board.picture(moved.scheduled_event_id, moved)
    leaving_ids = frozenset(booking_id(number) for number in leaving)
    return decide(replace(picture, leaving=leaving_ids), moved, POLICY)


def test_a_booking_takes_the_place_of_one_that_is_leaving() -> None:
    board = one_hall().book(proposal(1, 10, 12), proposal(2, 12, 14), proposal(3, 14, 16))
    moved = proposal(1, 12, 14)
    assert decide_beside(board, moved, 2) == Decision(
        claims=(placed(HALL, 12, 14, enforced=True),),
        detected={},
        vanished=frozenset(),
        overridden=False,
        inherits_clash=False,
        warning=None,
    )
    with pytest.raises(ConflictException) as caught:
        decide_beside(board, proposal(1, 13, 15), 2)
    assert caught.value.clashes == (refused(3, ConflictType.VenueConflict, ConflictLevel.Critical),)


def test_of_clashes_of_one_that_is_leaving_only_the_movers_own_are_told() -> None:
    uses = Claim(ADA)
    board = with_office(9).book(
        proposal(1, 10, 12, uses, calendar=OFFICE),
        proposal(2, 11, 13, uses, calendar=OFFICE),
        proposal(3, 12, 14, uses, calendar=OFFICE),
    )
    moved = proposal(1, 20, 21, uses, calendar=OFFICE)
    over_ada = clash(2, 1, ConflictType.StaffConflict, ADA)
    assert board.decide(moved).vanished == {over_ada}
    assert decide_beside(board, moved, 2).vanished == {over_ada}
    assert decide_beside(board, moved, 3).vanished == {over_ada}


def test_a_booking_that_lifts_the_peak_to_80_percent_warns() -> None:
    """SCH-022."""
    board = one_hall(5).book(*(proposal(n, 9, 11) for n in range(3)))
    decision = board.decide(proposal(3, 10, 12))
    assert decision.warning == OverbookingWarningTriggered(HALL_CALENDAR, 4, 5, 4.0)


@pytest.mark.parametrize("there", [2, 4])
def test_below_the_threshold_or_already_at_it_there_is_no_warning(there: int) -> None:
    board = one_hall(5).book(*(proposal(n, 9, 11) for n in range(there)))
    assert board.decide(proposal(9, 10, 12)).warning is None


def test_a_calendar_of_one_never_warns() -> None:
    assert one_hall().decide(proposal(0, 9, 11)).warning is None


def test_a_calendars_own_limit_warns_too() -> None:
    board = with_office(2).book(proposal(0, 9, 11, calendar=OFFICE))
    decision = board.decide(proposal(1, 10, 12, calendar=OFFICE))
    assert decision.warning == OverbookingWarningTriggered(OFFICE, 2, 2, 1.6)


def test_a_hold_does_not_lift_the_peak() -> None:
    board = one_hall(2).book(proposal(0, 9, 11))
    assert board.decide(proposal(1, 10, 12, hold=True)).warning is None


def test_a_move_within_the_same_crowd_does_not_warn_again() -> None:
    board = one_hall(2).book(proposal(0, 9, 12), proposal(1, 9, 11))
    assert board.decide(proposal(1, 10, 12)).warning is None
    assert board.decide(proposal(1, 11.5, 13)).warning == OverbookingWarningTriggered(
        HALL_CALENDAR, 2, 2, 1.6
    )


# Step by step, what is recorded is what there is.


def world() -> Board:
    """Two halls, one of several; a person and a pool of lamps that bookings on any calendar claim."""
    second, second_calendar = UUID(int=60), UUID(int=61)
    desk = Calendar(UUID(int=62), "Ada", CalendarType.Staff, ADA, OwnerType.Staff, "UTC", at(-1000))
    return Board(
        {
            HALL_CALENDAR: hall_calendar(),
            second_calendar: hall_calendar(calendar_id=second_calendar, owner_id=second),
            desk.calendar_id: desk,
        },
        {
            HALL: hall(setup_minutes=60),
            second: Resource(second, "Arena", ResourceType.Venue, quantity=2),
            ADA: ada(),
            LAMP: Resource(LAMP, "Lamps", ResourceType.Equipment, quantity=3),
        },
    )


@st.composite
def steps(draw: st.DrawFn) -> list[Proposal | UUID]:
    """Bookings made and changed (a proposal), and removed (an id)."""
    calendars = sorted(world().calendars)
    found: list[Proposal | UUID] = []
    for _ in range(draw(st.integers(1, 12))):
        number = draw(st.integers(0, 5))
        if draw(st.integers(0, 4)) == 0:
            found.append(booking_id(number))
            continue
        start = draw(st.integers(0, 8))
        claims = tuple(
            Claim(one, draw(st.sampled_from(ClaimRole)), draw(st.integers(1, 2)) if one == LAMP else 1)
            for one in draw(st.sets(st.sampled_from([ADA, LAMP])))
        )
        found.append(
            proposal(
                number,
                start,
                start + draw(st.integers(1, 4)),
                *claims,
                calendar=draw(st.sampled_from(calendars)),
                hold=draw(st.booleans()),
                override="Let it through",
            )
        )
    return found


@given(steps())
def test_what_is_recorded_step_by_step_is_what_there_is(taken: list[Proposal | UUID]) -> None:
    board = world()
    recorded: dict[Clash, ConflictLevel] = {}
    for step in taken:
        if isinstance(step, Proposal):
            decision = board.decide(step)
            board.book(step)
            vanished = decision.vanished
            assert not vanished & decision.detected.keys()
            recorded |= decision.detected
        elif step in board.bookings:
            removal = decide_removal(board.picture(step))
            vanished = removal.vanished
            recorded |= removal.detected
            del board.bookings[step]
        else:
            continue
        recorded = {one: level for one, level in recorded.items() if one not in vanished}
        assert recorded == find_clashes(board.occupancy(board.bookings.values()))


# What a booking keeps of the clashes it has.


def test_a_booking_keeps_its_clash_within_its_old_time_and_stays_unguarded() -> None:
    board = one_hall().book(proposal(1, 10, 14), proposal(2, 10, 14))
    for start, end in ((10, 14), (11, 13), (10, 11)):
        decision = board.decide(proposal(2, start, end))
        assert decision.inherits_clash
        assert not decision.overridden
        assert decision.claims == (placed(HALL, start, end, enforced=False),)
        assert decision.detected == {clash(2, 1, ConflictType.VenueConflict): ConflictLevel.Critical}
        assert decision.vanished == frozenset()


@pytest.mark.parametrize(("start", "end"), [(9, 14), (10, 15), (13, 17)])
def test_a_clash_at_a_new_time_is_a_new_one(start: int, end: int) -> None:
    board = one_hall().book(proposal(1, 8, 18), proposal(2, 10, 14))
    with pytest.raises(ConflictException):
        board.decide(proposal(2, start, end))


def test_a_new_rival_refuses_what_keeps_an_old_clash() -> None:
    board = one_hall().book(proposal(1, 10, 12), proposal(2, 10, 14), proposal(3, 14, 16))
    with pytest.raises(ConflictException):
        board.decide(proposal(2, 10, 15))


def test_more_pieces_are_a_new_claim_and_fewer_are_not() -> None:
    board = one_hall(3).book(
        proposal(1, 10, 12, Claim(HALL, quantity=2)), proposal(2, 10, 12, Claim(HALL, quantity=2))
    )
    assert board.decide(proposal(2, 10, 12, Claim(HALL, quantity=2))).inherits_clash
    assert not board.decide(proposal(2, 10, 12)).inherits_clash
    with pytest.raises(OverbookingException):
        board.decide(proposal(2, 10, 12, Claim(HALL, quantity=3)))


def test_a_calendars_limit_is_kept_on_that_calendar_alone() -> None:
    board = with_office()
    other = UUID(int=59)
    board.calendars[other] = replace(office(), calendar_id=other, owner_id=UUID(int=60))
    board.book(
        proposal(1, 10, 12, calendar=OFFICE),
        proposal(2, 10, 12, calendar=OFFICE),
        proposal(3, 10, 12, calendar=other),
    )
    assert board.decide(proposal(2, 10, 12, calendar=OFFICE)).inherits_clash
    with pytest.raises(ConflictException):
        board.decide(proposal(2, 10, 12, calendar=other))


def test_a_new_booking_inherits_nothing() -> None:
    decision = one_hall().decide(proposal(1, 10, 12))
    assert not decision.inherits_clash


# What a booking may be again that was moved by a fix.


def back(board: Board, wanted: Proposal, *clashes: Clash, is_blocked: bool = False) -> Decision:
    """The decision on a booking that goes back to where these clashes were."""
    place = Placement(wanted.calendar_id, wanted.slot, wanted.claims)
    former = Former(place, wanted.status, None, False, is_blocked, frozenset(clashes))
    picture = replace(board.picture(wanted.scheduled_event_id, wanted), former=former)
    return decide(picture, wanted, POLICY)


def test_a_clash_that_stood_there_does_not_refuse_the_way_back_and_is_recorded() -> None:
    board = one_hall().book(proposal(1, 10, 12), proposal(2, 14, 16))
    decision = back(board, proposal(2, 10, 12), clash(2, 1, VENUE))
    assert decision.inherits_clash
    assert not decision.overridden
    assert decision.claims == (placed(HALL, 10, 12, enforced=False),)
    assert decision.detected == {clash(2, 1, VENUE): ConflictLevel.Critical}


def test_another_clash_refuses_the_way_back_as_any_other() -> None:
    board = one_hall().book(proposal(1, 10, 12), proposal(2, 14, 16), proposal(3, 12, 13))
    with pytest.raises(ConflictException) as caught:
        back(board, proposal(2, 10, 13), clash(2, 1, VENUE))
    assert {one.rival_id for one in caught.value.clashes} == {booking_id(1), booking_id(3)}
    assert caught.value.refused_bookings == (caught.value,)


def test_a_clash_that_has_gone_leaves_the_way_back_guarded() -> None:
    board = one_hall().book(proposal(2, 14, 16))
    decision = back(board, proposal(2, 10, 12), clash(2, 1, VENUE))
    assert not decision.inherits_clash
    assert decision.claims == (placed(HALL, 10, 12, enforced=True),)


def test_only_what_was_blocked_goes_back_where_it_is_closed() -> None:
    board = one_hall().book(proposal(2, 14, 16))
    board.closures = (closure(HALL, 10, 12),)
    assert back(board, proposal(2, 10, 12), is_blocked=True).claims == (placed(HALL, 10, 12, enforced=True),)
    with pytest.raises(TimeSlotUnavailableException) as caught:
        back(board, proposal(2, 10, 12))
    assert caught.value.refused_bookings == ()  # of which nothing is kept
