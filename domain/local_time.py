"""Wall-clock time in IANA zones (RFC 5545: gaps move forward, the first of two equal times counts)."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_NO_ZONES = frozenset({"Factory", "localtime", "posixrules"})
"""Names that the tz database keeps for machines: what they mean depends on where they are read."""


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones()) - _NO_ZONES


def is_time_zone(name: str) -> bool:
    """Whether the name is an IANA time zone identifier (spec 9.1)."""
    return name in _names()


def to_utc(wall_clock: datetime, zone: tzinfo) -> datetime:
    """The instant of a naive local time; one that does not exist moves forward by the gap."""
    local = wall_clock.replace(tzinfo=zone, fold=0)
    return local.astimezone(UTC)


def at_minute(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant at which the wall clock shows `minute` minutes after midnight (1440 = the next)."""
    wall_clock = datetime.combine(day, time()) + timedelta(minutes=minute)
    return to_utc(wall_clock, zone)
