"""Cutting a series, and moving what follows: together both parts give exactly the dates there were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.entities import ScheduledEvent
from domain.enums import DayOfWeek, RecurrenceType, ScheduleStatus
from domain.errors import FieldException, StateConflict
from domain.recurrence.expansion import expand
from domain.recurrence.pattern import RecurrencePattern
from domain.series import Series
from domain.series_change import Cut, cut, shifted, yet_to_come
from domain.time_slot import TimeSlot

SERIES, EVENT, CALENDAR, OWNER = (UUID(int=number) for number in range(1, 5))
FIRST = datetime.fromisoformat("2030-06-03T18:00")
"""A Monday."""
WEEKLY = RecurrencePattern(RecurrenceType.Weekly, occurrence_count=4)
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
LIMIT = 365
OVER = "Every occurrence of this series has begun or is over; book a new series"


def series(pattern: RecurrencePattern = WEEKLY, first: datetime = FIRST, time_zone: str = "UTC") -> Series:
    created = datetime(2030, 1, 1, tzinfo=UTC)
    return Series(SERIES, EVENT, CALENDAR, OWNER, first, HOUR, time_zone, pattern, created, OWNER)


def occurrence(one: Series, start: datetime, number: int = 0) -> ScheduledEvent:
    return ScheduledEvent(
        UUID(int=100 + number),
        EVENT,
        CALENDAR,
        OWNER,
        one.slot_of(start),
        one.time_zone,
        ScheduleStatus.Scheduled,
        one.created_at,
        OWNER,
        series_id=SERIES,
        original_start=start,
    )


def occurrences(one: Series, starts: Sequence[datetime] | None = None) -> list[ScheduledEvent]:
    if starts is None:
        starts = expand(one.pattern, one.first_start, ZoneInfo(one.time_zone), limit=LIMIT)
    return [occurrence(one, start, number) for number, start in enumerate(starts)]


def week(number: int) -> datetime:
    return FIRST + number * WEEK


def instant(start: datetime, **more: int) -> datetime:
    return start.replace(tzinfo=UTC) + timedelta(**more)


ALL = tuple(week(number) for number in range(4))


# Where a series is cut.


def test_a_series_that_lies_ahead_is_changed_whole() -> None:
    dates = occurrences(series())
    part = cut(series(), dates, instant(FIRST, seconds=-1), LIMIT)
    assert part == Cut(series(), ALL, FIRST, tuple(dates))
    assert not part.splits
    assert part.tail == ALL
    assert part.remaining() == WEEKLY
    assert part.left_behind() == replace(WEEKLY, occurrence_count=0)


@pytest.mark.parametrize(
    ("now", "begun"), [(instant(FIRST), 1), (instant(week(1)), 2), (instant(week(2), weeks=1, seconds=-1), 3)]
)
def test_what_has_begun_stays_behind(now: datetime, begun: int) -> None:
    dates = occurrences(series())
    part = cut(series(), dates, now, LIMIT)
    assert part == Cut(series(), ALL, week(begun), tuple(dates[begun:]))
    assert part.splits
    assert part.tail == ALL[begun:]
    assert part.left_behind() == replace(WEEKLY, occurrence_count=begun)
    assert part.remaining() == replace(WEEKLY, occurrence_count=4 - begun)


def test_what_comes_before_the_date_that_is_named_stays_too() -> None:
    dates, before = occurrences(series()), instant(FIRST, days=-9)
    assert cut(series(), dates, before, LIMIT, week(2)) == Cut(series(), ALL, week(2), tuple(dates[2:]))
    assert cut(series(), dates, instant(week(2)), LIMIT, week(1)).pivot == week(3)
    whole = cut(series(), dates, before, LIMIT, FIRST)
    assert (whole.pivot, whole.splits) == (FIRST, False)


@pytest.mark.parametrize(("now", "since"), [(instant(week(3)), None), (instant(FIRST, days=-1), week(4))])
def test_where_nothing_lies_ahead_there_is_nothing_to_change(now: datetime, since: datetime | None) -> None:
    with pytest.raises(StateConflict) as caught:
        cut(series(), occurrences(series()), now, LIMIT, since)
    assert caught.value.detail == OVER


def test_dates_that_were_never_booked_belong_to_the_part_they_lie_in() -> None:
    """The first and the third were left out from the start."""
    dates = occurrences(series(), [week(1), week(3)])
    whole = cut(series(), dates, instant(FIRST, days=-1), LIMIT)
    assert (whole.pivot, whole.splits, whole.remaining()) == (FIRST, False, WEEKLY)
    part = cut(series(), dates, instant(week(1)), LIMIT)
    assert (part.pivot, part.tail, part.ahead) == (week(3), (week(3),), (dates[1],))
    assert part.left_behind() == replace(WEEKLY, occurrence_count=3)


def moved(one: ScheduledEvent, start: datetime) -> ScheduledEvent:
    return replace(one, slot=TimeSlot(start, start + HOUR), is_detached=True)


def test_the_cut_follows_the_rule_wherever_single_dates_went() -> None:
    """The first was put off to the end, the last took place before the second."""
    dates = occurrences(series())
    dates = [moved(dates[0], instant(week(9))), *dates[1:3], moved(dates[3], instant(FIRST, hours=2))]
    part = cut(series(), dates, instant(FIRST, days=1), LIMIT)
    assert (part.pivot, part.ahead) == (week(1), tuple(dates[1:]))


def test_a_booking_that_is_no_occurrence_is_left_alone() -> None:
    stray = replace(occurrence(series(), FIRST, 9), series_id=None, original_start=None)
    dates = [stray, *occurrences(series())]
    now = instant(FIRST, days=-1)
    assert cut(series(), dates, now, LIMIT).ahead == tuple(dates[1:])
    assert yet_to_come(dates, now, FIRST) == tuple(dates[1:])


def test_yet_to_come_is_what_has_not_begun_where_it_is_now() -> None:
    dates = occurrences(series())
    dates = [moved(dates[0], instant(week(9))), *dates[1:3], moved(dates[3], instant(FIRST, hours=2))]
    dates[1] = replace(dates[1], status=ScheduleStatus.Cancelled)
    now = instant(FIRST, hours=2)
    assert yet_to_come(dates, now) == (dates[0], dates[1], dates[2])
    assert yet_to_come(dates, now - timedelta(seconds=1)) == tuple(dates)
    assert yet_to_come(dates, now, week(1)) == (dates[1], dates[2])
    assert yet_to_come(dates, now, week(2)) == (dates[2],)
    for late, since in ((instant(week(9)), None), (now, week(3))):
        with pytest.raises(StateConflict) as caught:
            yet_to_come(dates, late, since)
        assert caught.value.detail == OVER


def test_the_limit_is_that_of_the_policy() -> None:
    endless = series(replace(WEEKLY, occurrence_count=None))
    part = cut(endless, occurrences(endless, ALL), instant(FIRST), 10)
    assert len(part.starts) == 10
    assert part.remaining() == replace(WEEKLY, occurrence_count=9)
    with pytest.raises(FieldException) as caught:
        cut(series(), occurrences(series()), instant(FIRST), 3)
    assert list(caught.value.errors) == ["recurrencePattern.occurrenceCount"]


# Where what follows goes.


def whole(pattern: RecurrencePattern, first: datetime = FIRST, time_zone: str = "UTC") -> Cut:
    one = series(pattern, first, time_zone)
    dates = occurrences(one)
    return cut(one, dates, dates[0].slot.start_date_time - HOUR, LIMIT)


def days(*names: str) -> tuple[DayOfWeek, ...]:
    return tuple(DayOfWeek[name] for name in names)


DAY = timedelta(days=1)
LAST_OF_MAY = datetime.fromisoformat("2030-05-31T09:00")
END = datetime(2030, 6, 24, 18, tzinfo=UTC)
CUSTOM = RecurrencePattern(RecurrenceType.Custom, rrule="FREQ=WEEKLY;COUNT=4")


@pytest.mark.parametrize(
    ("pattern", "by", "expected"),
    [
        (WEEKLY, HOUR, WEEKLY),
        (WEEKLY, -DAY, WEEKLY),
        (
            replace(WEEKLY, days_of_week=days("Monday", "Saturday")),
            2 * DAY,
            replace(WEEKLY, days_of_week=days("Wednesday", "Monday")),
        ),
        (
            replace(WEEKLY, days_of_week=days("Monday")),
            6 * HOUR,
            replace(WEEKLY, days_of_week=days("Tuesday")),
        ),
        (
            RecurrencePattern(RecurrenceType.Monthly, day_of_month=3, occurrence_count=5),
            4 * DAY,
            RecurrencePattern(RecurrenceType.Monthly, day_of_month=7, occurrence_count=5),
        ),
        (
            RecurrencePattern(RecurrenceType.Monthly, occurrence_count=5),
            4 * DAY,
            RecurrencePattern(RecurrenceType.Monthly, occurrence_count=5),
        ),
        (
            replace(WEEKLY, occurrence_count=None, end_date=END),
            3 * HOUR,
            replace(WEEKLY, occurrence_count=None, end_date=END + 3 * HOUR),
        ),
        (CUSTOM, HOUR, CUSTOM),
        (
            # The rule's own end lies before the last date: it is counted instead.
            replace(CUSTOM, rrule="FREQ=WEEKLY;UNTIL=20300624T180000Z"),
            HOUR,
            replace(CUSTOM, rrule="FREQ=WEEKLY", occurrence_count=4),
        ),
    ],
)
def test_the_rule_moves_with_its_dates(
    pattern: RecurrencePattern, by: timedelta, expected: RecurrencePattern
) -> None:
    part = whole(pattern)
    found, starts = shifted(part, by, LIMIT)
    assert found == expected
    assert starts == tuple(start + by for start in part.starts)


def test_an_end_that_a_change_of_clocks_makes_inexact_is_counted() -> None:
    """The end is an instant, the dates are shown by clocks that go back in between."""
    first = datetime.fromisoformat("2030-10-07T18:00")
    pattern = RecurrencePattern(RecurrenceType.Weekly, end_date=datetime(2030, 10, 21, 16, tzinfo=UTC))
    part = whole(pattern, first, "Europe/Berlin")
    assert len(part.starts) == 3
    found, starts = shifted(part, WEEK, LIMIT)
    assert found == RecurrencePattern(RecurrenceType.Weekly, occurrence_count=3)
    assert starts == tuple(first + number * WEEK for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("pattern", "first", "by"),
    [
        (RecurrencePattern(RecurrenceType.Monthly, occurrence_count=4), LAST_OF_MAY, DAY),
        (
            replace(CUSTOM, rrule="FREQ=MONTHLY;BYDAY=1MO;COUNT=4"),
            FIRST,
            DAY,
        ),
        (
            replace(WEEKLY, interval=2, days_of_week=days("Monday", "Wednesday")),
            FIRST,
            5 * DAY,
        ),
    ],
)
def test_dates_that_no_such_rule_gives_are_refused(
    pattern: RecurrencePattern, first: datetime, by: timedelta
) -> None:
    with pytest.raises(FieldException) as caught:
        shifted(whole(pattern, first), by, LIMIT)
    message = (
        "The dates of this series would follow no such rule any more;"
        " change it with PUT and a new recurrencePattern"
    )
    assert caught.value.errors == {"startDateTime": [message]}


def test_a_rule_whose_own_end_would_give_too_many_is_counted() -> None:
    part = whole(replace(CUSTOM, rrule="FREQ=WEEKLY;UNTIL=20300624T180000Z"))
    found, starts = shifted(part, -WEEK, 4)
    assert found == replace(CUSTOM, rrule="FREQ=WEEKLY", occurrence_count=4)
    assert starts == tuple(week(number) for number in (-1, 0, 1, 2))


def test_only_what_follows_the_cut_moves() -> None:
    part = cut(series(), occurrences(series()), instant(week(1)), LIMIT)
    found, starts = shifted(part, DAY, LIMIT)
    assert found == replace(WEEKLY, occurrence_count=2)
    assert starts == (week(2) + DAY, week(3) + DAY)


@pytest.mark.parametrize(
    ("rrule", "counted"),
    [
        ("FREQ=WEEKLY;COUNT=4", "FREQ=WEEKLY"),
        ("freq=weekly;until=20300624t180000z;byday=mo", "FREQ=WEEKLY;BYDAY=MO"),
        (" COUNT=4;FREQ=DAILY;INTERVAL=7", "FREQ=DAILY;INTERVAL=7"),
    ],
)
def test_a_custom_rule_gives_up_its_own_end_for_a_count(rrule: str, counted: str) -> None:
    one = series(replace(CUSTOM, rrule=rrule))
    part = cut(one, occurrences(one), instant(FIRST), LIMIT)
    assert part.left_behind() == replace(CUSTOM, rrule=counted, occurrence_count=1)
    assert part.remaining() == replace(CUSTOM, rrule=counted, occurrence_count=3)


# Whatever the rule: both parts together are what there was.


RULES = [
    ("FREQ=MONTHLY;BYDAY=-1FR", False),
    ("FREQ=WEEKLY;BYDAY=MO,WE", False),
    ("FREQ=DAILY;BYHOUR=9,18", False),
    ("FREQ=DAILY;COUNT=7", True),
    ("FREQ=WEEKLY;UNTIL=20310801", True),
]
"""Custom rules, and whether they say themselves where they end."""


@st.composite
def patterns(draw: st.DrawFn) -> RecurrencePattern:
    kind = draw(st.sampled_from(list(RecurrenceType)))
    if kind is RecurrenceType.NONE:
        return RecurrencePattern(kind)
    ends = [{"occurrence_count": draw(st.integers(1, 12))}, {"end_date": instant(week(9))}, {}]
    end: dict[str, Any] = draw(st.sampled_from(ends))
    if kind is RecurrenceType.Custom:
        rule, ends_itself = draw(st.sampled_from(RULES))
        return RecurrencePattern(kind, rrule=rule, **({} if ends_itself else end))
    chosen = draw(st.sets(st.sampled_from(DayOfWeek), max_size=3)) if kind is RecurrenceType.Weekly else ()
    return RecurrencePattern(kind, draw(st.integers(1, 3)), tuple(chosen), **end)


@given(
    patterns(),
    st.integers(0, 400),
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia"]),
    st.data(),
)
def test_what_stays_and_what_follows_give_exactly_the_old_starts(
    pattern: RecurrencePattern, day: int, time_zone: str, data: st.DataObject
) -> None:
    limit, zone, first = 20, ZoneInfo(time_zone), FIRST + day * DAY
    try:
        starts = expand(pattern, first, zone, limit=limit)
    except FieldException:
        starts = ()
    assume(starts)
    one = series(pattern, starts[0], time_zone)
    assume(expand(pattern, starts[0], zone, limit=limit) == starts)
    since = data.draw(st.sampled_from(starts))
    before = one.slot_of(starts[0]).start_date_time - HOUR
    part = cut(one, occurrences(one, starts), before, limit, since)
    assert part.pivot == since
    assert part.tail == tuple(start for start in starts if start >= since)
    assert expand(part.remaining(), since, zone, limit=limit) == part.tail
    if part.splits:
        kept = expand(part.left_behind(), starts[0], zone, limit=limit)
        assert (*kept, *part.tail) == starts
    by = data.draw(st.integers(-30, 30)) * DAY + data.draw(st.integers(-20, 20)) * HOUR
    try:
        moved_pattern, moved_starts = shifted(part, by, limit)
    except FieldException:
        assume(by == timedelta(0))
        raise
    assert moved_starts == tuple(start + by for start in part.tail)
    assert expand(moved_pattern, moved_starts[0], zone, limit=limit) == moved_starts
    assert moved_pattern.recurrence_type is pattern.recurrence_type


def test_nothing_follows_a_cut_behind_the_rules_last_start() -> None:
    one = series()
    part = replace(cut(one, occurrences(one), instant(FIRST), LIMIT), pivot=FIRST + 10 * WEEK)
    with pytest.raises(StateConflict, match=OVER):
        shifted(part, HOUR, LIMIT)
