"""The names that the contract gives to what it asks for, by the section of docs/conformance.md."""

from __future__ import annotations

ENDPOINTS = """
GET /api/schedules
GET /api/schedules/{scheduleId}
POST /api/schedules
PUT /api/schedules/{scheduleId}
DELETE /api/schedules/{scheduleId}
POST /api/schedules/{scheduleId}/reschedule
POST /api/schedules/{scheduleId}/confirm
GET /api/calendars/{calendarId}/view
GET /api/calendars/{calendarId}/daily
GET /api/calendars/{calendarId}/weekly
GET /api/calendars/{calendarId}/monthly
POST /api/calendars/{calendarId}/export/daily
POST /api/calendars/{calendarId}/export/weekly
POST /api/calendars/{calendarId}/export/monthly
GET /api/schedules/conflicts
GET /api/schedules/conflicts/{conflictId}
POST /api/schedules/conflicts/detect
POST /api/schedules/conflicts/{conflictId}/resolve
POST /api/schedules/conflicts/{conflictId}/escalate
POST /api/schedules/conflicts/{conflictId}/dismiss
GET /api/resources/{resourceId}/availability
POST /api/resources/availability/check
POST /api/resources/availability/check-multiple
POST /api/resources/{resourceId}/availability/mark-unavailable
POST /api/resources/{resourceId}/availability/mark-available
GET /api/resources/{resourceId}/availability/slots
GET /api/calendars
GET /api/calendars/{calendarId}
POST /api/calendars
PUT /api/calendars/{calendarId}
DELETE /api/calendars/{calendarId}
"""

COMMANDS_AND_QUERIES = """
ScheduleEvent RescheduleEvent RemoveEventFromCalendar ConfirmSchedule ResolveConflict EscalateConflict
MarkResourceUnavailable MarkResourceAvailable
GetScheduledEvents GetScheduledEventById GetCalendarView GetDailySchedule GetWeeklySchedule GetMonthlySchedule
GetConflicts GetConflictById CheckResourceAvailability
"""

RULES = """
SCH-001 SCH-002 SCH-003 SCH-004 SCH-005 SCH-006
SCH-010 SCH-011 SCH-012 SCH-013 SCH-014 SCH-015
SCH-020 SCH-021 SCH-022 SCH-023 SCH-024 SCH-025
SCH-030 SCH-031 SCH-032 SCH-033 SCH-034
SCH-040 SCH-041 SCH-042 SCH-043 SCH-044
"""

FACTS = """
EventScheduledOnCalendar EventRescheduled EventRemovedFromCalendar
CalendarViewGenerated DailyScheduleExported WeeklyScheduleExported MonthlyScheduleExported
ScheduleConflictDetected ScheduleConflictResolved ScheduleConflictEscalated
OverbookingWarningTriggered OverbookingPreventedBySystem OverbookingAllowedByOverride
ResourceAvailabilityChecked MultipleResourcesChecked ResourceMarkedUnavailable ResourceMarkedAvailable
"""

ERRORS = """
ValidationException NotFoundException ConflictException OverbookingException UnauthorizedException
ForbiddenException TimeSlotUnavailableException
"""

ENUMERATIONS = """
ScheduleStatus ConflictLevel ConflictType ConflictStatus ResolutionMethod CalendarType OwnerType ResourceType
RecurrenceType
"""

DTO_FIELDS = {
    "ScheduleEventDto": "eventId calendarId startDateTime endDateTime timeZone recurrencePattern",
    "ScheduledEventDetailDto": (
        "scheduledEventId eventId eventTitle calendarId calendarName startDateTime endDateTime timeZone"
        " status conflictLevel isBlocked blockReason recurrencePattern conflicts"
    ),
    "CalendarViewDto": "calendarId calendarName viewStartDate viewEndDate viewType events eventCounts",
    "ConflictDetailDto": (
        "scheduleConflictId scheduledEventId scheduledEventTitle conflictingEventId conflictingEventTitle"
        " conflictType conflictLevel status detectedAt resolvedAt resolutionMethod suggestedResolutions"
    ),
    "ResourceAvailabilityDto": (
        "resourceId resourceName resourceType checkStartTime checkEndTime isAvailable unavailableReason"
        " availableSlots"
    ),
    "TimeSlotDto": "startDateTime endDateTime duration isAvailable",
    "RecurrencePattern": "type interval daysOfWeek dayOfMonth endDate occurrenceCount",
}

JOBS = """
ConflictDetectionJob AvailabilityCleanupJob CalendarCacheWarmupJob ConflictEscalationJob
RecurrenceExpansionJob
"""

METRICS = """
scheduling.conflicts.detected scheduling.conflicts.resolved scheduling.overbooking.prevented
scheduling.overbooking.overridden calendar.view.generation.duration availability.check.duration cache.hit.rate
"""

SECTIONS = {
    "Endpoints of the contract": ENDPOINTS.strip().splitlines(),
    "Commands and queries": COMMANDS_AND_QUERIES.split(),
    "Rules": RULES.split(),
    "Facts": FACTS.split(),
    "Errors": ERRORS.split(),
    "Enumerations": ENUMERATIONS.split(),
    "DTO fields": [f"{name}.{field}" for name, fields in DTO_FIELDS.items() for field in fields.split()],
    "Jobs": JOBS.split(),
    "Metrics": METRICS.split(),
    "Telemetry events": ["ConflictDetected"],
}
