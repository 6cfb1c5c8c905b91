"""Dates and times as people write them, read and written again."""

# ruff: noqa: DTZ001 - what a table says has no zone
from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.imports.written_time import NotWritten, has_half_days, numeric_date, read_duration, read_written

LATER = datetime(2027, 11, 5, 16, 45)


@pytest.mark.parametrize(
    ("text", "day", "clock", "again"),
    [
        ("2026-03-02", date(2026, 3, 2), None, "2027-11-05"),
        ("20260302", date(2026, 3, 2), None, "20271105"),
        ("2026/03/02 09:05", date(2026, 3, 2), time(9, 5), "2027/11/05 16:45"),
        ("2026-03-02T09:05:30", date(2026, 3, 2), time(9, 5, 30), "2027-11-05T16:45:00"),
        ("2/3/2026", date(2026, 3, 2), None, "5/11/2027"),
        ("02.03.26 9.05", date(2026, 3, 2), time(9, 5), "05.11.27 16.45"),
        ("02-03-2026 09:05 Uhr", date(2026, 3, 2), time(9, 5), "05-11-2027 16:45 Uhr"),
        ("Monday, 2 March 2026, 9:05 am", date(2026, 3, 2), time(9, 5), "Friday, 5 November 2027, 4:45 pm"),
        ("MON 2nd Mar 26 9 PM", date(2026, 3, 2), time(21), "FRI 5nd Nov 27 4:45 PM"),
        ("March 2, 2026 at 12:00 a.m.", date(2026, 3, 2), time(0), "November 5, 2027 at 4:45 p.m."),
        ("9:05", None, time(9, 5), "16:45"),
        ("09:05:00", None, time(9, 5), "16:45:00"),
        ("9h05", None, time(9, 5), "16h45"),
        ("12:30pm", None, time(12, 30), "4:45pm"),
    ],
)
def test_what_is_read_can_be_written_for_another_moment(text, day, clock, again):
    found = read_written(text, day_first=True)
    assert (found.day, found.clock, found.offset) == (day, clock, None)
    assert found.render(LATER) == again


def test_months_may_come_first():
    assert read_written("2/3/2026", day_first=False).day == date(2026, 2, 3)
    assert read_written("2/3/2026", day_first=False).render(LATER) == "11/5/2027"


@pytest.mark.parametrize(
    ("text", "offset", "again"),
    [
        ("2026-03-02T09:05Z", timedelta(0), "2027-11-05T14:45Z"),
        ("2026-03-02 09:05+05:30", timedelta(hours=5, minutes=30), "2027-11-05 20:15+05:30"),
        ("2026-03-02 09:05:00.000-0800", timedelta(hours=-8), "2027-11-05 06:45:00.000-0800"),
    ],
)
def test_offsets_stay(text, offset, again):
    found = read_written(text, day_first=True)
    assert found.offset == offset
    assert found.render(LATER.replace(tzinfo=timezone(timedelta(hours=2)))) == again


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is no date and no time"),
        ("tomorrow", "it is not a date or a time"),
        ("31/2/2026", "it is not a date that exists"),
        ("2026-13-01", "it is not a date that exists"),
        ("25:00", "it is not a time of day"),
        ("13:00 pm", "it is not a time of day"),
        ("9:75", "it is not a time of day"),
        ("12", "it is not a date or a time"),
        ("2026-03-02 or later", "it is not a date or a time"),
        ("9:00 - 10:00", "it is not a date or a time"),
        ("2026-03-02 09:00+99:00", "its offset from UTC is not one"),
        ("9" * 100, "it is too long for a date"),
    ],
)
def test_what_is_no_time_is_said(text, reason):
    with pytest.raises(NotWritten, match=f"^{reason}$"):
        read_written(text, day_first=True)


@pytest.mark.parametrize(
    ("text", "in_hours", "minutes"),
    [
        ("90", False, 90),
        ("1,5", True, 90),
        ("1:30", False, 90),
        ("1:30:00", False, 90),
        ("90 min", False, 90),
        ("1h30", False, 90),
        ("1.5 hours", False, 90),
        ("1 h 30 m", True, 90),
        ("2 hrs", False, 120),
    ],
)
def test_durations(text, in_hours, minutes):
    assert read_duration(text, in_hours=in_hours) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "long", "1x", "-5", "9999999999", "9999999 h", "h"])
def test_what_is_no_duration(text):
    with pytest.raises(NotWritten):
        read_duration(text, in_hours=False)


def test_what_decides_the_order_of_day_and_month():
    assert numeric_date("on 3/14/2026") == (3, 14, "3/14/2026")
    assert numeric_date("2026-03-14") is None
    assert (has_half_days("9:00 pm"), has_half_days("9:00")) == (True, False)


@given(
    st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1)),
    st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1)),
    st.sampled_from(
        ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d %B %Y, %I:%M:%S %p", "%a %d %b %Y %H:%M:%S"]
    ),
)
def test_any_moment_written_in_a_form_is_read_back(one, other, form):
    one, other = (moment.replace(microsecond=0) for moment in (one, other))
    found = read_written(one.strftime(form), day_first=True)
    assert (found.day, found.clock) == (one.date(), one.time())
    again = read_written(found.render(other), day_first=True)
    assert (again.day, again.clock) == (other.date(), other.time())


@given(st.text(max_size=90), st.booleans())
def test_no_text_breaks_it(text, day_first):
    for read in (
        lambda: read_written(text, day_first=day_first).render(LATER),
        lambda: read_duration(text, in_hours=day_first),
    ):
        with suppress(NotWritten):
            read()
