"""How each operation of the OpenAPI document is called, without changing anything."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.api.bookings import at, booking
from tests.api.imports.schedule_xml import day, event, room, schedule
from tests.api.people import OTHER_CUSTOMER, STAFF
from tests.api.rights.world import GRANTED, World

KINDS = {
    "calendarId": "calendar",
    "resourceId": "resource",
    "eventId": "event",
    "scheduleId": "schedule",
    "conflictId": "conflict",
    "suggestionId": "suggestion",
    "exportId": "export",
    "feedId": "feed",
    "webhookId": "webhook",
}
ONE_ROW = {"/users/{userId}": "user", "/{serviceAccountId}": "service account", "/{tokenId}": "token"}
"""Things that come in one row, by how paths end or go on with them."""
"""Of what kind the thing is that a path is about, by its parameter."""

_WINDOW = {"startDateTime": at(1, day=40), "endDateTime": at(2, day=40)}
_QUERIES = {
    "GET /api/resources/{resourceId}/availability": {"from": at(1), "to": at(2)},
    "GET /api/resources/{resourceId}/availability/slots": {"from": at(1), "to": at(3), "durationMinutes": 30},
    "GET /api/calendars/{calendarId}/monthly": {"month": 6, "year": 2030},
}


def kind_of(operation: str) -> str | None:
    """What a path is about; None where it is about nothing in particular."""
    _, path = operation.split(" ", 1)
    if "occurrences" in path:
        return "series"
    return next((kind for name, kind in KINDS.items() if f"{{{name}}}" in path), None)


def path_of(operation: str, world: World, row: str, role: str) -> str:
    """The path with the ids of the row."""
    path = operation.split(" ", 1)[1]
    if "occurrences" in path:
        path = path.replace("{scheduleId}", world.id_of("series", row, role))
        path = path.replace("{originalStart}", quote(world.id_of("occurrence", row, role)))
    for part, kind in ONE_ROW.items():
        path = path.replace(part, part.partition("{")[0] + world.ids[(kind, GRANTED)])
    path = path.replace("{userId}", str(STAFF.user_id))
    for name, kind in KINDS.items():
        if f"{{{name}}}" in path:
            path = path.replace(f"{{{name}}}", world.id_of(kind, row, role))
    return path


def request_of(operation: str, world: World, row: str, role: str) -> dict[str, Any]:
    """What is sent: a query, and a body where there is one."""
    query = _QUERIES.get(operation, {}) | ({} if operation.startswith("GET") else {"dryRun": "true"})
    if operation == "POST /api/imports":
        file = schedule(day("2030-01-01", room("Ballroom", event())))
        return {"params": query, "content": file, "headers": {"Content-Type": "application/xml"}}
    if "/availability/" in operation and "mark" not in operation:
        query.pop("dryRun", None)
    if operation == "POST /api/schedules/suggestions" or "{scheduleId}/suggestions" in operation:
        query.pop("dryRun", None)
    body = _body(operation, world, row, role)
    return {"params": query} | ({} if body is None else {"json": body})


def _body(operation: str, world: World, row: str, role: str) -> Any:
    def the(kind: str) -> str:
        return world.id_of(kind, row, role)

    def wanted() -> dict[str, Any]:
        return booking(the("event"), the("calendar")) | _WINDOW

    resource = {"resourceId": world.ids[("resource", "granted")]}
    bodies: dict[str, Any] = {
        "POST /api/auth/logout": {},
        "POST /api/auth/password": {"currentPassword": "x", "newPassword": "long enough for all"},
        "POST /api/users": {"name": "New", "email": "new@v.example", "role": "Staff"},
        "PUT /api/users/{userId}": {"name": "New", "email": "new@v.example", "role": "Staff"},
        "POST /api/service-accounts": {"name": "New", "role": "Staff", "scopes": ["Read"]},
        "PUT /api/service-accounts/{serviceAccountId}": {"name": "New", "role": "Staff", "scopes": ["Read"]},
        "POST /api/service-accounts/{serviceAccountId}/tokens": {},
        "POST /api/calendars": {"name": "New", "calendarType": "Venue"},
        "PUT /api/calendars/{calendarId}": {"name": "New"},
        "PUT /api/calendars/{calendarId}/access/{userId}": {"accessLevel": "View"},
        "POST /api/resources": {"name": "New", "resourceType": "Equipment"},
        "PUT /api/resources/{resourceId}": {"name": "New", "resourceType": "Venue"},
        "POST /api/resources/availability/check": resource | _WINDOW,
        "POST /api/resources/availability/check-multiple": {"resourceIds": [resource["resourceId"]]}
        | _WINDOW,
        "POST /api/resources/{resourceId}/availability/mark-unavailable": _WINDOW,
        "POST /api/resources/{resourceId}/availability/mark-available": _WINDOW,
        "POST /api/availability/search": {
            "allOf": [{"anyOf": [resource["resourceId"]]}],
            "durationMinutes": 60,
            "window": {"from": at(1, day=40), "to": at(20, day=40)},
        },
        "POST /api/events": {"title": "New"},
        "POST /api/calendars/{calendarId}/export/daily": {"date": at(0)[:10], "format": "ICalendar"},
        "POST /api/calendars/{calendarId}/export/weekly": {
            "weekStartDate": at(0)[:10],
            "format": "ICalendar",
        },
        "POST /api/calendars/{calendarId}/export/monthly": {"month": 6, "year": 2030, "format": "ICalendar"},
        "POST /api/feeds": {},
        "POST /api/webhooks": {"url": "https://crm.example/"},
        "PUT /api/webhooks/{webhookId}": {"url": "https://crm.example/new"},
        "POST /api/webhooks/{webhookId}/redeliver": {"afterSequence": 0},
        "PUT /api/notifications/preferences": {},
        "POST /api/schedules/conflicts/detect": {},
        "POST /api/schedules/conflicts/{conflictId}/resolve": {"resolutionMethod": "OverrideApplied"},
        "POST /api/schedules/conflicts/{conflictId}/escalate": {
            "escalatedTo": str(OTHER_CUSTOMER.user_id),
            "reason": "asked",
        },
        "POST /api/schedules/conflicts/{conflictId}/dismiss": {},
        "POST /api/schedules/{scheduleId}/reschedule": _WINDOW,
        "POST /api/schedules/{scheduleId}/suggestions": _WINDOW,
    }
    if operation in bodies:
        return bodies[operation]
    if operation == "PUT /api/events/{eventId}":
        return {"title": "New"}
    if operation in {
        "POST /api/schedules",
        "POST /api/schedules/suggestions",
        "PUT /api/schedules/{scheduleId}",
        "PUT /api/schedules/{scheduleId}/occurrences/{originalStart}",
    }:
        return wanted()
    if operation == "POST /api/schedules/bulk":
        return {"mode": "Atomic", "items": [wanted()]}
    return None
