"""When a notice goes out: soon, or with the others of its hour or day."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.local_time import to_utc
from domain.notice import NoticeFrequency

URGENT = timedelta(hours=24)
"""What begins so soon does not wait for the hour or the day."""

MORNING = time(7)
"""When those who are told daily are told, by the clock of the house."""


def due_at(
    frequency: NoticeFrequency, now: datetime, starts_at: datetime, soon: timedelta, zone: ZoneInfo
) -> datetime:
    """The instant at which a notice of a booking goes out at the latest.

    soon: how long what is to be told soon waits for more of its kind. zone: of the house.
    """
    if frequency is NoticeFrequency.Soon or starts_at - now < URGENT:
        return now + soon
    if frequency is NoticeFrequency.Hourly:
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    local = now.astimezone(zone)
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    return to_utc(datetime.combine(day, MORNING), zone)
