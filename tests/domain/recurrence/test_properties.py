"""What holds for every series."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.enums import DayOfWeek, RecurrenceType
from domain.errors import FieldException
from domain.local_time import to_utc
from domain.recurrence.expansion import expand
from domain.recurrence.pattern import RecurrencePattern
from domain.recurrence.rule_text import read_rule
from domain.recurrence.to_rrule import to_rrule

UTC_ZONE = ZoneInfo("UTC")
zones = st.sampled_from([ZoneInfo(name) for name in ("Europe/Berlin", "Australia/Lord_Howe", "UTC")])
firsts = st.datetimes(datetime(2001, 1, 1), datetime(2040, 12, 31)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)


@st.composite
def simple_patterns(draw: st.DrawFn) -> RecurrencePattern:
    kind = draw(
        st.sampled_from(
            [RecurrenceType.Daily, RecurrenceType.Weekly, RecurrenceType.Monthly, RecurrenceType.Yearly]
        )
    )
    days = st.lists(st.sampled_from(DayOfWeek), unique=True).map(tuple)
    return RecurrencePattern(
        kind,
        draw(st.integers(1, 6)),
        draw(days) if kind is RecurrenceType.Weekly else (),
        draw(st.none() | st.integers(1, 31)) if kind is RecurrenceType.Monthly else None,
        occurrence_count=draw(st.integers(1, 40)),
    )


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Texts of rules, some of which never match."""
    frequency = draw(st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 4))}", f"COUNT={draw(st.integers(1, 12))}"]
    numbers = st.integers(1, 12).map(str)
    if draw(st.booleans()):
        parts.append(f"BYMONTH={','.join(draw(st.lists(numbers, min_size=1, max_size=4)))}")
    nth = st.integers(-4, 4) if frequency in ("YEARLY", "MONTHLY") else st.just(0)
    day = st.tuples(nth, st.sampled_from(["MO", "TU", "SA", "SU"]))
    if draw(st.booleans()):
        chosen = draw(st.lists(day, min_size=1, max_size=3))
        parts.append("BYDAY=" + ",".join(f"{number or ''}{code}" for number, code in chosen))
    if draw(st.booleans()):
        parts.append(f"WKST={draw(st.sampled_from(['MO', 'SU', 'TH']))}")
    return ";".join(parts)


custom_patterns = rules().map(lambda text: RecurrencePattern(RecurrenceType.Custom, rrule=text))


def expanded(pattern: RecurrencePattern, first: datetime, zone: ZoneInfo) -> tuple[datetime, ...] | None:
    """The starts, or None where the pattern is refused."""
    try:
        return expand(pattern, first, zone)
    except FieldException:
        return None


@given(simple_patterns(), firsts, zones)
def test_starts_are_ordered_distinct_and_as_many_as_asked(
    pattern: RecurrencePattern, first: datetime, zone: ZoneInfo
) -> None:
    found = expanded(pattern, first, zone)
    assume(found is not None)
    assert found is not None
    assert len(found) == pattern.occurrence_count
    assert found[0] >= first
    assert all(to_utc(one, zone) < to_utc(following, zone) for one, following in pairwise(found))


@given(simple_patterns(), firsts)
def test_each_start_matches_what_the_pattern_says(pattern: RecurrencePattern, first: datetime) -> None:
    found = expanded(pattern, first, UTC_ZONE)
    assume(found is not None)
    for start in found or ():
        assert start.time() == first.time()
        match pattern.recurrence_type:
            case RecurrenceType.Daily:
                assert (start - first).days % pattern.interval == 0
            case RecurrenceType.Weekly:
                wanted = set(pattern.days_of_week) or {DayOfWeek(first.isoweekday() % 7)}
                assert DayOfWeek(start.isoweekday() % 7) in wanted
                monday, other = (one.date() - timedelta(days=one.weekday()) for one in (first, start))
                assert ((other - monday).days // 7) % pattern.interval == 0
            case RecurrenceType.Monthly:
                assert start.day == (pattern.day_of_month or first.day)
                months = (start.year - first.year) * 12 + start.month - first.month
                assert months % pattern.interval == 0
            case _:
                assert (start.month, start.day) == (first.month, first.day)
                assert (start.year - first.year) % pattern.interval == 0


@given(simple_patterns(), firsts, st.integers(0, 23), st.integers(0, 59))
def test_the_time_of_day_changes_nothing_else(
    pattern: RecurrencePattern, first: datetime, hour: int, minute: int
) -> None:
    shifted = first.replace(hour=hour, minute=minute)
    one, other = expanded(pattern, first, UTC_ZONE), expanded(pattern, shifted, UTC_ZONE)
    assert [start.date() for start in one or ()] == [start.date() for start in other or ()]


@given(simple_patterns(), firsts)
def test_the_calendar_repeats_after_four_hundred_years(pattern: RecurrencePattern, first: datetime) -> None:
    found = expanded(pattern, first, UTC_ZONE)
    later = expanded(pattern, first.replace(year=first.year + 400), UTC_ZONE)
    assert [start.replace(year=start.year + 400) for start in found or ()] == list(later or ())


@settings(max_examples=50)
@given(simple_patterns(), firsts, st.integers(1, 9))
def test_a_series_continues_from_any_of_its_starts(
    pattern: RecurrencePattern, first: datetime, number: int
) -> None:
    found = expanded(pattern, first, UTC_ZONE)
    assume(found is not None and number < len(found))
    assert found is not None
    rest = replace(pattern, occurrence_count=len(found) - number)
    assert expand(rest, found[number], UTC_ZONE) == found[number:]


@settings(max_examples=50)
@given(simple_patterns() | custom_patterns, firsts, zones)
def test_the_rrule_of_a_pattern_expands_to_the_same(
    pattern: RecurrencePattern, first: datetime, zone: ZoneInfo
) -> None:
    text = to_rrule(pattern, zone, first)
    assert str(read_rule(text)) == text
    again = RecurrencePattern(RecurrenceType.Custom, rrule=text)
    assert expanded(again, first, zone) == expanded(pattern, first, zone)


@settings(max_examples=50)
@given(simple_patterns(), firsts, zones, st.integers(0, 9))
def test_an_end_instead_of_a_count_gives_the_same(
    pattern: RecurrencePattern, first: datetime, zone: ZoneInfo, number: int
) -> None:
    found = expanded(pattern, first, zone)
    assume(found is not None and number < len(found))
    assert found is not None
    end = to_utc(found[number], zone)
    ended = replace(pattern, occurrence_count=None, end_date=end)
    assert expand(ended, first, zone) == found[: number + 1]
    text = to_rrule(ended, zone, first)
    assert f"UNTIL={end.astimezone(UTC):%Y%m%dT%H%M%SZ}" in text
    assert expand(RecurrencePattern(RecurrenceType.Custom, rrule=text), first, zone) == found[: number + 1]
