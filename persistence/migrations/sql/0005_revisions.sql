-- How often what a cached answer shows has changed (DESIGN 4.9). Rows hold nothing but counters and have no row policy: a
-- booking touches calendars that its maker does not see. A row is never deleted, so no counter starts anew; one that
-- is absent counts as 0. Kinds: 0 a calendar's view, 1 a resource's availability, 2 the list of conflicts, 3 what a
-- user is granted, 4 the list of calendars.
CREATE TABLE revisions (
    kind smallint NOT NULL CHECK (kind BETWEEN 0 AND 4),
    id uuid NOT NULL,
    revision bigint NOT NULL,
    PRIMARY KEY (kind, id)
);
GRANT SELECT ON revisions TO callboard_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON revisions TO callboard_worker;

-- What shows the things that changed: of a booking its calendar, what it claims, and the calendars of those it has an
-- open conflict with, whose level it may have changed.
CREATE FUNCTION touched(
    p_calendars uuid[], p_resources uuid[], p_users uuid[], p_bookings uuid[], p_events uuid[], p_conflicts boolean,
    p_calendar_list boolean
) RETURNS TABLE (kind smallint, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 10 AS $$
    WITH bookings AS MATERIALIZED (
        SELECT b.scheduled_event_id, b.calendar_id FROM scheduled_events b
        WHERE b.scheduled_event_id = ANY (p_bookings)
        UNION
        SELECT b.scheduled_event_id, b.calendar_id FROM scheduled_events b WHERE b.event_id = ANY (p_events)
    ), disputes AS MATERIALIZED (
        SELECT s.conflicting_event_id AS rival_id, s.status
        FROM bookings b JOIN schedule_conflicts s ON s.scheduled_event_id = b.scheduled_event_id
        UNION ALL
        SELECT s.scheduled_event_id, s.status
        FROM bookings b JOIN schedule_conflicts s ON s.conflicting_event_id = b.scheduled_event_id
    )
    SELECT 0::smallint, unnest(p_calendars)
    UNION SELECT 0::smallint, calendar_id FROM bookings
    UNION SELECT 0::smallint, r.calendar_id
        FROM disputes d JOIN scheduled_events r ON r.scheduled_event_id = d.rival_id WHERE d.status IN (0, 1, 3)
    UNION SELECT 1::smallint, unnest(p_resources)
    UNION SELECT 1::smallint, c.resource_id FROM bookings b JOIN claims c USING (scheduled_event_id)
    UNION SELECT 2::smallint, '00000000-0000-0000-0000-000000000000'::uuid
        WHERE p_conflicts OR EXISTS (SELECT FROM disputes)
    UNION SELECT 3::smallint, unnest(p_users)
    UNION SELECT 4::smallint, '00000000-0000-0000-0000-000000000000'::uuid WHERE p_calendar_list
$$;

-- Counts on all that shows what changed, in one order, so that two of these never wait for each other both: it is the
-- last thing a transaction does. A booking that another transaction moved while this one waited may be shown
-- elsewhere by now, where nothing was counted yet: then the transaction is to run again.
CREATE FUNCTION bump_revisions(
    p_calendars uuid[], p_resources uuid[], p_users uuid[], p_bookings uuid[], p_events uuid[], p_conflicts boolean,
    p_calendar_list boolean
) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_kinds smallint[];
    v_ids uuid[];
BEGIN
    WITH bumped AS (
        INSERT INTO revisions AS r (kind, id, revision)
        SELECT t.kind, t.id, 1
        FROM touched(p_calendars, p_resources, p_users, p_bookings, p_events, p_conflicts, p_calendar_list) t
        ORDER BY t.kind, t.id
        ON CONFLICT (kind, id) DO UPDATE SET revision = r.revision + 1
        RETURNING r.kind, r.id
    )
    SELECT array_agg(bumped.kind), array_agg(bumped.id) INTO v_kinds, v_ids FROM bumped;
    IF (cardinality(p_bookings) > 0 OR cardinality(p_events) > 0) AND EXISTS (
        SELECT t.kind, t.id
        FROM touched(p_calendars, p_resources, p_users, p_bookings, p_events, p_conflicts, p_calendar_list) t
        EXCEPT
        SELECT * FROM unnest(v_kinds, v_ids)
    ) THEN
        RAISE EXCEPTION 'what changed is shown elsewhere by now' USING ERRCODE = '40001';
    END IF;
END $$;

REVOKE EXECUTE ON FUNCTION
    touched(uuid[], uuid[], uuid[], uuid[], uuid[], boolean, boolean),
    bump_revisions(uuid[], uuid[], uuid[], uuid[], uuid[], boolean, boolean)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bump_revisions(uuid[], uuid[], uuid[], uuid[], uuid[], boolean, boolean)
    TO callboard_app, callboard_worker;
