"""Against libical's own vectors."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.enums import DayOfWeek, RecurrenceType
from domain.recurrence.expansion import expand
from domain.recurrence.pattern import RecurrencePattern
from tests.domain.recurrence.vectors import Vector, vectors

_UTC = ZoneInfo("UTC")
_TYPES = {
    "DAILY": RecurrenceType.Daily,
    "WEEKLY": RecurrenceType.Weekly,
    "MONTHLY": RecurrenceType.Monthly,
    "YEARLY": RecurrenceType.Yearly,
}
_DAYS = dict(zip(["SU", "MO", "TU", "WE", "TH", "FR", "SA"], DayOfWeek, strict=True))

DIFFERENT = {
    "FREQ=YEARLY;BYMONTHDAY=29;COUNT=3 from 20240229T000000": "a day of each month, not of the first's month",
    "FREQ=YEARLY;BYMONTHDAY=-29,-1;COUNT=4 from 20240201T000000": "a day of each month, not of the first's",
    "FREQ=DAILY;BYMINUTE=1,2,3,4;INTERVAL=2;COUNT=3 from 20241018T000000": "a series has times",
    "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=30;BYWEEKNO=1;UNTIL=20320101 from 20241230T000000": (
        "libical does not implement it"
    ),
    "FREQ=YEARLY;BYWEEKNO=53;BYDAY=TU,SA;INTERVAL=6;UNTIL=20170101T000000Z from 20100102T000000": (
        "the library counts years from 1 January, not from the first week"
    ),
    "FREQ=YEARLY;BYWEEKNO=53;BYDAY=TU,SA;INTERVAL=5;UNTIL=20170101T000000Z from 20100102T000000": (
        "the library counts years from 1 January, not from the first week"
    ),
    "FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO,TU;INTERVAL=3;UNTIL=20320101 from 20241231T000000": (
        "the library counts years from 1 January, not from the first week"
    ),
}
"""The vectors we answer otherwise, each with the reason."""


def simple(vector: Vector) -> RecurrencePattern | None:
    """The vector as a pattern of one of the four simple types, where these can say it."""
    parts = dict(part.split("=") for part in vector.rrule.removesuffix(";").split(";"))
    frequency = parts.pop("FREQ")
    interval, count = int(parts.pop("INTERVAL", "1")), parts.pop("COUNT", None)
    until = parts.pop("UNTIL", None)
    if frequency not in _TYPES or (parts.pop("WKST", "MO") != "MO" and interval > 1 and "BYDAY" in parts):
        return None
    days: tuple[DayOfWeek, ...] = ()
    if frequency == "WEEKLY" and "BYDAY" in parts:
        days = tuple(_DAYS[code] for code in parts.pop("BYDAY").split(","))
    day_of_month = None
    if frequency == "MONTHLY" and parts.get("BYMONTHDAY", "-").isdecimal():
        day_of_month = int(parts.pop("BYMONTHDAY"))
    if parts:
        return None
    end = None if until is None else vector.first.fromisoformat(until.removesuffix("Z")).replace(tzinfo=UTC)
    return RecurrencePattern(
        _TYPES[frequency], interval, days, day_of_month, end, None if count is None else int(count)
    )


def test_the_simple_types_match_every_vector_they_can_say(shared_data: Path) -> None:
    patterns = [(simple(one), one) for one in vectors(shared_data)]
    said = [(pattern, one) for pattern, one in patterns if pattern is not None]
    wrong = {str(one) for pattern, one in said if expand(pattern, one.first, _UTC) != one.instances}
    assert (len(said), wrong) == (20, set())


def test_custom_matches_all_vectors_but_those_named(shared_data: Path) -> None:
    found = vectors(shared_data)
    wrong = {
        str(one)
        for one in found
        if expand(RecurrencePattern(RecurrenceType.Custom, rrule=one.rrule), one.first, _UTC) != one.instances
    }
    assert (len(found), wrong) == (146, set(DIFFERENT))
