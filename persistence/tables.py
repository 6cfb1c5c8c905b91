"""The tables, as SQLAlchemy Core sees them; migrations make them and a test compares the two."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP, TSTZRANGE

metadata = MetaData()
_INSTANT = TIMESTAMP(timezone=True)

users = Table(
    "users",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("role", SmallInteger, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("version", Integer, nullable=False),
    Column("disabled_at", _INSTANT),
    Column("issuer", Text),
    Column("scopes", ARRAY(Text)),
)

passwords = Table(
    "passwords",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("changed_at", _INSTANT, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("expires_at", _INSTANT, nullable=False),
)

access_tokens = Table(
    "access_tokens",
    metadata,
    Column("access_token_id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("created_by", Uuid, nullable=False),
    Column("expires_at", _INSTANT, nullable=False),
    Column("last_used_at", _INSTANT),
    Column("revoked_at", _INSTANT),
)

login_attempts = Table(
    "login_attempts",
    metadata,
    Column("subject", LargeBinary, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("since", _INSTANT, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("title", Text, nullable=False),
    Column("description", Text),
    Column("attendees", Integer),
    Column("priority", Integer, nullable=False),
    Column("organizer_id", Uuid, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("created_by", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
)

calendars = Table(
    "calendars",
    metadata,
    Column("calendar_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("calendar_type", SmallInteger, nullable=False),
    Column("owner_id", Uuid, nullable=False),
    Column("owner_type", SmallInteger, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("allow_overbooking", Boolean, nullable=False),
    Column("max_concurrent_events", Integer, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("instant_booking", Boolean, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("version", Integer, nullable=False),
    Column("escalation_contact_id", Uuid),
)

resources = Table(
    "resources",
    metadata,
    Column("resource_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("resource_type", SmallInteger, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("capacity", Integer),
    Column("features", ARRAY(Text), nullable=False),
    Column("setup_minutes", Integer, nullable=False),
    Column("teardown_minutes", Integer, nullable=False),
    Column("interchange_group", Text),
    Column("working_hours", JSONB(none_as_null=True)),
    Column("time_zone", Text, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("calendar_id", Uuid),
    Column("created_at", _INSTANT, nullable=False),
    Column("version", Integer, nullable=False),
)

calendar_access = Table(
    "calendar_access",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("calendar_id", Uuid, primary_key=True),
    Column("access_level", SmallInteger, nullable=False),
    Column("granted_at", _INSTANT, nullable=False),
    Column("granted_by", Uuid, nullable=False),
)

resource_availability = Table(
    "resource_availability",
    metadata,
    Column("resource_availability_id", Uuid, primary_key=True),
    Column("resource_id", Uuid, nullable=False),
    Column("during", TSTZRANGE, nullable=False),
    Column("unavailable_reason", Text),
    Column("marked_at", _INSTANT, nullable=False),
    Column("marked_by", Uuid, nullable=False),
)

scheduled_events = Table(
    "scheduled_events",
    metadata,
    Column("scheduled_event_id", Uuid, primary_key=True),
    Column("event_id", Uuid, nullable=False),
    Column("calendar_id", Uuid, nullable=False),
    Column("owner_id", Uuid, nullable=False),
    Column("during", TSTZRANGE, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("hold_expires_at", _INSTANT),
    Column("is_blocked", Boolean, nullable=False),
    Column("block_reason", Text),
    Column("override_reason", Text),
    Column("is_imported", Boolean, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("created_by", Uuid, nullable=False),
    Column("modified_at", _INSTANT),
    Column("modified_by", Uuid),
    Column("version", Integer, nullable=False),
    Column("blocks", JSONB(none_as_null=True)),
    Column("series_id", Uuid),
    Column("original_start", TIMESTAMP),
    Column("is_detached", Boolean, nullable=False),
)

series = Table(
    "series",
    metadata,
    Column("series_id", Uuid, primary_key=True),
    Column("event_id", Uuid, nullable=False),
    Column("calendar_id", Uuid, nullable=False),
    Column("owner_id", Uuid, nullable=False),
    Column("first_start", TIMESTAMP, nullable=False),
    Column("duration", Interval, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("recurrence", JSONB, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("created_by", Uuid, nullable=False),
    Column("modified_at", _INSTANT),
    Column("modified_by", Uuid),
    Column("version", Integer, nullable=False),
)

claims = Table(
    "claims",
    metadata,
    Column("claim_id", Uuid, primary_key=True),
    Column("scheduled_event_id", Uuid, nullable=False),
    Column("resource_id", Uuid, nullable=False),
    Column("calendar_id", Uuid, nullable=False),
    Column("owner_id", Uuid, nullable=False),
    Column("role", SmallInteger, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("during", TSTZRANGE, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("is_hold", Boolean, nullable=False),
    Column("hold_expires_at", _INSTANT),
    Column("enforced", Boolean, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
)

schedule_conflicts = Table(
    "schedule_conflicts",
    metadata,
    Column("schedule_conflict_id", Uuid, primary_key=True),
    Column("scheduled_event_id", Uuid, nullable=False),
    Column("conflicting_event_id", Uuid, nullable=False),
    Column("resource_id", Uuid),
    Column("conflict_type", SmallInteger, nullable=False),
    Column("conflict_level", SmallInteger, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("detected_at", _INSTANT, nullable=False),
    Column("resolved_at", _INSTANT),
    Column("resolution_method", SmallInteger),
    Column("resolved_by", Uuid),
    Column("escalated_at", _INSTANT),
    Column("escalated_to", Uuid),
    Column("escalation_reason", Text),
    Column("note", Text),
)

suggestions = Table(
    "suggestions",
    metadata,
    Column("suggestion_id", Uuid, primary_key=True),
    Column("requester_id", Uuid, nullable=False),
    Column("schedule_conflict_id", Uuid),
    Column("request", JSONB(none_as_null=True)),
    Column("kind", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("changes", JSONB, nullable=False),
    Column("cost", JSONB, nullable=False),
    Column("optimal", Boolean, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("expires_at", _INSTANT, nullable=False),
    Column("applied_at", _INSTANT),
    Column("series", JSONB(none_as_null=True)),
    Column("undo", JSONB(none_as_null=True)),
    Column("undone_at", _INSTANT),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("audit_id", Uuid, primary_key=True),
    Column("occurred_at", _INSTANT, nullable=False),
    Column("user_id", Uuid, nullable=False),
    Column("role", SmallInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject_id", Uuid),
    Column("before", JSONB(none_as_null=True)),
    Column("after", JSONB(none_as_null=True)),
)

outbox = Table(
    "outbox",
    metadata,
    Column("outbox_id", Uuid, primary_key=True),
    Column("fact_type", Text, nullable=False),
    Column("aggregate_id", Uuid, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("occurred_at", _INSTANT, nullable=False),
    Column("published_at", _INSTANT),
    Column("sequence", BigInteger),
    Column("aggregate_version", Integer),
    Column("cause", JSONB),
)

relay_positions = Table(
    "relay_positions",
    metadata,
    Column("name", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
)

revisions = Table(
    "revisions",
    metadata,
    Column("kind", SmallInteger, primary_key=True),
    Column("id", Uuid, primary_key=True),
    Column("revision", BigInteger, nullable=False),
)

exports = Table(
    "exports",
    metadata,
    Column("export_id", Uuid, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("role", SmallInteger, nullable=False),
    Column("calendar_id", Uuid, nullable=False),
    Column("period", Text, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("format", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("storage_key", Text, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("expires_at", _INSTANT, nullable=False),
)

feeds = Table(
    "feeds",
    metadata,
    Column("feed_id", Uuid, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("role", SmallInteger, nullable=False),
    Column("calendar_id", Uuid),
    Column("audience", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
)

change_requests = Table(
    "change_requests",
    metadata,
    Column("change_request_id", Uuid, primary_key=True),
    Column("schedule_id", Uuid, nullable=False),
    Column("schedule_version", Integer, nullable=False),
    Column("command", Text, nullable=False),
    Column("request", JSONB, nullable=False),
    Column("wanted_calendar_id", Uuid),
    Column("wanted_during", TSTZRANGE),
    Column("reason", Text),
    Column("requested_by", Uuid, nullable=False),
    Column("requested_at", _INSTANT, nullable=False),
    Column("lapses_at", _INSTANT, nullable=False),
    Column("decision", Text),
    Column("decided_by", Uuid),
    Column("decided_at", _INSTANT),
    Column("decision_reason", Text),
)

notices = Table(
    "notices",
    metadata,
    Column("notice_id", Uuid, primary_key=True),
    Column("recipient_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("scheduled_event_id", Uuid, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("occurred_at", _INSTANT, nullable=False),
    Column("details", JSONB, nullable=False),
    Column("due_at", _INSTANT, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("settled_at", _INSTANT),
    Column("outcome", Text),
)

notice_preferences = Table(
    "notice_preferences",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("unwanted", ARRAY(Text), nullable=False),
    Column("frequency", Text, nullable=False),
    Column("invitations", Boolean, nullable=False),
    Column("own_changes", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
)

hold_standings = Table(
    "hold_standings",
    metadata,
    Column("scheduled_event_id", Uuid, primary_key=True),
    Column("rank", BigInteger, nullable=False),
    Column("noted_at", _INSTANT, nullable=False),
)

job_runs = Table(
    "job_runs",
    metadata,
    Column("job_run_id", Uuid, primary_key=True),
    Column("job", Text, nullable=False),
    Column("scheduled_for", _INSTANT),
    Column("started_at", _INSTANT, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("ended_at", _INSTANT),
    Column("outcome", JSONB(none_as_null=True)),
    Column("error", Text),
)

archived_closures = Table(
    "archived_closures",
    metadata,
    Column("resource_availability_id", Uuid, primary_key=True),
    Column("resource_id", Uuid, nullable=False),
    Column("during", TSTZRANGE, nullable=False),
    Column("unavailable_reason", Text),
    Column("marked_at", _INSTANT, nullable=False),
    Column("marked_by", Uuid, nullable=False),
    Column("archived_at", _INSTANT, nullable=False),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("webhook_id", Uuid, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("role", SmallInteger, nullable=False),
    Column("url", Text, nullable=False),
    Column("description", Text),
    Column("fact_types", ARRAY(Text), nullable=False),
    Column("secret_number", Integer, nullable=False),
    Column("rotated_at", _INSTANT),
    Column("created_at", _INSTANT, nullable=False),
    Column("version", Integer, nullable=False),
    Column("failing_since", _INSTANT),
    Column("failing_sequence", BigInteger),
    Column("failures", Integer, nullable=False),
    Column("resting_until", _INSTANT),
    Column("last_error", Text),
    Column("delivered_at", _INSTANT),
    Column("disabled_at", _INSTANT),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("idempotency_key_id", Uuid, primary_key=True),
    Column("user_id", Uuid, nullable=False),
    Column("request_hash", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("expires_at", _INSTANT, nullable=False),
)
