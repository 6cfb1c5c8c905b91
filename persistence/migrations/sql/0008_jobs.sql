-- Jobs that come again and again, and what they keep.

-- Who gets the conflicts of a calendar that nobody deals with (SCH-015); NULL: whom the settings name.
ALTER TABLE calendars ADD COLUMN escalation_contact_id uuid;

-- When each job ran, and what came of it.
CREATE TABLE job_runs (
    job_run_id uuid PRIMARY KEY,
    job text NOT NULL,
    -- The instant of its schedule that it ran for; NULL when it was run by hand.
    scheduled_for timestamptz,
    started_at timestamptz NOT NULL,
    attempts integer NOT NULL CHECK (attempts >= 1),
    ended_at timestamptz,
    outcome jsonb,
    error text,
    UNIQUE (job, scheduled_for)
);
CREATE INDEX job_runs_latest ON job_runs (job, started_at DESC);

-- Closures that are over: no booking is judged by them any more, and utilization needs them.
CREATE TABLE archived_closures (
    resource_availability_id uuid PRIMARY KEY,
    resource_id uuid NOT NULL,
    during tstzrange NOT NULL,
    unavailable_reason text,
    marked_at timestamptz NOT NULL,
    marked_by uuid NOT NULL,
    archived_at timestamptz NOT NULL
);
CREATE INDEX archived_closures_resource ON archived_closures USING gist (resource_id, during);
CREATE INDEX resource_availability_end ON resource_availability (upper(during));

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['job_runs', 'archived_closures'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO callboard_owner USING (true) WITH CHECK (true)', t || '_owner', t);
        EXECUTE format('CREATE POLICY %I ON %I TO callboard_worker USING (true) WITH CHECK (true)', t || '_worker', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO callboard_worker', t);
    END LOOP;
END $$;
