"""What the OpenAPI document says in words: of the service, its groups and common parameters."""

from __future__ import annotations

from types import MappingProxyType

DESCRIPTION = """\
Callboard keeps the schedules of venues, their staff and their equipment, refuses double bookings, and answers
every clash with checked ways out that one call applies.

- JSON is camelCase, enums are their names, datetimes are ISO 8601 with an offset in and UTC with `Z` out.
  Fields without a value are left out. Unknown fields are refused.
- Lists are pages: `{"items": [...], "nextCursor": ...}`. Send `nextCursor` as `cursor` for the next page.
- Writes take `dryRun=true`: the answer is the same, nothing changes. Changes take `If-Match` with an ETag.
- Every error is a problem document (RFC 9457) of the one schema `Problem`.
"""

TAGS = MappingProxyType(
    {
        "health": "Whether the service lives and serves, and how it is doing.",
        "sign-in": "Signing in and out, and passwords.",
        "users": "The people of the house, and their roles.",
        "service-accounts": "Programs that call the service, and what each may do.",
        "notifications": "What people are told by mail, and how often.",
        "calendars": "Calendars, and who may see and book them.",
        "calendar views": "A calendar as a person looks at it: by day, week, month, or any range.",
        "resources": "What is booked: venues, staff and equipment.",
        "availability": "When resources are free, and when they are closed.",
        "events": "What is put on, and by whom.",
        "schedules": "Bookings: events on calendars, once or as series.",
        "conflicts": "Clashes between bookings, and what was done about them.",
        "suggestions": "Ways out of a clash, each with the call that applies it.",
        "imports": "Schedules from files.",
        "exports": "Schedules as files.",
        "feeds": "Schedules that calendar programs subscribe to.",
        "webhooks": "Facts told to others as they happen.",
        "audit": "Who changed what, when, from what to what.",
    }
)
"""The groups of operations, in the document's order."""

PARAMETERS = MappingProxyType(
    {
        "calendarId": "Of a calendar",
        "calendarType": "Only calendars of this type",
        "conflictId": "Of a conflict: its scheduleConflictId",
        "durationMinutes": "How long it is to last",
        "eventId": "Of an event",
        "exportId": "Of an export",
        "feedId": "Of a feed",
        "from": "From this instant on",
        "fromHour": "The hour the day starts at, in the calendar's time zone",
        "if-match": "The ETag of the version to change; 412 when there is a newer one",
        "if-none-match": "The ETag of an answer one has; 304 when it is so",
        "interchangeGroup": "Only resources of this group, which can stand in for each other",
        "isActive": "Only those in use, or only those that are not",
        "organizerId": "Only events of this user",
        "ownerId": "Of the owner",
        "ownerType": "Only calendars of owners of this type",
        "order": "`asc` or `desc`; each `sort` has a usual one",
        "resourceId": "Of a resource",
        "resourceType": "Only resources of this type",
        "role": "Only people of this role",
        "scheduledEventId": "Of a booking",
        "serviceAccountId": "Of a service account",
        "seriesId": "Of a series",
        "sort": "What the list is sorted by; a cursor holds for one order",
        "status": "Only those of this status; may be given several times",
        "suggestionId": "Of a suggestion",
        "to": "Before this instant",
        "tokenId": "Of a token",
        "userId": "Of a user",
        "webhookId": "Of a webhook",
    }
)
"""What a parameter means, by name, where the endpoint does not say it better."""
