"""What each role is answered, as `Customer Staff Manager Admin`, by operation and row (spec 10.2).

own: the caller's. granted: somebody else's, on a calendar that Customer and Staff may book. hidden: somebody
else's where they see nothing. `-` for a row: about nothing in particular; for a cell: the role can have no
such thing. A 409 is beyond rights: the event is booked, a Critical conflict is open, no change waits, no fix
has been applied. So is the 400 of who has no password to change.
"""

from __future__ import annotations

PUBLIC = {
    "GET /health/live",
    "GET /health/ready",
    "GET /feeds/{token}.ics",
    "POST /api/auth/login",
    "POST /api/auth/refresh",
}
"""What needs no bearer token of ours."""

STREAMS = {"GET /api/events/stream"}
"""Without an end of its own; tests/api/delivery/test_event_stream.py has its rights."""

MATRIX: dict[str, dict[str, str]] = {
    "GET /metrics": {
        "-": "403 403 403 200",
    },
    "POST /api/auth/logout": {
        "-": "204 204 204 204",
    },
    "POST /api/auth/password": {
        "-": "400 400 400 400",
    },
    "GET /api/users": {
        "-": "403 403 403 200",
    },
    "GET /api/users/me": {
        "-": "200 200 200 200",
    },
    "POST /api/users": {
        "-": "403 403 403 201",
    },
    "GET /api/users/{userId}": {
        "-": "403 403 403 200",
    },
    "PUT /api/users/{userId}": {
        "-": "403 403 403 200",
    },
    "GET /api/service-accounts": {
        "-": "403 403 403 200",
    },
    "POST /api/service-accounts": {
        "-": "403 403 403 201",
    },
    "GET /api/service-accounts/{serviceAccountId}": {
        "-": "403 403 403 200",
    },
    "PUT /api/service-accounts/{serviceAccountId}": {
        "-": "403 403 403 200",
    },
    "GET /api/service-accounts/{serviceAccountId}/tokens": {
        "-": "403 403 403 200",
    },
    "POST /api/service-accounts/{serviceAccountId}/tokens": {
        "-": "403 403 403 201",
    },
    "DELETE /api/service-accounts/{serviceAccountId}/tokens/{tokenId}": {
        "-": "403 403 403 204",
    },
    "GET /api/calendars": {
        "-": "200 200 200 200",
    },
    "POST /api/calendars": {
        "-": "403 403 403 201",
    },
    "GET /api/calendars/{calendarId}": {
        "granted": "200 200 200 200",
        "hidden": "404 404 200 200",
    },
    "PUT /api/calendars/{calendarId}": {
        "granted": "403 403 403 200",
        "hidden": "403 403 403 200",
    },
    "DELETE /api/calendars/{calendarId}": {
        "granted": "403 403 403 409",
        "hidden": "403 403 403 409",
    },
    "GET /api/calendars/{calendarId}/access": {
        "granted": "403 403 403 200",
        "hidden": "403 403 403 200",
    },
    "PUT /api/calendars/{calendarId}/access/{userId}": {
        "granted": "403 403 403 200",
        "hidden": "403 403 403 201",
    },
    "DELETE /api/calendars/{calendarId}/access/{userId}": {
        "granted": "403 403 403 204",
        "hidden": "403 403 403 404",
    },
    "GET /api/calendars/{calendarId}/view": {
        "granted": "200 200 200 200",
        "hidden": "404 404 200 200",
    },
    "GET /api/calendars/{calendarId}/daily": {
        "granted": "200 200 200 200",
        "hidden": "404 404 200 200",
    },
    "GET /api/calendars/{calendarId}/weekly": {
        "granted": "200 200 200 200",
        "hidden": "404 404 200 200",
    },
    "GET /api/calendars/{calendarId}/monthly": {
        "granted": "200 200 200 200",
        "hidden": "404 404 200 200",
    },
    "GET /api/resources": {
        "-": "200 200 200 200",
    },
    "POST /api/resources": {
        "-": "403 403 201 201",
    },
    "GET /api/resources/{resourceId}": {
        "granted": "200 200 200 200",
        "hidden": "404 404 200 200",
    },
    "PUT /api/resources/{resourceId}": {
        "granted": "403 403 200 200",
        "hidden": "403 403 200 200",
    },
    "DELETE /api/resources/{resourceId}": {
        "granted": "403 403 409 409",
        "hidden": "403 403 409 409",
    },
    "GET /api/resources/{resourceId}/availability": {
        "granted": "200 200 200 200",
        "hidden": "404 404 200 200",
    },
    "POST /api/resources/availability/check": {
        "-": "200 200 200 200",
    },
    "POST /api/resources/availability/check-multiple": {
        "-": "200 200 200 200",
    },
    "GET /api/resources/{resourceId}/availability/slots": {
        "granted": "200 200 200 200",
        "hidden": "404 404 200 200",
    },
    "POST /api/resources/{resourceId}/availability/mark-unavailable": {
        "granted": "403 201 201 201",
        "hidden": "403 404 201 201",
    },
    "POST /api/resources/{resourceId}/availability/mark-available": {
        "granted": "403 200 200 200",
        "hidden": "403 404 200 200",
    },
    "POST /api/availability/search": {
        "-": "200 200 200 200",
    },
    "GET /api/events": {
        "-": "200 200 200 200",
    },
    "POST /api/events": {
        "-": "201 201 201 201",
    },
    "GET /api/events/{eventId}": {
        "own": "200 200 200 200",
        "granted": "404 200 200 200",
        "hidden": "404 404 200 200",
    },
    "PUT /api/events/{eventId}": {
        "own": "200 200 200 200",
        "granted": "404 200 200 200",
        "hidden": "404 404 200 200",
    },
    "DELETE /api/events/{eventId}": {
        "own": "409 409 409 409",
        "granted": "404 409 409 409",
        "hidden": "404 404 409 409",
    },
    "GET /api/audit": {
        "-": "403 403 200 200",
    },
    "POST /api/imports": {
        "-": "403 403 200 200",
    },
    "POST /api/calendars/{calendarId}/export/daily": {
        "granted": "201 201 201 201",
        "hidden": "404 404 201 201",
    },
    "POST /api/calendars/{calendarId}/export/weekly": {
        "granted": "201 201 201 201",
        "hidden": "404 404 201 201",
    },
    "POST /api/calendars/{calendarId}/export/monthly": {
        "granted": "201 201 201 201",
        "hidden": "404 404 201 201",
    },
    "GET /api/exports/{exportId}": {
        "own": "200 200 200 200",
        "hidden": "404 404 404 404",
    },
    "GET /api/exports/{exportId}/content": {
        "own": "200 200 200 200",
        "hidden": "404 404 404 404",
    },
    "POST /api/feeds": {
        "-": "201 201 201 201",
    },
    "GET /api/feeds": {
        "-": "200 200 200 200",
    },
    "DELETE /api/feeds/{feedId}": {
        "own": "204 204 204 204",
        "hidden": "404 404 404 204",
    },
    "POST /api/webhooks": {
        "-": "403 201 201 201",
    },
    "GET /api/webhooks": {
        "-": "403 200 200 200",
    },
    "GET /api/webhooks/{webhookId}": {
        "own": "- 200 200 200",
        "hidden": "403 404 404 200",
    },
    "PUT /api/webhooks/{webhookId}": {
        "own": "- 200 200 200",
        "hidden": "403 404 404 200",
    },
    "DELETE /api/webhooks/{webhookId}": {
        "own": "- 204 204 204",
        "hidden": "403 404 404 204",
    },
    "POST /api/webhooks/{webhookId}/rotate-secret": {
        "own": "- 200 200 200",
        "hidden": "403 404 404 200",
    },
    "POST /api/webhooks/{webhookId}/redeliver": {
        "own": "- 202 202 202",
        "hidden": "403 404 404 202",
    },
    "GET /api/notifications/preferences": {
        "-": "200 200 200 200",
    },
    "PUT /api/notifications/preferences": {
        "-": "200 200 200 200",
    },
    "POST /api/schedules/suggestions": {
        "own": "200 200 200 200",
        "granted": "400 200 200 200",
        "hidden": "400 400 200 200",
    },
    "POST /api/schedules/{scheduleId}/suggestions": {
        "own": "200 200 200 200",
        "granted": "404 200 200 200",
        "hidden": "404 404 200 200",
    },
    "GET /api/schedules/{scheduleId}/suggestions": {
        "own": "200 200 200 200",
        "granted": "404 200 200 200",
        "hidden": "404 404 200 200",
    },
    "GET /api/suggestions/{suggestionId}": {
        "own": "200 200 200 200",
        "hidden": "404 404 404 404",
    },
    "POST /api/suggestions/{suggestionId}/apply": {
        "own": "200 200 200 200",
        "hidden": "404 404 404 404",
    },
    "POST /api/suggestions/{suggestionId}/undo": {
        "own": "409 409 409 409",
        "hidden": "404 404 404 404",
    },
    "GET /api/schedules/conflicts": {
        "-": "200 200 200 200",
    },
    "POST /api/schedules/conflicts/detect": {
        "-": "403 403 200 200",
    },
    "GET /api/schedules/conflicts/{conflictId}": {
        "own": "200 200 200 200",
        "granted": "404 200 200 200",
        "hidden": "404 404 200 200",
    },
    "POST /api/schedules/conflicts/{conflictId}/resolve": {
        "own": "403 403 200 200",
        "granted": "403 403 200 200",
        "hidden": "403 403 200 200",
    },
    "POST /api/schedules/conflicts/{conflictId}/escalate": {
        "own": "403 403 200 200",
        "granted": "403 403 200 200",
        "hidden": "403 403 200 200",
    },
    "POST /api/schedules/conflicts/{conflictId}/dismiss": {
        "own": "403 403 200 200",
        "granted": "403 403 200 200",
        "hidden": "403 403 200 200",
    },
    "POST /api/schedules/conflicts/{conflictId}/review": {
        "own": "403 403 200 200",
        "granted": "403 403 200 200",
        "hidden": "403 403 200 200",
    },
    "GET /api/schedules": {
        "-": "200 200 200 200",
    },
    "POST /api/schedules": {
        "own": "201 201 201 201",
        "granted": "400 201 201 201",
        "hidden": "400 400 201 201",
    },
    "POST /api/schedules/bulk": {
        "own": "201 201 201 201",
        "granted": "400 201 201 201",
        "hidden": "400 400 201 201",
    },
    "GET /api/schedules/{scheduleId}": {
        "own": "200 200 200 200",
        "granted": "404 200 200 200",
        "hidden": "404 404 200 200",
    },
    "PUT /api/schedules/{scheduleId}": {
        "own": "200 200 200 200",
        "granted": "404 200 200 200",
        "hidden": "404 404 200 200",
    },
    "DELETE /api/schedules/{scheduleId}": {
        "own": "204 204 204 204",
        "granted": "404 204 204 204",
        "hidden": "404 404 204 204",
    },
    "POST /api/schedules/{scheduleId}/reschedule": {
        "own": "200 200 200 200",
        "granted": "404 200 200 200",
        "hidden": "404 404 200 200",
    },
    "POST /api/schedules/{scheduleId}/confirm": {
        "own": "403 409 409 409",
        "granted": "403 409 409 409",
        "hidden": "403 404 409 409",
    },
    "POST /api/schedules/{scheduleId}/approve": {
        "own": "403 403 409 409",
        "granted": "403 403 409 409",
        "hidden": "403 403 409 409",
    },
    "POST /api/schedules/{scheduleId}/reject": {
        "own": "409 409 409 409",
        "granted": "404 409 409 409",
        "hidden": "404 404 409 409",
    },
    "PUT /api/schedules/{scheduleId}/occurrences/{originalStart}": {
        "own": "200 200 200 200",
        "granted": "404 200 200 200",
        "hidden": "404 404 200 200",
    },
    "DELETE /api/schedules/{scheduleId}/occurrences/{originalStart}": {
        "own": "204 204 204 204",
        "granted": "404 204 204 204",
        "hidden": "404 404 204 204",
    },
}
