"""Every job that comes again and again, with when it does (spec 13.1)."""

from __future__ import annotations

from api.jobs.availability_cleanup import archive
from api.jobs.calendar_cache_warmup import warm_up
from api.jobs.conflict_detection import detect
from api.jobs.conflict_escalation import escalate
from api.jobs.export_cleanup import remove
from api.jobs.hold_upkeep import look
from api.jobs.job import Job
from api.jobs.recurrence_expansion import verify
from api.jobs.retention import clear

JOBS = (
    Job("ConflictDetectionJob", "find clashes that no booking has found", "*/5 * * * *", detect),
    Job("ConflictEscalationJob", "escalate conflicts nobody deals with", "*/30 * * * *", escalate),
    Job("AvailabilityCleanupJob", "archive closures that are long over", "0 2 * * *", archive),
    Job("RecurrenceExpansionJob", "verify the next 90 days of series", "0 3 * * *", verify),
    Job("CalendarCacheWarmupJob", "make today's calendar views ready", "0 6 * * *", warm_up),
    Job("HoldUpkeepJob", "tell of holds that expired or moved up", "* * * * *", look),
    Job("ExportCleanupJob", "remove exported files that expired", "15 * * * *", remove),
    Job("RetentionJob", "clear away what is kept for a time", "30 4 * * *", clear),
)
