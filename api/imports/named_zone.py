"""A time zone to say a file's times in, when it gives only offsets."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from api.imports.schedule_file import ScheduleFile

_HOUR = timedelta(hours=1)


def with_named_zone(file: ScheduleFile) -> ScheduleFile:
    """The file with a zone that shows the offset of most of its bookings, unless it names one or has none."""
    if file.time_zone is not None or file.is_naive or not file.rows:
        return file
    offsets = Counter(row.start.utcoffset() or timedelta() for row in file.rows)
    most = max(offsets.values())
    offset = min(one for one, count in offsets.items() if count == most)
    hours, rest = divmod(offset, _HOUR)
    if rest or not -12 <= hours <= 14:
        return file
    # The tz database's Etc names count westwards
    return replace(file, time_zone="UTC" if hours == 0 else f"Etc/GMT{-hours:+d}")
