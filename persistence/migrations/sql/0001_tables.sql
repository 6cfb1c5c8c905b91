-- Bookings and all they refer to. Ranges are half-open, times are UTC; enums are the contract's integers.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE users (
    user_id uuid PRIMARY KEY,
    name text NOT NULL,
    email text,
    role smallint NOT NULL CHECK (role BETWEEN 0 AND 3),
    created_at timestamptz NOT NULL
);

CREATE TABLE events (
    event_id uuid PRIMARY KEY,
    title text NOT NULL,
    description text,
    attendees integer CHECK (attendees >= 0),
    priority integer NOT NULL,
    organizer_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    version integer NOT NULL
);
CREATE INDEX events_organizer ON events (organizer_id);

CREATE TABLE calendars (
    calendar_id uuid PRIMARY KEY,
    name text NOT NULL,
    description text,
    calendar_type smallint NOT NULL CHECK (calendar_type BETWEEN 0 AND 4),
    owner_id uuid NOT NULL,
    owner_type smallint NOT NULL CHECK (owner_type BETWEEN 0 AND 4),
    is_active boolean NOT NULL,
    allow_overbooking boolean NOT NULL,
    max_concurrent_events integer NOT NULL CHECK (max_concurrent_events >= 1),
    time_zone text NOT NULL,
    instant_booking boolean NOT NULL,
    created_at timestamptz NOT NULL,
    version integer NOT NULL,
    CONSTRAINT calendars_one_an_owner UNIQUE (owner_id)
);

CREATE TABLE resources (
    resource_id uuid PRIMARY KEY,
    name text NOT NULL,
    resource_type smallint NOT NULL CHECK (resource_type BETWEEN 0 AND 3),
    quantity integer NOT NULL CHECK (quantity >= 1),
    capacity integer CHECK (capacity >= 0),
    features text[] NOT NULL,
    setup_minutes integer NOT NULL CHECK (setup_minutes BETWEEN 0 AND 10080),
    teardown_minutes integer NOT NULL CHECK (teardown_minutes BETWEEN 0 AND 10080),
    interchange_group text,
    working_hours jsonb,
    time_zone text NOT NULL,
    is_active boolean NOT NULL,
    -- The calendar this resource owns, if any: mirrors calendars.owner_id for the row policy.
    calendar_id uuid REFERENCES calendars DEFERRABLE INITIALLY DEFERRED,
    created_at timestamptz NOT NULL,
    version integer NOT NULL
);

CREATE TABLE calendar_access (
    user_id uuid NOT NULL,
    calendar_id uuid NOT NULL REFERENCES calendars ON DELETE CASCADE,
    access_level smallint NOT NULL CHECK (access_level BETWEEN 0 AND 1),
    granted_at timestamptz NOT NULL,
    granted_by uuid NOT NULL,
    PRIMARY KEY (user_id, calendar_id)
);

CREATE TABLE resource_availability (
    resource_availability_id uuid PRIMARY KEY,
    resource_id uuid NOT NULL REFERENCES resources ON DELETE CASCADE,
    during tstzrange NOT NULL CHECK (NOT isempty(during)),
    unavailable_reason text,
    marked_at timestamptz NOT NULL,
    marked_by uuid NOT NULL,
    CONSTRAINT closures_disjoint EXCLUDE USING gist (resource_id WITH =, during WITH &&)
);

CREATE TABLE scheduled_events (
    scheduled_event_id uuid PRIMARY KEY,
    event_id uuid NOT NULL REFERENCES events,
    calendar_id uuid NOT NULL REFERENCES calendars,
    owner_id uuid NOT NULL,
    during tstzrange NOT NULL CHECK (NOT isempty(during)),
    time_zone text NOT NULL,
    status smallint NOT NULL CHECK (status BETWEEN 0 AND 4),
    hold_expires_at timestamptz,
    is_blocked boolean NOT NULL,
    block_reason text,
    override_reason text,
    is_imported boolean NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    modified_at timestamptz,
    modified_by uuid,
    version integer NOT NULL
);
CREATE INDEX scheduled_events_calendar_during ON scheduled_events USING gist (calendar_id, during)
    WHERE status <> 4;
