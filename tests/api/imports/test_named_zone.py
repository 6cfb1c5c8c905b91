from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from api.imports.named_zone import with_named_zone
from api.imports.schedule_file import FileBooking, ScheduleFile


def file_at(*hours: float | None, zone: str | None = None) -> ScheduleFile:
    """Bookings at these offsets; None for a naive one."""
    rows = []
    for number, offset in enumerate(hours):
        tz = None if offset is None else timezone(timedelta(hours=offset))
        start = datetime(2019, 2, 4, 10, tzinfo=tz)
        end = start + timedelta(hours=1)
        rows.append(FileBooking(str(number), f"line {number}", "Talk", start, end, "A"))
    return ScheduleFile("Test", tuple(rows), (), ("A",), (), zone)


@pytest.mark.parametrize(
    ("offsets", "named"),
    [
        ((1, 1, 2), "Etc/GMT-1"),
        ((-5,), "Etc/GMT+5"),
        ((14,), "Etc/GMT-14"),
        ((-12,), "Etc/GMT+12"),
        ((0,), "UTC"),
        ((2, 1), "Etc/GMT-1"),
        ((5.5,), None),
        ((-13,), None),
        ((15,), None),
        ((None,), None),
        ((), None),
    ],
)
def test_most_bookings_offset_gives_the_zone(offsets, named):
    file = with_named_zone(file_at(*offsets))
    assert file.time_zone == named
    if named is not None:
        start = min(row.start for row in file.rows if row.start.utcoffset() is not None)
        shown = start.astimezone(ZoneInfo(named)).utcoffset()
        assert shown in {timedelta(hours=offset) for offset in offsets}


def test_a_zone_the_file_names_stays():
    assert with_named_zone(file_at(1, zone="Europe/Brussels")).time_zone == "Europe/Brussels"
