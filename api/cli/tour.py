"""What the demo prints: where it is, tokens, and three calls worth trying."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson

from api.cli.tokens import bearer_token
from api.demo import house
from api.demo.people import MANAGER, USERS, viewer_of
from api.demo.venue import GALA, SCREENING, free_slot
from api.settings import Settings
from domain.entities import Event
from domain.time_slot import TimeSlot


def tour(settings: Settings, url: str, conflict_id: UUID | None) -> str:
    """The whole text. conflict_id: an open conflict of the demo, if one is left."""
    tokens = {user: bearer_token(settings, viewer_of(user)) for user in USERS}
    lines = [f"\nCallboard is ready at {url}", f"Interactive documentation: {url}/docs", "", "Tokens:"]
    for user, token in tokens.items():
        lines += [f"  {user.role.name} ({user.name})", f"    {token}"]
    calls = _calls(url, tokens[MANAGER], conflict_id)
    return "\n".join([*lines, "", *calls, "", "Ctrl-C stops the server and its database."])


def _calls(url: str, token: str, conflict_id: UUID | None) -> list[str]:
    slot = free_slot(datetime.now(UTC).date())
    clash = TimeSlot(slot.start_date_time + timedelta(hours=1), slot.end_date_time + timedelta(hours=1))
    detail = "" if conflict_id is None else f"/{conflict_id}"
    return [
        "Three calls worth trying (as Manager):",
        f"  TOKEN={token}",
        "",
        "  # 1. Book the Ballroom for an evening: 201.",
        *_booking(url, GALA, slot),
        "",
        "  # 2. Book it twice: 409, with suggestions; POST to the href of one to apply it.",
        *_booking(url, SCREENING, clash),
        "",
        "  # 3. Look at a clash that is there already, and at its ranked fixes.",
        f'  curl -s {url}/api/schedules/conflicts{detail} -H "Authorization: Bearer $TOKEN"',
    ]


def _booking(url: str, event: Event, slot: TimeSlot) -> list[str]:
    body = {
        "eventId": event.event_id,
        "calendarId": house.calendar_of(house.BALLROOM).calendar_id,
        "startDateTime": slot.start_date_time,
        "endDateTime": slot.end_date_time,
        "timeZone": "UTC",
    }
    text = orjson.dumps(body, option=orjson.OPT_UTC_Z).decode()
    return [
        f'  curl -s {url}/api/schedules -H "Authorization: Bearer $TOKEN" \\',
        f"    -H 'Content-Type: application/json' -d '{text}'",
    ]