CREATE INDEX scheduled_events_start ON scheduled_events (lower(during), scheduled_event_id);
CREATE INDEX scheduled_events_event ON scheduled_events (event_id);
CREATE INDEX scheduled_events_owner ON scheduled_events (owner_id);

-- A claim exists while its booking is live; a cancelled booking keeps its row and loses its claims' `live`.
CREATE TABLE claims (
    claim_id uuid PRIMARY KEY,
    scheduled_event_id uuid NOT NULL REFERENCES scheduled_events ON DELETE CASCADE,
    resource_id uuid NOT NULL REFERENCES resources,
    calendar_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    role smallint NOT NULL CHECK (role BETWEEN 0 AND 1),
    quantity integer NOT NULL CHECK (quantity >= 1),
    during tstzrange NOT NULL CHECK (NOT isempty(during)),
    live boolean NOT NULL,
    is_hold boolean NOT NULL,
    hold_expires_at timestamptz,
    enforced boolean NOT NULL CHECK (NOT enforced OR (live AND NOT is_hold)),
    created_at timestamptz NOT NULL,
    CONSTRAINT claims_once_a_booking UNIQUE (scheduled_event_id, resource_id),
    CONSTRAINT claims_no_double_booking EXCLUDE USING gist (resource_id WITH =, during WITH &&) WHERE (enforced)
);
CREATE INDEX claims_resource_during ON claims USING gist (resource_id, during) WHERE live;

CREATE TABLE schedule_conflicts (
    schedule_conflict_id uuid PRIMARY KEY,
    scheduled_event_id uuid NOT NULL REFERENCES scheduled_events ON DELETE CASCADE,
    conflicting_event_id uuid NOT NULL REFERENCES scheduled_events ON DELETE CASCADE,
    resource_id uuid REFERENCES resources,
    conflict_type smallint NOT NULL CHECK (conflict_type BETWEEN 0 AND 4),
    conflict_level smallint NOT NULL CHECK (conflict_level BETWEEN 1 AND 4),
    status smallint NOT NULL CHECK (status BETWEEN 0 AND 4),
    detected_at timestamptz NOT NULL,
    resolved_at timestamptz,
    resolution_method smallint CHECK (resolution_method BETWEEN 0 AND 4),
    resolved_by uuid,
    escalated_at timestamptz,
    escalated_to uuid,
    escalation_reason text,
    note text,
    CONSTRAINT schedule_conflicts_fingerprint
        UNIQUE NULLS NOT DISTINCT (scheduled_event_id, conflicting_event_id, conflict_type, resource_id)
);
CREATE INDEX schedule_conflicts_rival ON schedule_conflicts (conflicting_event_id);
CREATE INDEX schedule_conflicts_open ON schedule_conflicts (detected_at, schedule_conflict_id)
    WHERE status IN (0, 1, 3);

CREATE TABLE suggestions (
    suggestion_id uuid PRIMARY KEY,
    requester_id uuid NOT NULL,
    schedule_conflict_id uuid REFERENCES schedule_conflicts ON DELETE CASCADE,
    -- The refused booking, to be made when the suggestion is applied.
    request jsonb,
    kind text NOT NULL,
    summary text NOT NULL,
    changes jsonb NOT NULL,
    cost jsonb NOT NULL,
    optimal boolean NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    applied_at timestamptz
);
CREATE INDEX suggestions_conflict ON suggestions (schedule_conflict_id);

CREATE TABLE audit_log (
    audit_id uuid PRIMARY KEY,
    occurred_at timestamptz NOT NULL,
    user_id uuid NOT NULL,
    role smallint NOT NULL,
    action text NOT NULL,
    subject_id uuid,
    before jsonb,
    after jsonb
);
CREATE INDEX audit_log_subject ON audit_log (subject_id, occurred_at);

CREATE TABLE outbox (
    outbox_id uuid PRIMARY KEY,
    fact_type text NOT NULL,
    aggregate_id uuid NOT NULL,
    payload jsonb NOT NULL,
    occurred_at timestamptz NOT NULL,
    published_at timestamptz,
    sequence bigint UNIQUE
);
CREATE INDEX outbox_unpublished ON outbox (outbox_id) WHERE published_at IS NULL;
