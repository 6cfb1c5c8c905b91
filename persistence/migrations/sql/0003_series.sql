-- Series: a rule in wall-clock time, and its occurrences, which are bookings like any other.
CREATE TABLE series (
    series_id uuid PRIMARY KEY,
    event_id uuid NOT NULL REFERENCES events,
    calendar_id uuid NOT NULL REFERENCES calendars,
    owner_id uuid NOT NULL,
    -- What the clock in its zone shows when the first occurrence starts.
    first_start timestamp NOT NULL,
    duration interval NOT NULL CHECK (duration > interval '0'),
    time_zone text NOT NULL,
    recurrence jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    modified_at timestamptz,
    modified_by uuid,
    version integer NOT NULL
);
CREATE INDEX series_event ON series (event_id);
CREATE INDEX series_calendar ON series (calendar_id);

-- original_start: what the clock shows at the start the rule gives it; it stays when the occurrence is moved.
-- is_detached: changed by itself, so that changes of the whole series leave it where it is.
ALTER TABLE scheduled_events
    ADD COLUMN series_id uuid REFERENCES series,
    ADD COLUMN original_start timestamp,
    ADD COLUMN is_detached boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT scheduled_events_occurrence CHECK ((series_id IS NULL) = (original_start IS NULL)),
    -- Deferred: when a whole series moves on by its interval, one occurrence takes the start of the next.
    ADD CONSTRAINT scheduled_events_once_a_start UNIQUE (series_id, original_start) DEFERRABLE INITIALLY DEFERRED;

-- Whether any booking or series, hidden ones included, is of this event: an event stays while one names it.
CREATE OR REPLACE FUNCTION event_is_booked(p_event_id uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT EXISTS (SELECT FROM scheduled_events WHERE event_id = p_event_id)
              OR EXISTS (SELECT FROM series WHERE event_id = p_event_id) $$;

ALTER TABLE series ENABLE ROW LEVEL SECURITY;
ALTER TABLE series FORCE ROW LEVEL SECURITY;
CREATE POLICY series_owner ON series TO callboard_owner USING (true) WITH CHECK (true);
CREATE POLICY series_worker ON series TO callboard_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON series TO callboard_worker;
GRANT SELECT, INSERT, UPDATE ON series TO callboard_app;

-- A series is seen like its bookings: by its owner, by staff with its calendar, and by managers.
CREATE POLICY series_read ON series FOR SELECT TO callboard_app
    USING (
        (SELECT app_role()) >= 2
        OR owner_id = (SELECT app_user())
        OR ((SELECT app_role()) = 1 AND calendar_id = ANY ((SELECT my_calendars(0::smallint))::uuid[]))
    );
CREATE POLICY series_insert ON series FOR INSERT TO callboard_app
    WITH CHECK (
        (SELECT app_role()) >= 2
        OR ((SELECT app_role()) = 1 AND calendar_id = ANY ((SELECT my_calendars(1::smallint))::uuid[]))
    );
CREATE POLICY series_update ON series FOR UPDATE TO callboard_app
    USING (
        (SELECT app_role()) >= 2
        OR ((SELECT app_role()) = 1 AND calendar_id = ANY ((SELECT my_calendars(1::smallint))::uuid[]))
        OR owner_id = (SELECT app_user())
    )
    WITH CHECK (
        (SELECT app_role()) >= 2
        OR ((SELECT app_role()) = 1 AND calendar_id = ANY ((SELECT my_calendars(1::smallint))::uuid[]))
        OR owner_id = (SELECT app_user())
    );
