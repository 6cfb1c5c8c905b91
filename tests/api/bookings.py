"""Bodies of booking requests, far enough ahead to be in nobody's way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

DAY = (datetime.now(UTC) + timedelta(days=30)).replace(hour=0, minute=0, second=0, microsecond=0)
"""A day in a month, at midnight."""


def at(hour: float, day: int = 0) -> str:
    """An instant on DAY, as JSON has it."""
    return (DAY + timedelta(days=day, hours=hour)).isoformat().replace("+00:00", "Z")


def booking(
    event_id: str, calendar_id: str, start: float = 18, end: float = 20, **more: Any
) -> dict[str, Any]:
    """The body of a POST /api/schedules, from hour to hour of DAY."""
    return {
        "eventId": event_id,
        "calendarId": calendar_id,
        "startDateTime": at(start),
        "endDateTime": at(end),
        "timeZone": "Europe/Berlin",
        **more,
    }
