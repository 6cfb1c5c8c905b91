"""Columns that hold only what programs read: nobody is named there."""

MACHINE_COLUMNS = frozenset(
    {
        "alembic_version.version_num",
        "audit_log.action",
        "calendars.time_zone",
        "change_requests.decision",
        "exports.format",
        "exports.period",
        "exports.storage_key",
        "feeds.audience",
        "notice_preferences.frequency",
        "notice_preferences.unwanted",
        "notices.kind",
        "notices.outcome",
        "outbox.fact_type",
        "procrastinate_jobs.queue_name",
        "procrastinate_jobs.task_name",
        "relay_positions.name",
        "resources.time_zone",
        "scheduled_events.time_zone",
        "series.time_zone",
        "suggestions.kind",
        "users.issuer",
        "users.scopes",
        "webhooks.fact_types",
    }
)
