"""When notices go out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.notice import NoticeFrequency
from domain.notice_times import due_at

BERLIN = ZoneInfo("Europe/Berlin")
SOON = timedelta(minutes=5)
NOW = datetime(2026, 3, 28, 12, 34, 56, 7, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("frequency", "starts_in", "due"),
    [
        (NoticeFrequency.Soon, 9 * DAY, NOW + SOON),
        (NoticeFrequency.Hourly, DAY, datetime(2026, 3, 28, 13, tzinfo=UTC)),
        (NoticeFrequency.Hourly, DAY - timedelta(microseconds=1), NOW + SOON),
        # By the clock of the house, which is put forward that night.
        (NoticeFrequency.Daily, 9 * DAY, datetime(2026, 3, 29, 5, tzinfo=UTC)),
        (NoticeFrequency.Daily, timedelta(hours=3), NOW + SOON),
        (NoticeFrequency.Daily, -DAY, NOW + SOON),
    ],
)
def test_what_begins_within_a_day_does_not_wait(
    frequency: NoticeFrequency, starts_in: timedelta, due: datetime
) -> None:
    assert due_at(frequency, NOW, NOW + starts_in, SOON, BERLIN) == due


def test_before_seven_it_is_the_same_morning() -> None:
    for minute, day in ((59, 28), (0, 29)):
        now = datetime(2026, 3, 28, 5 if minute else 6, minute, tzinfo=UTC)
        hour = 6 if day == 28 else 5
        assert due_at(NoticeFrequency.Daily, now, now + 9 * DAY, SOON, BERLIN) == datetime(
            2026, 3, day, hour, tzinfo=UTC
        )
