"""Rows that a format of XML cannot hold, but another may, and dates at the end of the calendar."""

# ruff: noqa: DTZ001 - wall-clock times of files that name no zone
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from api.imports.importable import importable
from api.imports.schedule_file import FileBooking, FilePerson, RefusedRow, ScheduleFile, SkippedRow
from domain.policy import Policy

UTC_ZONE = ZoneInfo("UTC")
ADA = FilePerson("1", "Ada")
EAST, WEST = timezone(timedelta(hours=14)), timezone(-timedelta(hours=14))


def row(start: datetime, hours: float = 1, **fields: object) -> FileBooking:
    given = {"key": "1", "place": "line 1", "title": "Talk", "room": "A", "persons": (ADA,), **fields}
    return FileBooking(start=start, end=start + timedelta(hours=hours), **given)


def kept(*rows: FileBooking, starting: date | None = None) -> ScheduleFile:
    file = ScheduleFile("Test", rows, (), ("A", "B"), (ADA,))
    return importable(file, UTC_ZONE, Policy(), starting)


@pytest.mark.parametrize(
    ("booking", "reason"),
    [
        (row(datetime(2019, 2, 4), title="a\0b"), "the title has a character that cannot be stored"),
        (row(datetime(2019, 2, 4), room="\ud800"), "the room's name has a character that cannot be stored"),
        (row(datetime(2019, 2, 4), 0), "End time must be after start time"),
        (row(datetime(2019, 2, 4), 720.5), "Event duration cannot exceed 30 days"),
        (row(datetime(1900, 12, 31)), "it is not between the years 1900 and 3000"),
        (row(datetime(2999, 12, 31, 23)), "it is not between the years 1900 and 3000"),
        # What counts is the year in UTC.
        (row(datetime(1901, 1, 1, tzinfo=EAST)), "it is not between the years 1900 and 3000"),
        (row(datetime(1901, 1, 1, 13, 59, tzinfo=EAST)), "it is not between the years 1900 and 3000"),
        (row(datetime(2999, 12, 31, 9, tzinfo=WEST)), "it is not between the years 1900 and 3000"),
        (row(datetime(2999, 12, 31, 22, tzinfo=WEST)), "it is not between the years 1900 and 3000"),
        (row(datetime(1, 1, 1, tzinfo=EAST)), "it is not between the years 1900 and 3000"),
        (row(datetime(9999, 12, 31, 22, tzinfo=WEST)), "it is not between the years 1900 and 3000"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_place(booking, reason):
    file = kept(booking)
    assert file.rows == ()
    assert file.refused == (RefusedRow("line 1", reason),)
    assert file.persons == ()
    assert file.rooms == ("A", "B")


def test_what_has_no_place_is_skipped():
    file = kept(row(datetime(2019, 2, 4), room=None))
    assert (file.rows, file.refused) == ((), ())
    assert file.skipped == (SkippedRow("line 1", "it names no place, so there is no calendar to book it on"),)


@pytest.mark.parametrize(
    "booking",
    [
        row(datetime(1901, 1, 1), 1 / 60),
        row(datetime(2999, 12, 31, 22), 1.5, title="x" * 300),
        row(datetime(1901, 1, 1, 14, tzinfo=EAST)),
        row(datetime(1900, 12, 31, 10, tzinfo=WEST)),
        row(datetime(2999, 12, 31, 8, 59, tzinfo=WEST)),
        row(datetime(3000, 1, 1, 12, tzinfo=EAST)),
        row(datetime(2019, 2, 4), 720),
    ],
)
def test_short_and_past_and_as_long_as_may_be_are_kept(booking):
    (found,) = kept(booking).rows
    wanted = booking.start if booking.start.tzinfo is not None else booking.start.replace(tzinfo=UTC)
    assert (found.start, found.duration) == (wanted, booking.duration)
    assert found.start.utcoffset() == wanted.utcoffset()


def test_a_mere_offset_is_kept_when_the_days_are_shifted():
    offset = timezone(timedelta(hours=2))
    start = datetime(2019, 7, 2, 0, 30, tzinfo=offset)
    (found,) = kept(row(start), starting=date(2026, 1, 5)).rows
    assert found.start == datetime(2026, 1, 5, 0, 30, tzinfo=offset)
    assert kept(row(start)).time_zone is None


@pytest.mark.parametrize(
    ("zone", "outside"),
    [
        ("America/New_York", datetime(1, 1, 1, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(9999, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_a_day_that_the_zone_of_the_file_cannot_show_refuses_the_row_alone(zone, outside):
    row_outside = row(outside, 0.5, key="2", place="line 2")
    file = ScheduleFile(
        "Test", (row(datetime(2019, 2, 4, 12, tzinfo=UTC)), row_outside), (), ("A",), (ADA,), zone
    )
    found = importable(file, UTC_ZONE, Policy(), date(2026, 1, 5))
    assert [one.start.date() for one in found.rows] == [date(2026, 1, 5)]
    assert found.refused == (RefusedRow("line 2", "it is not between the years 1900 and 3000"),)


def test_a_shift_out_of_the_calendar_refuses_the_row_alone():
    first, last = row(datetime(3, 1, 1)), row(datetime(9990, 1, 1), key="2", place="line 2")
    file = kept(first, last, starting=date(2026, 1, 1))
    assert [one.start for one in file.rows] == [datetime(2026, 1, 1, tzinfo=UTC)]
    assert file.refused == (RefusedRow("line 2", "it is not between the years 1900 and 3000"),)
