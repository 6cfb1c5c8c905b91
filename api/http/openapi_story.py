"""The story that the document's examples tell: of a Spring Concert, and a Rotary Dinner in its way."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import orjson

_BALLROOM = "b9a3f8a3-7c42-4f89-8c95-7f7a9c8e5d2b"
_BALLROOM_CALENDAR = "0197a6d0-52c4-7b3e-9a51-3c8f0d2e6b17"
_CONCERT = "0197a6d1-0f8a-7c25-8d44-91b7e5a3c602"
_CONCERT_BOOKING = "0197a6d2-6b1e-7f90-a3c8-54d2f7096e1b"
_DINNER_BOOKING = "0197a6d2-9e47-7a16-b5d0-28c41f6a7d93"
_CONFLICT = "0197a6d3-13f5-7d62-86e9-c07b4a95f218"
_SUGGESTION = "0197a6d3-4c80-7e0b-9f27-6a1d83b5e4c0"
_MANAGER = "1b8e2a6d-74d5-4e1f-9b55-607a7d7cab02"
_EXPORT = "0197a6d4-2d96-7b84-8a10-f5e3c96b7041"
_FEED = "0197a6d4-71c3-7f5d-a9b2-0e84d61c3f75"
_WEBHOOK = "0197a6d4-b80f-7c49-91e6-7d25a0f4b38c"
_STARTS, _ENDS = "2030-03-16T19:00:00Z", "2030-03-16T22:30:00Z"
_MADE = "2030-01-10T09:30:00Z"
_EXPIRES = "2030-01-10T10:00:00Z"
_MARCH = ("2030-03-16T00:00:00Z", "2030-03-17T00:00:00Z")

STORY: MappingProxyType[str, Any] = MappingProxyType(
    {
        # Who, where and what.
        "calendarId": _BALLROOM_CALENDAR,
        "calendarName": "Ballroom",
        "calendarType": "Venue",
        "resourceId": _BALLROOM,
        "resourceIds": [_BALLROOM],
        "resourceName": "Ballroom",
        "resourceType": "Venue",
        "ownerId": _BALLROOM,
        "ownerType": "Venue",
        "FeedDto.ownerId": None,
        "eventId": _CONCERT,
        "title": "Spring Concert",
        "eventTitle": "Spring Concert",
        "attendees": 240,
        "priority": 60,
        "userId": _MANAGER,
        "organizerId": _MANAGER,
        "escalatedTo": _MANAGER,
        "markedBy": _MANAGER,
        "grantedBy": _MANAGER,
        "requestedBy": _MANAGER,
        "accessLevel": "Book",
        "CalendarDto.name": "Ballroom",
        "CreateCalendarDto.name": "Ballroom",
        "UpdateCalendarDto.name": "Ballroom",
        "ImportedCalendarDto.name": "Ballroom",
        "ResourceDto.name": "Ballroom",
        "CreateResourceDto.name": "Ballroom",
        "UpdateResourceDto.name": "Ballroom",
        "UpdateCalendarDto.calendarId": None,
        "UpdateCalendarDto.calendarType": None,
        "UpdateCalendarDto.ownerId": None,
        "UpdateCalendarDto.ownerType": None,
        "UpdateResourceDto.resourceId": None,
        "UpdateEventDto.eventId": None,
        "CalendarDto.description": "The hall on the first floor",
        "EventDto.description": "The orchestra's concert in spring",
        "capacity": 300,
        "features": ["stage", "piano"],
        "setupMinutes": 60,
        "teardownMinutes": 30,
        "quantity": 1,
        "maxConcurrentEvents": 1,
        "isActive": True,
        "allowOverbooking": False,
        "instantBooking": False,
        # When.
        "startDateTime": _STARTS,
        "endDateTime": _ENDS,
        "originalStart": None,
        "timeZone": "Europe/Berlin",
        "from": _MARCH[0],
        "to": _MARCH[1],
        "viewStartDate": _MARCH[0],
        "viewEndDate": _MARCH[1],
        "checkStartTime": _MARCH[0],
        "checkEndTime": _MARCH[1],
        "date": "2030-03-16",
        "firstDay": "2030-03-16",
        "weekStartDate": "2030-03-11",
        "month": 3,
        "year": 2030,
        "createdAt": _MADE,
        "detectedAt": _MADE,
        "grantedAt": _MADE,
        "markedAt": _MADE,
        "requestedAt": _MADE,
        "expiresAt": _EXPIRES,
        "lapsesAt": _STARTS,
        "duration": "03:30:00",
        "durationMinutes": 210,
        "bufferMinutes": 15,
        "UpdateCalendarDto.createdAt": None,
        # The booking.
        "scheduledEventId": _CONCERT_BOOKING,
        "scheduledEventTitle": "Spring Concert",
        "ScheduledEventSummaryDto.status": "Scheduled",
        "ScheduledEventDetailDto.status": "Scheduled",
        "ScheduledEventSummaryDto.conflictLevel": "None",
        "ScheduledEventDetailDto.conflictLevel": "None",
        "ScheduledEventDetailDto.conflicts": [],
        "isBlocked": False,
        "reason": "The orchestra asked for it",
        "OverrideDto.reason": "Both parties agreed to share the hall",
        "MarkResourceUnavailableDto.reason": "The floor is polished",
        "PendingChangeDto.action": "Reschedule",
        # What is in the way, and the way out.
        "scheduleConflictId": _CONFLICT,
        "conflictingEventId": _DINNER_BOOKING,
        "conflictingEventTitle": "Rotary Dinner",
        "conflictType": "VenueConflict",
        "conflictLevel": "Critical",
        "resolutionMethod": None,
        "ConflictDetailDto.escalatedTo": None,
        "note": "Agreed with the orchestra by telephone",
        "ConflictDetailDto.note": None,
        "suggestedResolutions": ["Move Spring Concert to 17 March, same time"],
        "suggestionId": _SUGGESTION,
        "SuggestionDto.id": _SUGGESTION,
        "kind": "Rescheduled",
        "summary": "Move Spring Concert to 17 March, same time",
        "ChangeDto.to": {
            "calendarId": _BALLROOM_CALENDAR,
            "startDateTime": "2030-03-17T19:00:00Z",
            "endDateTime": "2030-03-17T22:30:00Z",
            "resources": [],
        },
        "PlacementDto.resources": [],
        "total": 1_440,
        "terms": {"minutesMoved": 1_440},
        "optimal": True,
        "fits": False,
        "detected": 1,
        "resolved": 0,
        "open": 1,
        "SuggestionDto.apply": {"method": "POST", "href": f"/api/suggestions/{_SUGGESTION}/apply"},
        "PendingChangeDto.approve": {"method": "POST", "href": f"/api/schedules/{_CONCERT_BOOKING}/approve"},
        "PendingChangeDto.reject": {"method": "POST", "href": f"/api/schedules/{_CONCERT_BOOKING}/reject"},
        # Availability.
        "isAvailable": True,
        "allAvailable": True,
        "resourceAvailabilityId": "0197a6d5-08b6-7e31-8c5f-b92d4e7a6013",
        "unavailableReason": "The floor is polished",
        "ResourceAvailabilityDto.unavailableReason": None,
        "onOverlap": "Merge",
        "sameResources": True,
        "anyOf": [_BALLROOM],
        "NamedResourceDto.resourceName": "Ballroom",
        "SlotSearchDto.calendarId": None,
        "SlotSearchDto.eventId": None,
        "BookCallDto.body": {
            "eventId": _CONCERT,
            "calendarId": _BALLROOM_CALENDAR,
            "startDateTime": _STARTS,
            "endDateTime": _ENDS,
            "timeZone": "Europe/Berlin",
        },
        "BlockingDto.detail": "The Ballroom is closed or booked on all days looked at",
        "startsLookedAt": 48,
        "free": 0,
        "closed": 12,
        "booked": 36,
        "count": 4,
        "start": "09:00",
        "end": "23:00",
        "ReasonDto.detail": "The Ballroom is closed then",
        "refuses": True,
        # Views, files, feeds, webhooks.
        "viewType": "Daily",
        "eventCounts": {"2030-03-16": 1},
        "format": "Pdf",
        "period": "Daily",
        "exportId": _EXPORT,
        "fileName": "Ballroom 2030-03-16.pdf",
        "sizeBytes": 48_213,
        "ExportDto.url": f"https://callboard.example/api/exports/{_EXPORT}/content",
        "ExportDetailDto.url": f"https://callboard.example/api/exports/{_EXPORT}/content",
        "feedId": _FEED,
        "audience": "Owner",
        "NewFeedDto.url": "https://callboard.example/feeds/S9pcm5nIENvbmNlcnQgaW4gdGhlIEJhbGxyb29tIQ.ics",
        "webcalUrl": "webcal://callboard.example/feeds/S9pcm5nIENvbmNlcnQgaW4gdGhlIEJhbGxyb29tIQ.ics",
        "webhookId": _WEBHOOK,
        "url": "https://crm.example/callboard",
        "WebhookDto.description": "The ticketing site",
        "factTypes": ["EventScheduledOnCalendar", "EventRescheduled"],
        "WebhookDto.status": "Active",
        "secret": "whsec_U3ByaW5nIENvbmNlcnQgaW4gdGhlIEJhbGxyb29t",
        "afterSequence": 4_180,
        "untilSequence": 4_211,
        # Imports.
        "read": 12,
        "imported": 11,
        "refused": 1,
        "skipped": 0,
        "place": "row 7",
        "RefusalDto.reason": "The end is before the start",
        "SkipDto.reason": "It is there already",
        "notes": ["Times without an offset are read in Europe/Berlin"],
        "columns": {"title": "Event", "start": "From", "end": "To"},
        "byType": {"VenueConflict": 1},
        "created": True,
        # The audit log.
        "auditId": "0197a6d6-81f4-7d09-a2c7-5be03f918d46",
        "at": _MADE,
        "userName": "Ada Marsh",
        "role": "Manager",
        "ResourceClaimDto.role": "Primary",
        "operation": "EventRescheduled",
        "entityId": _CONCERT_BOOKING,
        "AuditEntryDto.before": {"startDateTime": _STARTS, "endDateTime": _ENDS, "version": 1},
        "AuditEntryDto.after": {
            "startDateTime": "2030-03-17T19:00:00Z",
            "endDateTime": "2030-03-17T22:30:00Z",
            "version": 2,
            "reason": "The orchestra asked for it",
        },
        # People, programs, and what people are told.
        "email": "ada.marsh@venue.example",
        "password": "a hall full of people",
        "currentPassword": "a hall full of people",
        "newPassword": "a house full of music",
        "accessToken": "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxYjhlMmE2ZCJ9.c3ByaW5n",
        "refreshToken": "0197a6d7-1c25-7b83-94d0-3f8e6b2a5c71.U3ByaW5nIENvbmNlcnQgaW4gdGhl",
        "refreshExpiresAt": "2030-02-09T09:30:00Z",
        "UserDto.name": "Ada Marsh",
        "CreateUserDto.name": "Ada Marsh",
        "UpdateUserDto.name": "Ada Marsh",
        "isDisabled": False,
        "version": 1,
        "ServiceAccountDto.name": "Box office",
        "CreateServiceAccountDto.name": "Box office",
        "UpdateServiceAccountDto.name": "Box office",
        "serviceAccountId": "0197a6d7-5e90-7a14-b6c3-8d02f7e41a95",
        "scopes": ["Read", "Book"],
        "tokenId": "0197a6d7-92b4-7f68-a1e5-c47d3b09f812",
        "token": "cb_U3ByaW5nIENvbmNlcnQgaW4gdGhlIEJhbGxyb29t",
        "frequency": "Soon",
        "unwanted": ["HoldPromoted"],
        "invitations": True,
        "ownChanges": False,
        # Many at once.
        "mode": "Atomic",
        "index": 0,
        "BulkItemDto.status": 201,
        "BulkItemDto.problem": None,
        "ItemProblem.status": 400,
        "ItemProblem.problem": {
            "type": "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.1",
            "title": "Validation Failed",
            "status": 400,
            "detail": "Calendar does not exist or is inactive",
            "instance": "/api/schedules/bulk",
        },
        # Lists, links and the service itself.
        "nextCursor": "WyIyMDMwLTAzLTE2VDE5OjAwOjAwKzAwOjAwIl0",
        "href": f"/api/schedules/{_CONCERT_BOOKING}",
        "Health.status": "live",
    }
)
"""What a field says, by `Schema.field` or by `field` alone; None leaves an optional field out."""

_CALENDAR = """\
BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Callboard//EN\r
BEGIN:VEVENT\r
UID:0197a6d2-6b1e-7f90-a3c8-54d2f7096e1b\r
DTSTAMP:20300110T093000Z\r
DTSTART:20300316T190000Z\r
DTEND:20300316T223000Z\r
SUMMARY:Spring Concert\r
LOCATION:Ballroom\r
END:VEVENT\r
END:VCALENDAR\r
"""
_XML = """\
<schedule><conference><title>Spring season</title></conference>
<day date="2030-03-16"><room name="Ballroom"><event id="1" guid="0197a6d2-6b1e-7f90-a3c8-54d2f7096e1b">
<date>2030-03-16T19:00:00+00:00</date><duration>03:30</duration><title>Spring Concert</title>
</event></room></day></schedule>
"""
_FACT = {
    "type": "EventRescheduled",
    "timestamp": _MADE,
    "id": "0197a6d6-3c11-7a52-b0e4-8d15f7c26a90",
    "sequence": 4_180,
    "aggregateId": _CONCERT_BOOKING,
    "data": {
        "scheduledEventId": _CONCERT_BOOKING,
        "oldStartDateTime": _STARTS,
        "oldEndDateTime": _ENDS,
        "newStartDateTime": "2030-03-17T19:00:00Z",
        "newEndDateTime": "2030-03-17T22:30:00Z",
        "rescheduledBy": _MANAGER,
    },
}

FILES: MappingProxyType[str, str] = MappingProxyType(
    {
        "text/csv": "Room,Title,Start,End\nBallroom,Spring Concert,2030-03-16 19:00,2030-03-16 22:30\n",
        "text/calendar": _CALENDAR,
        "application/xml": _XML,
        "text/xml": _XML,
        "text/event-stream": f"id: 4180\nevent: EventRescheduled\ndata: {orjson.dumps(_FACT).decode()}\n\n",
        "text/plain": "scheduling_conflicts_detected_total 1.0\n",
    }
)
"""The same story as text, by media type."""
