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

-- As before, and which series, or else which booking, each of the two belongs to: only to tell conflicts of the same
-- two series together, never to be shown.
DROP FUNCTION conflict_spans(uuid[], timestamptz);
CREATE FUNCTION conflict_spans(p_conflicts uuid[], p_now timestamptz) RETURNS TABLE (
    schedule_conflict_id uuid, first_start timestamptz, first_end timestamptz, second_start timestamptz,
    second_end timestamptz, live boolean, shared boolean, gone_at timestamptz, first_group uuid, second_group uuid
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 50 AS $$
    SELECT s.schedule_conflict_id,
           lower(coalesce(ca.during, a.during)), upper(coalesce(ca.during, a.during)),
           lower(coalesce(cb.during, b.during)), upper(coalesce(cb.during, b.during)),
           ga.gone_at IS NULL AND gb.gone_at IS NULL,
           CASE WHEN s.resource_id IS NULL THEN a.calendar_id = b.calendar_id
                ELSE ca.claim_id IS NOT NULL AND cb.claim_id IS NOT NULL END,
           least(ga.gone_at, gb.gone_at),
           coalesce(a.series_id, a.scheduled_event_id), coalesce(b.series_id, b.scheduled_event_id)
    FROM unnest(p_conflicts) AS wanted (id)
    JOIN schedule_conflicts s ON s.schedule_conflict_id = wanted.id
    JOIN scheduled_events a ON a.scheduled_event_id = s.scheduled_event_id
    JOIN scheduled_events b ON b.scheduled_event_id = s.conflicting_event_id
    LEFT JOIN claims ca ON ca.scheduled_event_id = a.scheduled_event_id AND ca.resource_id = s.resource_id
    LEFT JOIN claims cb ON cb.scheduled_event_id = b.scheduled_event_id AND cb.resource_id = s.resource_id
    CROSS JOIN LATERAL (SELECT CASE
        WHEN a.status = 4 THEN coalesce(a.modified_at, a.created_at)
        WHEN a.status = 0 AND a.hold_expires_at <= p_now THEN a.hold_expires_at END AS gone_at) ga
    CROSS JOIN LATERAL (SELECT CASE
        WHEN b.status = 4 THEN coalesce(b.modified_at, b.created_at)
        WHEN b.status = 0 AND b.hold_expires_at <= p_now THEN b.hold_expires_at END AS gone_at) gb
$$;

-- The conflicts of the same two series, or of a series and a booking, over the same thing: that one and its like.
CREATE FUNCTION conflict_group(p_conflict uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 10 AS $$
    WITH asked AS (
        SELECT s.conflict_type, s.resource_id, a.series_id AS series_a, a.scheduled_event_id AS booking_a,
               b.series_id AS series_b, b.scheduled_event_id AS booking_b
        FROM schedule_conflicts s
        JOIN scheduled_events a ON a.scheduled_event_id = s.scheduled_event_id
        JOIN scheduled_events b ON b.scheduled_event_id = s.conflicting_event_id
        WHERE s.schedule_conflict_id = p_conflict
    ), first_ones AS (
        SELECT e.scheduled_event_id FROM asked JOIN scheduled_events e
            ON e.series_id = asked.series_a OR e.scheduled_event_id = asked.booking_a
    ), second_ones AS (
        SELECT e.scheduled_event_id FROM asked JOIN scheduled_events e
            ON e.series_id = asked.series_b OR e.scheduled_event_id = asked.booking_b
    )
    SELECT p_conflict
    UNION
    SELECT s.schedule_conflict_id FROM asked, schedule_conflicts s
    WHERE s.conflict_type = asked.conflict_type AND s.resource_id IS NOT DISTINCT FROM asked.resource_id
      AND (s.scheduled_event_id IN (SELECT * FROM first_ones)
           AND s.conflicting_event_id IN (SELECT * FROM second_ones)
        -- Of two series either may have the later booking: dates can be added to the older one.
        OR s.scheduled_event_id IN (SELECT * FROM second_ones)
           AND s.conflicting_event_id IN (SELECT * FROM first_ones))
$$;

-- How many occurrences a series has, hidden ones included: who sees fewer may not change it as a whole.
CREATE FUNCTION occurrence_count(p_series uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM scheduled_events WHERE series_id = p_series
$$;

REVOKE EXECUTE ON FUNCTION occurrence_count(uuid), conflict_spans(uuid[], timestamptz), conflict_group(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION occurrence_count(uuid), conflict_spans(uuid[], timestamptz), conflict_group(uuid)
    TO callboard_app, callboard_worker;

-- The refused series, to be made when the suggestion is applied.
ALTER TABLE suggestions ADD COLUMN series jsonb;
