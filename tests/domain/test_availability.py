"""Availability says what a booking would be told, of any slot, and where slots are free (SCH-030..034)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.availability import Availability, Reason, ReasonCode
from domain.booking import Picture, decide
from domain.conflicts import Pool, Usage
from domain.entities import Calendar, Claim, Closure, Resource
from domain.enums import CalendarType, OwnerType, ResourceType, ScheduleStatus
from domain.errors import ConflictException, TimeSlotUnavailableException
from domain.policy import Policy
from domain.proposal import Proposal
from domain.rules.conflicts import hold_overlap_level
from domain.time_slot import TimeSlot
from domain.working_hours import WorkingHours

MONDAY = datetime(2030, 6, 3, tzinfo=UTC)
NOW = MONDAY - timedelta(days=3)
POLICY = Policy()
HALL = Resource(UUID(int=1), "Ballroom", ResourceType.Venue)
PERSON = Resource(UUID(int=2), "Ada", ResourceType.Staff)
MIKES = Resource(UUID(int=3), "Microphones", ResourceType.Equipment, quantity=12)


def hours(start: float, end: float) -> TimeSlot:
    return TimeSlot(MONDAY + timedelta(hours=start), MONDAY + timedelta(hours=end))


def at(hour: float) -> datetime:
    return MONDAY + timedelta(hours=hour)


def own_calendar(resource: Resource, **more: object) -> Calendar:
    kind = int(resource.resource_type)
    calendar = Calendar(
        UUID(int=100 + resource.resource_id.int),
        resource.name,
        CalendarType(kind),
        resource.resource_id,
        OwnerType(kind),
        "UTC",
        NOW,
    )
    return replace(calendar, **more)  # type: ignore[arg-type]


def use(number: int, start: float, end: float, quantity: int = 1, *, is_hold: bool = False) -> Usage:
    return Usage(UUID(int=1000 + number), hours(start, end), NOW, quantity, is_hold=is_hold)


def closed(start: float, end: float, reason: str | None = None, of: Resource = HALL) -> Closure:
    return Closure(UUID(int=int(start * 100) + 1), of.resource_id, hours(start, end), reason)


def picture(
    resource: Resource,
    *usages: Usage,
    calendar: Calendar | None = None,
    closures: Iterable[Closure] = (),
    on_calendar: Iterable[Usage] = (),
) -> Picture:
    others = {Pool(resource.resource_id, resource.resource_type, resource.quantity): usages}
    if calendar is not None:
        others[Pool(None, None, calendar.max_concurrent_events, calendar.calendar_id)] = tuple(on_calendar)
    return Picture(
        calendars={} if calendar is None else {calendar.calendar_id: calendar},
        resources={resource.resource_id: resource},
        others=others,
        closures=tuple(closures),
    )


def availability(
    seen: Picture, *, quantity: int = 1, buffer_minutes: int = 0, now: datetime = NOW
) -> Availability:
    (key,) = seen.resources
    buffer = timedelta(minutes=buffer_minutes)
    return Availability(seen, key, quantity=quantity, buffer=buffer, now=now, policy=POLICY)


def test_a_resource_that_nobody_uses_is_available() -> None:
    judge = availability(picture(HALL), buffer_minutes=15)
    assert judge.reasons(hours(9, 11)) == ()
    assert judge.free(hours(0, 24)) == [hours(0, 24)]


def test_what_is_booked_says_for_what_and_until_when() -> None:
    hall = replace(HALL, setup_minutes=30, teardown_minutes=60)
    judge = availability(picture(hall, use(2, 12, 14), use(1, 9, 10), calendar=own_calendar(hall)))
    booked = (Reason(ReasonCode.Booked, True, at(10.5), (UUID(int=1001),)),)
    assert judge.reasons(hours(8, 9)) == booked
    assert judge.reasons(hours(10, 11)) == booked
    assert judge.reasons(hours(10.5, 11)) == ()
    both = Reason(ReasonCode.Booked, True, at(14.5), (UUID(int=1001), UUID(int=1002)))
    assert judge.reasons(hours(9, 13)) == (both,)
    assert judge.free(hours(6, 18)) == [hours(6, 8), hours(10.5, 11), hours(14.5, 18)]


def test_a_person_or_thing_that_is_booked_refuses_nothing() -> None:
    judge = availability(picture(PERSON, use(1, 9, 10)))
    assert judge.reasons(hours(9, 10)) == (Reason(ReasonCode.Booked, False, at(10), (UUID(int=1001),)),)


def test_a_persons_own_calendar_refuses() -> None:
    calendar = own_calendar(PERSON)
    seen = picture(PERSON, use(1, 9, 10), calendar=calendar, on_calendar=[use(1, 9, 10), use(2, 11, 12)])
    judge = availability(seen)
    assert judge.reasons(hours(9.5, 11.5)) == (
        Reason(ReasonCode.Booked, True, at(12), (UUID(int=1001), UUID(int=1002))),
    )
    assert judge.free(hours(8, 14)) == [hours(8, 9), hours(10, 11), hours(12, 14)]
    lenient = replace(calendar, allow_overbooking=True)
    seen = picture(PERSON, calendar=lenient, on_calendar=[use(2, 11, 12)])
    assert availability(seen).reasons(hours(11, 12)) == (
        Reason(ReasonCode.Booked, False, at(12), (UUID(int=1002),)),
    )


def test_a_pool_says_how_many_are_left() -> None:
    judge = availability(picture(MIKES, use(1, 9, 12, 5), use(2, 11, 13, 4)), quantity=4)
    assert judge.reasons(hours(9, 11)) == ()
    short = Reason(ReasonCode.OverCapacity, False, at(13), (UUID(int=1001), UUID(int=1002)), 3, 12)
    assert judge.reasons(hours(10, 12)) == (short,)
    assert judge.free(hours(8, 14)) == [hours(8, 11), hours(12, 14)]


def test_more_than_there_are_is_refused() -> None:
    judge = availability(picture(MIKES, use(1, 9, 12, 5)), quantity=13)
    assert judge.reasons(hours(9, 11)) == (Reason(ReasonCode.OverCapacity, True, free=12, total=12),)
    assert judge.free(hours(8, 14)) == []


def test_a_pool_with_a_calendar_says_the_scarcer() -> None:
    calendar = own_calendar(MIKES, max_concurrent_events=2)
    seen = picture(
        MIKES,
        use(1, 9, 12, 6),
        use(2, 9, 12, 5),
        calendar=calendar,
        on_calendar=[use(1, 9, 12), use(2, 9, 12)],
    )
    ids = (UUID(int=1001), UUID(int=1002))
    assert availability(seen, quantity=2).reasons(hours(9, 10)) == (
        Reason(ReasonCode.OverCapacity, True, at(12), ids, 0, 2),
    )
    assert availability(seen).reasons(hours(9, 10)) == (
        Reason(ReasonCode.OverCapacity, True, at(12), ids, 0, 2),
    )


def test_holds_are_in_nobodys_way() -> None:
    judge = availability(picture(HALL, use(1, 9, 10, is_hold=True)), buffer_minutes=15)
    assert judge.reasons(hours(9, 10)) == ()
    assert judge.free(hours(8, 12)) == [hours(8, 12)]


def test_a_buffer_is_kept_from_bookings_alone() -> None:
    seen = picture(HALL, use(1, 9, 10), closures=[closed(12, 13)])
    judge = availability(seen, buffer_minutes=15)
    near = (Reason(ReasonCode.Buffer, False, at(10), (UUID(int=1001),)),)
    assert judge.reasons(hours(10, 11)) == near
    assert judge.reasons(hours(8, 8.9)) == near
    assert judge.reasons(hours(10.25, 12)) == ()
    assert judge.reasons(hours(13, 14)) == ()
    assert judge.free(hours(8, 14)) == [hours(8, 8.75), hours(10.25, 12), hours(13, 14)]
    assert availability(seen).reasons(hours(10, 11)) == ()


def test_a_pools_buffer_says_no_count() -> None:
    judge = availability(picture(MIKES, use(1, 9, 10, 12)), buffer_minutes=15)
    assert judge.reasons(hours(10, 11)) == (Reason(ReasonCode.Buffer, False, at(10), (UUID(int=1001),)),)


def test_closures_and_hours_both_say_so() -> None:
    hall = replace(HALL, working_hours=WorkingHours.daily(8 * 60, 18 * 60))
    closures = [closed(16, 17, "Paint"), closed(17, 20), closed(2, 3, "Ill", PERSON)]
    judge = availability(picture(hall, closures=closures))
    assert judge.reasons(hours(16, 19)) == (
        Reason(ReasonCode.Closed, True, at(20), note="Paint"),
        Reason(ReasonCode.OutsideWorkingHours, True, at(24 + 8)),
    )
    assert judge.reasons(hours(7, 9)) == (Reason(ReasonCode.OutsideWorkingHours, True, at(8)),)
    assert judge.free(hours(0, 24)) == [hours(8, 16)]


def test_a_resource_that_never_opens_says_no_time() -> None:
    hall = replace(HALL, working_hours=WorkingHours(((),) * 7))
    judge = availability(picture(hall))
    assert judge.reasons(hours(16, 19)) == (Reason(ReasonCode.OutsideWorkingHours, True),)
    assert judge.free(hours(0, 24)) == []


def test_what_no_booking_may_be_comes_first() -> None:
    hall = replace(HALL, is_active=False)
    judge = availability(picture(hall, use(1, -80, 2)))
    assert [one.code for one in judge.reasons(hours(-72, -72 + 0.1))] == [
        ReasonCode.Past,
        ReasonCode.TooShort,
        ReasonCode.Inactive,
        ReasonCode.Booked,
    ]
    assert [one.code for one in judge.reasons(hours(2, 24 * 31))] == [ReasonCode.TooLong, ReasonCode.Inactive]
    assert judge.free(hours(5, 9)) == []
    off = own_calendar(HALL, is_active=False)
    judge = availability(picture(HALL, calendar=off))
    assert [one.code for one in judge.reasons(hours(9, 10))] == [ReasonCode.Inactive]
    assert judge.free(hours(5, 9)) == []


def test_nothing_is_free_in_the_past_nor_for_less_than_a_booking() -> None:
    now = at(9) + timedelta(seconds=30)
    judge = availability(picture(HALL, use(1, 10, 11), use(2, 11.2, 12)), now=now)
    assert judge.free(hours(8, 13)) == [TimeSlot(at(9) + timedelta(minutes=1), at(10)), hours(12, 13)]
    assert judge.free(hours(7, 9)) == []


def test_slots_start_half_an_hour_apart_and_end_in_the_window() -> None:
    judge = availability(picture(HALL))
    found = list(judge.slots(hours(9, 11), timedelta(hours=1)))
    assert found == [hours(9, 10), hours(9.5, 10.5), hours(10, 11)]


Rows = list[tuple[int, int, int, bool]]
USAGES = st.lists(
    st.tuples(st.integers(0, 90), st.integers(1, 24), st.integers(1, 3), st.booleans()), max_size=8
)
CLOSED = st.lists(st.tuples(st.integers(0, 90), st.integers(1, 12)), max_size=2)
RESOURCES = st.builds(
    Resource,
    st.just(UUID(int=7)),
    st.just("Thing"),
    st.sampled_from(ResourceType),
    quantity=st.integers(1, 4),
    setup_minutes=st.sampled_from([0, 15, 60]),
    teardown_minutes=st.sampled_from([0, 30]),
    working_hours=st.sampled_from([None, WorkingHours.daily(6 * 60, 20 * 60)]),
)


def quarters(start: int, length: int) -> TimeSlot:
    return TimeSlot(MONDAY + timedelta(minutes=15 * start), MONDAY + timedelta(minutes=15 * (start + length)))


def drawn(resource: Resource, usages: Rows, closures: list[tuple[int, int]], own: int | None) -> Picture:
    calendar = None
    if own is not None and resource.resource_type is not ResourceType.Other:
        limit = resource.quantity if resource.resource_type is ResourceType.Venue else 1 + own % 3
        calendar = own_calendar(resource, max_concurrent_events=limit, allow_overbooking=own > 3)
    taken = [
        Usage(UUID(int=2000 + n), resource.claimed_range(quarters(start, length)), NOW, q, is_hold=hold)
        for n, (start, length, q, hold) in enumerate(usages)
    ]
    mine = [replace(one, quantity=1) for one in taken[::2]]
    if calendar is None or not calendar.limits_concurrency:
        mine = []
    off = [Closure(UUID(int=n), resource.resource_id, quarters(*one)) for n, one in enumerate(closures)]
    return picture(resource, *taken, calendar=calendar, closures=off, on_calendar=mine)


@given(RESOURCES, USAGES, CLOSED, st.none() | st.integers(0, 5), st.integers(0, 90), st.integers(1, 24))
def test_a_check_without_buffer_says_what_a_booking_is_told(
    resource: Resource,
    usages: Rows,
    closures: list[tuple[int, int]],
    own: int | None,
    start: int,
    length: int,
) -> None:
    seen, slot = drawn(resource, usages, closures, own), quarters(start, length)
    judge = availability(seen)
    reasons = judge.reasons(slot)
    told = _told(replace(seen, calendars={judge.calendar.calendar_id: judge.calendar}), judge, slot)
    assert any(one.refuses for one in reasons) == (told is None)
    if told is not None:
        assert {rival for one in reasons for rival in one.rivals} == told


def _told(seen: Picture, judge: Availability, slot: TimeSlot) -> set[UUID] | None:
    """The firm bookings that a booking would be recorded to clash with; None when it is refused."""
    own = UUID(int=9)
    claims = (Claim(judge.resource.resource_id, quantity=judge.quantity),)
    proposal = Proposal(
        own, own, judge.calendar.calendar_id, slot, "UTC", ScheduleStatus.Scheduled, at(0), claims
    )
    try:
        decision = decide(seen, proposal, POLICY)
    except (TimeSlotUnavailableException, ConflictException):
        return None
    return {
        clash.conflicting_event_id
        for clash, level in decision.detected.items()
        if clash.scheduled_event_id == own and level > hold_overlap_level()
    }


@given(
    RESOURCES, USAGES, CLOSED, st.none() | st.integers(0, 5), st.sampled_from([0, 15, 30]), st.integers(1, 4)
)
def test_a_slot_is_free_exactly_where_the_free_ranges_have_room_for_it(
    resource: Resource,
    usages: Rows,
    closures: list[tuple[int, int]],
    own: int | None,
    buffer_minutes: int,
    length: int,
) -> None:
    judge = availability(drawn(resource, usages, closures, own), buffer_minutes=buffer_minutes)
    free = judge.free(quarters(-4, 110))
    for start in range(0, 96, 3):
        slot = quarters(start, length)
        assert (judge.reasons(slot) == ()) == any(one.contains(slot) for one in free)
    for one, other in pairwise(free):
        assert one.end_date_time < other.start_date_time
