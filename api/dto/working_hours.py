"""Working hours in JSON: `{"Monday": [{"start": "06:00", "end": "24:00"}], ...}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from api.http.wire import Wire
from domain.working_hours import WorkingHours

Day = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
DAYS: tuple[Day, ...] = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

ClockTime = Annotated[str, StringConstraints(pattern=r"^(?:([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
"""Local wall-clock time; 24:00 is the day's end."""


class OpeningDto(Wire):
    """Open from start until end, local time."""

    start: ClockTime
    end: ClockTime


def _valid(days: dict[Day, list[OpeningDto]]) -> dict[Day, list[OpeningDto]]:
    working_hours(days)
    return days


WorkingHoursDto = Annotated[
    dict[Day, Annotated[list[OpeningDto], Field(max_length=24)]], AfterValidator(_valid)
]
"""Opening ranges by day; a day that is missing is closed."""


def working_hours(days: Mapping[Day, list[OpeningDto]]) -> WorkingHours:
    """The domain's value. Raises ValueError for ranges that are empty or overlap."""
    return WorkingHours(
        tuple(
            tuple(sorted((_minute(one.start), _minute(one.end)) for one in days.get(day, []))) for day in DAYS
        )
    )


def working_hours_dto(hours: WorkingHours) -> dict[Day, list[OpeningDto]]:
    """The value in JSON, open days only."""
    return {
        day: [OpeningDto(start=_clock(start), end=_clock(end)) for start, end in ranges]
        for day, ranges in zip(DAYS, hours.days, strict=True)
        if ranges
    }


def _minute(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
