"""A booked series in an iCalendar file: its rule, and what differs from it."""

from __future__ import annotations

from typing import Any

import httpx
from icalendar import Calendar

from tests.api.test_series import URL, at, hall, series, settings

__all__ = ["hall", "series", "settings"]  # fixtures

Headers = dict[str, str]


async def test_a_series_is_its_rule_and_what_differs_from_it(
    client: httpx.AsyncClient, series: dict[str, Any], as_manager: Headers
) -> None:
    key, calendar_id = series["scheduledEventId"], series["calendarId"]
    moved = {"startDateTime": at(9, 1), "endDateTime": at(11, 1)}
    second = series["occurrences"][1]["scheduledEventId"]
    assert (
        await client.post(f"{URL}/{second}/reschedule", json=moved, headers=as_manager)
    ).status_code == 200
    assert (
        await client.delete(f"{URL}/{key}/occurrences/{at(18, 2)}", headers=as_manager)
    ).status_code == 204
    feed = await client.post("/api/feeds", json={"calendarId": calendar_id}, headers=as_manager)
    answer = await client.get(httpx.URL(feed.json()["url"]).path)
    assert answer.status_code == 200
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert len({str(one["UID"]) for one in events}) == 1
    (master,) = [one for one in events if "RECURRENCE-ID" not in one]
    last = at(18, 3).replace("-", "").replace(":", "")
    assert master["RRULE"].to_ical().decode() == f"FREQ=WEEKLY;UNTIL={last}"
    assert (master.start.isoformat(), "EXDATE" in master) == (at(18).replace("Z", "+00:00"), False)
    others = sorted(
        (one["RECURRENCE-ID"].dt.isoformat(), str(one["STATUS"]), one.start.isoformat())
        for one in events
        if "RECURRENCE-ID" in one
    )
    assert others == [
        (at(18, 1).replace("Z", "+00:00"), "CONFIRMED", at(9, 1).replace("Z", "+00:00")),
        (at(18, 2).replace("Z", "+00:00"), "CANCELLED", at(18, 2).replace("Z", "+00:00")),
    ]
