-- The live claims (hidden ones included) on some resources, each resource in its own window; with the window
-- widened once for pools, so that the demand is complete wherever two of the returned claims meet.
CREATE FUNCTION claims_in(p_resources uuid[], p_slots tstzrange[], p_now timestamptz, p_except uuid)
RETURNS SETOF claims
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH windows AS (
        SELECT r.resource_id, r.quantity, tstzrange(
            lower(s) - make_interval(mins => r.setup_minutes),
            upper(s) + make_interval(mins => r.teardown_minutes)
        ) AS during
        FROM resources r, unnest(p_slots) AS s
        WHERE r.resource_id = ANY (p_resources)
    ), near AS (
        SELECT DISTINCT ON (c.claim_id) c.*, w.quantity AS available
        FROM windows w
        JOIN claims c ON c.resource_id = w.resource_id AND c.during && w.during AND c.live
    ), hulls AS (
        SELECT resource_id, tstzrange(min(lower(during)), max(upper(during))) AS during
        FROM near WHERE available > 1 GROUP BY resource_id
    ), found AS (
        SELECT claim_id FROM near
        UNION
        SELECT c.claim_id FROM hulls h
        JOIN claims c ON c.resource_id = h.resource_id AND c.during && h.during AND c.live
    )
    SELECT c.* FROM found JOIN claims c USING (claim_id)
    WHERE c.scheduled_event_id IS DISTINCT FROM p_except
      AND (NOT c.is_hold OR c.hold_expires_at IS NULL OR c.hold_expires_at > p_now)
$$;

-- The same for calendars that limit concurrency themselves: the live bookings on them.
CREATE FUNCTION bookings_in(p_calendars uuid[], p_slots tstzrange[], p_now timestamptz, p_except uuid)
RETURNS SETOF scheduled_events
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH near AS (
        SELECT DISTINCT ON (b.scheduled_event_id) b.*, k.max_concurrent_events AS available
        FROM calendars k, unnest(p_slots) AS s, scheduled_events b
        WHERE k.calendar_id = ANY (p_calendars) AND k.owner_type <> 0
          AND b.calendar_id = k.calendar_id AND b.during && s AND b.status <> 4
    ), hulls AS (
        SELECT calendar_id, tstzrange(min(lower(during)), max(upper(during))) AS during
        FROM near WHERE available > 1 GROUP BY calendar_id
    ), found AS (
        SELECT scheduled_event_id FROM near
        UNION
        SELECT b.scheduled_event_id FROM hulls h
        JOIN scheduled_events b ON b.calendar_id = h.calendar_id AND b.during && h.during AND b.status <> 4
    )
    SELECT b.* FROM found JOIN scheduled_events b USING (scheduled_event_id)
    WHERE b.scheduled_event_id IS DISTINCT FROM p_except
      AND (b.status <> 0 OR b.hold_expires_at IS NULL OR b.hold_expires_at > p_now)
$$;

-- A calendar as what it limits, with the caller's grant; its name and description only where it is visible.
CREATE FUNCTION calendar_as_seen(k calendars, p_role integer, p_mine uuid[]) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
    IF p_role >= 2 OR k.calendar_id = ANY (p_mine) THEN
        RETURN to_jsonb(k) || jsonb_build_object('visible', true, 'access', my_access(k.calendar_id));
    END IF;
    RETURN to_jsonb(k) || jsonb_build_object('visible', false, 'access', NULL, 'name', '', 'description', NULL);
END $$;

-- The same of a resource.
CREATE FUNCTION resource_as_seen(r resources, p_role integer, p_mine uuid[]) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
    IF sees_resource(r.calendar_id, r.resource_type, p_role, p_mine) THEN
        RETURN to_jsonb(r) || jsonb_build_object('visible', true, 'access', my_access(r.calendar_id));
    END IF;
    RETURN to_jsonb(r) || jsonb_build_object('visible', false, 'access', NULL, 'name', '');
END $$;

-- A closure, with its reason only where the resource is visible.
CREATE FUNCTION closure_as_seen(a resource_availability, r resources, p_role integer, p_mine uuid[]) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
    RETURN jsonb_build_object(
        'resource_availability_id', a.resource_availability_id, 'resource_id', a.resource_id,
        'start', lower(a.during), 'end', upper(a.during),
        'reason', CASE WHEN sees_resource(r.calendar_id, r.resource_type, p_role, p_mine)
                       THEN a.unavailable_reason END
    );
END $$;

-- Locks calendars, then resources, in id order, and only then, in later statements, looks: a booking that
-- committed while we waited is seen. Without rules: Python decides on what comes back. Of an event it tells what
-- a booking of it is judged by, and a booking only if the caller sees it.
CREATE FUNCTION look(
    p_now timestamptz, p_event uuid, p_calendars uuid[], p_resources uuid[], p_slots tstzrange[], p_booking uuid
) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_resources uuid[];
    v_calendars uuid[] := p_calendars;
    v_role integer := app_role();
    v_mine uuid[] := CASE WHEN app_role() < 2 THEN my_calendars(0::smallint) END;
BEGIN
    -- A Customer's bookings are counted against a limit: one at a time, before any other lock.
    IF app_role() = 0 THEN
        PERFORM pg_advisory_xact_lock(hashtextextended(app_user()::text, 0));
    END IF;
    PERFORM FROM calendars WHERE calendar_id = ANY (p_calendars) ORDER BY calendar_id FOR NO KEY UPDATE;
    SELECT coalesce(array_agg(DISTINCT id), '{}') INTO v_resources FROM (
        SELECT unnest(p_resources) AS id
        UNION ALL
        SELECT owner_id FROM calendars WHERE calendar_id = ANY (p_calendars) AND owner_type <= 2
    ) AS wanted;
    PERFORM FROM resources WHERE resource_id = ANY (v_resources) ORDER BY resource_id FOR NO KEY UPDATE;
    PERFORM FROM events WHERE event_id = p_event FOR KEY SHARE;
    PERFORM FROM scheduled_events WHERE scheduled_event_id = p_booking FOR UPDATE;
    -- In a venue for several, a booking that comes or goes can begin or end a clash of two others, which silences
    -- their calendar's own: so the calendars of those who are there are looked at too.
    IF EXISTS (
        SELECT FROM resources WHERE resource_id = ANY (v_resources) AND resource_type = 0 AND quantity > 1
    ) THEN
        SELECT array_agg(DISTINCT id) INTO v_calendars FROM (
            SELECT unnest(p_calendars) AS id
            UNION ALL
            SELECT k.calendar_id
            FROM claims_in(v_resources, p_slots, p_now, p_booking) c
            JOIN resources r ON r.resource_id = c.resource_id AND r.resource_type = 0 AND r.quantity > 1
            JOIN calendars k ON k.calendar_id = c.calendar_id AND k.owner_type <> 0
        ) AS near;
    END IF;
    RETURN jsonb_build_object(
        'event', (SELECT jsonb_build_object('event_id', e.event_id, 'organizer_id', e.organizer_id,
                'attendees', e.attendees, 'priority', e.priority, 'version', e.version)
            FROM events e WHERE event_id = p_event),
        'booking', (SELECT to_jsonb(b) || jsonb_build_object(
                'start', lower(b.during), 'end', upper(b.during),
                'claims', (SELECT jsonb_agg(jsonb_build_object(
                    'resource_id', c.resource_id, 'role', c.role, 'quantity', c.quantity) ORDER BY c.claim_id)
                    FROM claims c WHERE c.scheduled_event_id = b.scheduled_event_id))
            FROM scheduled_events b WHERE scheduled_event_id = p_booking
              AND (v_role >= 2 OR b.owner_id = app_user() OR v_role = 1 AND b.calendar_id = ANY (v_mine))),
        'open_bookings', (SELECT count(*) FROM scheduled_events b
            WHERE app_role() = 0 AND b.owner_id = app_user() AND b.status <> 4 AND upper(b.during) > p_now
              AND (b.status <> 0 OR b.hold_expires_at IS NULL OR b.hold_expires_at > p_now)),
        'calendars', (SELECT jsonb_agg(calendar_as_seen(k, v_role, v_mine))
            FROM calendars k WHERE calendar_id = ANY (v_calendars)),
        'resources', (SELECT jsonb_agg(resource_as_seen(r, v_role, v_mine))
            FROM resources r WHERE resource_id = ANY (v_resources)),
        'closures', (SELECT jsonb_agg(closure_as_seen(a, r, v_role, v_mine))
            FROM resource_availability a JOIN resources r ON r.resource_id = a.resource_id,
                unnest(p_slots) AS s
            WHERE a.resource_id = ANY (v_resources) AND a.during && s),
        'claims', (SELECT jsonb_agg(jsonb_build_object(
                'resource_id', c.resource_id, 'scheduled_event_id', c.scheduled_event_id,
                'start', lower(c.during), 'end', upper(c.during), 'quantity', c.quantity, 'role', c.role,
                'is_hold', c.is_hold, 'created_at', c.created_at))
            FROM claims_in(v_resources, p_slots, p_now, p_booking) c),
        'bookings', (SELECT jsonb_agg(jsonb_build_object(
                'calendar_id', b.calendar_id, 'scheduled_event_id', b.scheduled_event_id,
                'start', lower(b.during), 'end', upper(b.during), 'is_hold', b.status = 0,
                'created_at', b.created_at))
            FROM bookings_in(v_calendars, p_slots, p_now, p_booking) b)
    );
END $$;

-- Whether two bookings, the later one first, clash as a conflict says they do, going by what is stored: both hold
-- their place, and at an instant they share the demand is beyond the quantity. As in domain.conflicts.
CREATE FUNCTION is_clash(p_later uuid, p_earlier uuid, p_type smallint, p_resource uuid, p_now timestamptz)
RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_calendar uuid;
    v_quantity integer;
    v_firm_type smallint;
    v_both tstzrange;
    v_hold integer;
    v_holds integer;
BEGIN
    IF (SELECT (a.created_at, a.scheduled_event_id) <= (b.created_at, b.scheduled_event_id)
        FROM scheduled_events a, scheduled_events b
        WHERE a.scheduled_event_id = p_later AND b.scheduled_event_id = p_earlier) THEN
        RETURN false;
    END IF;
    IF p_resource IS NOT NULL THEN
        SELECT r.quantity, (ARRAY[2, 3, 4, 1])[r.resource_type + 1], a.during * b.during,
               CASE WHEN a.is_hold THEN a.quantity ELSE 0 END + CASE WHEN b.is_hold THEN b.quantity ELSE 0 END,
               a.is_hold::integer + b.is_hold::integer
        INTO v_quantity, v_firm_type, v_both, v_hold, v_holds
        FROM claims a, claims b, resources r
        WHERE a.scheduled_event_id = p_later AND b.scheduled_event_id = p_earlier AND r.resource_id = p_resource
          AND a.resource_id = p_resource AND b.resource_id = p_resource AND a.during && b.during
          AND a.live AND (NOT a.is_hold OR a.hold_expires_at IS NULL OR a.hold_expires_at > p_now)
          AND b.live AND (NOT b.is_hold OR b.hold_expires_at IS NULL OR b.hold_expires_at > p_now);
    ELSE
        SELECT k.calendar_id, k.max_concurrent_events, 0, a.during * b.during,
               (a.status = 0)::integer + (b.status = 0)::integer,
               (a.status = 0)::integer + (b.status = 0)::integer
        INTO v_calendar, v_quantity, v_firm_type, v_both, v_hold, v_holds
        FROM scheduled_events a, scheduled_events b, calendars k
        WHERE a.scheduled_event_id = p_later AND b.scheduled_event_id = p_earlier AND k.calendar_id = a.calendar_id
          AND a.calendar_id = b.calendar_id AND k.owner_type <> 0 AND a.during && b.during
          AND a.status <> 4 AND (a.status <> 0 OR a.hold_expires_at IS NULL OR a.hold_expires_at > p_now)
          AND b.status <> 4 AND (b.status <> 0 OR b.hold_expires_at IS NULL OR b.hold_expires_at > p_now);
    END IF;
    -- A clash that a hold is in is a TimeOverlap, whatever it is over; two holds are none.
    IF v_both IS NULL OR v_holds = 2 OR p_type <> (CASE v_holds WHEN 0 THEN v_firm_type ELSE 0 END) THEN
        RETURN false;
    END IF;
    IF p_type = 0 AND v_holds = 0 AND EXISTS (
        SELECT FROM claims a JOIN claims b USING (resource_id) JOIN resources r USING (resource_id)
        WHERE a.scheduled_event_id = p_later AND b.scheduled_event_id = p_earlier AND r.resource_type = 0
          AND is_clash(p_later, p_earlier, 2::smallint, r.resource_id, p_now)
    ) THEN
        RETURN false;
    END IF;
    IF v_quantity = 1 THEN
        RETURN true;
    END IF;
    -- Demand is highest where a usage starts, of those within what the two share.
    RETURN EXISTS (
        WITH firm AS (
            SELECT c.during, c.quantity FROM claims c
            WHERE c.resource_id = p_resource AND c.during && v_both AND c.live AND NOT c.is_hold
            UNION ALL
            SELECT b.during, 1 FROM scheduled_events b
            WHERE b.calendar_id = v_calendar AND b.during && v_both AND b.status NOT IN (0, 4)
        ), instants AS (
            SELECT DISTINCT greatest(lower(during), lower(v_both)) AS instant FROM firm
        )
        SELECT FROM instants JOIN firm ON firm.during @> instants.instant
        GROUP BY instants.instant HAVING sum(firm.quantity) + v_hold > v_quantity
    );
END $$;

-- Writes down what detection found: clashes that are new or have come back become Detected, clashes that are
-- gone become Resolved. A dismissal, or an override that accepted the clash, stands for as long as the clash does.
-- Managers are taken at their word; of what others say, what is stored has to bear out each pair.
CREATE FUNCTION record_conflicts(p_detected jsonb, p_vanished jsonb, p_method smallint, p_now timestamptz)
RETURNS TABLE (
    schedule_conflict_id uuid, scheduled_event_id uuid, conflicting_event_id uuid, conflict_type smallint,
    conflict_level smallint, resource_id uuid, change text
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_trusted boolean := app_role() >= 2;
BEGIN
    RETURN QUERY
    INSERT INTO schedule_conflicts AS s (
        schedule_conflict_id, scheduled_event_id, conflicting_event_id, conflict_type, resource_id,
        conflict_level, status, detected_at
    )
    SELECT d.schedule_conflict_id, d.scheduled_event_id, d.conflicting_event_id, d.conflict_type, d.resource_id,
           d.conflict_level, 0, p_now
    FROM jsonb_to_recordset(p_detected) AS d (
        schedule_conflict_id uuid, scheduled_event_id uuid, conflicting_event_id uuid, conflict_type smallint,
        resource_id uuid, conflict_level smallint
    )
    WHERE v_trusted
       OR is_clash(d.scheduled_event_id, d.conflicting_event_id, d.conflict_type, d.resource_id, p_now)
    ORDER BY d.scheduled_event_id, d.conflicting_event_id, d.conflict_type, d.resource_id
    ON CONFLICT ON CONSTRAINT schedule_conflicts_fingerprint DO UPDATE
        SET status = CASE WHEN s.status = 2 AND s.resolution_method <> 3 THEN 0 ELSE s.status END,
            conflict_level = excluded.conflict_level,
            detected_at = CASE WHEN s.status = 2 AND s.resolution_method <> 3 THEN p_now ELSE s.detected_at END,
            resolved_at = CASE WHEN s.resolution_method = 3 THEN s.resolved_at END,
            resolved_by = CASE WHEN s.resolution_method = 3 THEN s.resolved_by END,
            resolution_method = CASE WHEN s.resolution_method = 3 THEN s.resolution_method END,
            escalated_at = CASE WHEN s.status <> 2 OR s.resolution_method = 3 THEN s.escalated_at END,
            escalated_to = CASE WHEN s.status <> 2 OR s.resolution_method = 3 THEN s.escalated_to END,
            escalation_reason = CASE WHEN s.status <> 2 OR s.resolution_method = 3 THEN s.escalation_reason END,
            note = CASE WHEN s.status <> 2 OR s.resolution_method = 3 THEN s.note END
        WHERE (s.status = 2 AND s.resolution_method <> 3) OR s.conflict_level <> excluded.conflict_level
    RETURNING s.schedule_conflict_id, s.scheduled_event_id, s.conflicting_event_id, s.conflict_type,
              s.conflict_level, s.resource_id,
              CASE WHEN s.detected_at = p_now THEN 'detected' ELSE 'changed' END;

    RETURN QUERY
    WITH gone AS (
        SELECT s.schedule_conflict_id, s.status AS old_status
        FROM jsonb_to_recordset(p_vanished) AS v (
            scheduled_event_id uuid, conflicting_event_id uuid, conflict_type smallint, resource_id uuid
        )
        JOIN schedule_conflicts s ON s.scheduled_event_id = v.scheduled_event_id
            AND s.conflicting_event_id = v.conflicting_event_id AND s.conflict_type = v.conflict_type
            AND s.resource_id IS NOT DISTINCT FROM v.resource_id
        WHERE (s.status <> 2 OR s.resolution_method = 3)
          AND (v_trusted OR NOT is_clash(
              s.scheduled_event_id, s.conflicting_event_id, s.conflict_type, s.resource_id, p_now))
        ORDER BY s.schedule_conflict_id
        FOR UPDATE OF s
    )
    UPDATE schedule_conflicts s
    SET status = 2, resolution_method = p_method, resolved_by = app_user(), resolved_at = p_now
    FROM gone WHERE s.schedule_conflict_id = gone.schedule_conflict_id
    RETURNING s.schedule_conflict_id, s.scheduled_event_id, s.conflicting_event_id, s.conflict_type,
              s.conflict_level, s.resource_id, CASE WHEN gone.old_status IN (0, 1, 3) THEN 'resolved' ELSE 'closed' END;

    -- A claim that was exempt from the exclusion constraint for its clash is guarded again once it is alone.
    UPDATE claims c SET enforced = true
    FROM jsonb_to_recordset(p_vanished) AS v (
            scheduled_event_id uuid, conflicting_event_id uuid, conflict_type smallint, resource_id uuid
        ), resources r, calendars k
    WHERE v.conflict_type = 2 AND c.resource_id = v.resource_id
      AND c.scheduled_event_id IN (v.scheduled_event_id, v.conflicting_event_id)
      AND c.live AND NOT c.is_hold AND NOT c.enforced
      AND r.resource_id = c.resource_id AND r.quantity = 1
      AND k.calendar_id = c.calendar_id AND NOT k.allow_overbooking
      AND NOT EXISTS (
          SELECT FROM claims other
          WHERE other.resource_id = c.resource_id AND other.during && c.during AND other.live
            AND NOT other.is_hold AND other.claim_id <> c.claim_id
      );
END $$;

-- Some bookings by id, hidden ones included, without titles, for the solver; holds and cancelled ones left out.
CREATE FUNCTION schedule_bookings(p_bookings uuid[]) RETURNS TABLE (
    scheduled_event_id uuid, calendar_id uuid, owner_id uuid, start_date_time timestamptz,
    end_date_time timestamptz, time_zone text, status smallint, created_at timestamptz, version integer,
    attendees integer, priority integer, claims jsonb
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT b.scheduled_event_id, b.calendar_id, b.owner_id, lower(b.during), upper(b.during),
           b.time_zone, b.status, b.created_at, b.version, e.attendees, e.priority,
           (SELECT jsonb_agg(jsonb_build_object('resource_id', c.resource_id, 'role', c.role,
                'quantity', c.quantity) ORDER BY c.claim_id)
            FROM claims c WHERE c.scheduled_event_id = b.scheduled_event_id)
    FROM scheduled_events b JOIN events e USING (event_id)
    WHERE b.scheduled_event_id = ANY (p_bookings) AND b.status NOT IN (0, 4)
$$;

-- What all other firm bookings take of some resources, and of some calendars that limit concurrency: starts and
-- ends in minutes since 1970 rounded outward, quantities, and whether as Primary, each as an array.
CREATE FUNCTION schedule_occupancy(
    p_during tstzrange, p_resources uuid[], p_calendars uuid[], p_except uuid[]
) RETURNS TABLE (
    resource_id uuid, calendar_id uuid, starts integer[], ends integer[], quantities integer[], primaries boolean[]
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.resource_id, NULL::uuid,
           array_agg(floor(extract(epoch FROM lower(c.during)) / 60)::integer),
           array_agg(ceil(extract(epoch FROM upper(c.during)) / 60)::integer),
           array_agg(c.quantity), array_agg(c.role = 0)
    FROM claims c
    WHERE c.resource_id = ANY (p_resources) AND c.during && p_during AND c.live AND NOT c.is_hold
      AND c.scheduled_event_id <> ALL (p_except)
    GROUP BY c.resource_id
    UNION ALL
    SELECT NULL, b.calendar_id,
           array_agg(floor(extract(epoch FROM lower(b.during)) / 60)::integer),
           array_agg(ceil(extract(epoch FROM upper(b.during)) / 60)::integer),
           array_agg(1), array_agg(true)
    FROM calendars k
    JOIN scheduled_events b ON b.calendar_id = k.calendar_id AND b.during && p_during AND b.status <> 4
    WHERE k.calendar_id = ANY (p_calendars) AND k.owner_type <> 0 AND b.status <> 0
      AND b.scheduled_event_id <> ALL (p_except)
    GROUP BY b.calendar_id
$$;

-- All that limits where a booking may go, hidden or not, with the caller's grant: what is hidden stays in place
-- and is never named: it has neither name nor reason here.
CREATE FUNCTION schedule_limits(p_during tstzrange) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT jsonb_build_object(
        'calendars', (SELECT jsonb_agg(calendar_as_seen(k, mine.role, mine.calendars)) FROM calendars k),
        'resources', (SELECT jsonb_agg(resource_as_seen(r, mine.role, mine.calendars)) FROM resources r),
        'closures', (SELECT jsonb_agg(closure_as_seen(a, r, mine.role, mine.calendars))
            FROM resource_availability a JOIN resources r ON r.resource_id = a.resource_id
            WHERE a.during && p_during)
    )
    FROM (SELECT app_role() AS role, my_calendars(0::smallint) AS calendars) AS mine
$$;

-- The live holds on single pieces that bookings of some slots would stand over, each resource in its own slot.
CREATE FUNCTION holds_under(
    p_resources uuid[], p_slots tstzrange[], p_now timestamptz, p_except uuid[]
) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT c.scheduled_event_id
    FROM unnest(p_resources, p_slots) AS wanted (resource_id, slot)
    JOIN resources r USING (resource_id)
    JOIN claims c ON c.resource_id = r.resource_id AND c.live AND c.during && tstzrange(
        lower(slot) - make_interval(mins => r.setup_minutes),
        upper(slot) + make_interval(mins => r.teardown_minutes)
    )
    WHERE r.quantity = 1 AND c.is_hold AND (c.hold_expires_at IS NULL OR c.hold_expires_at > p_now)
      AND c.scheduled_event_id <> ALL (p_except)
$$;

-- When some bookings are, hidden ones included, and whether they still hold their place.
CREATE FUNCTION booking_times(p_bookings uuid[], p_now timestamptz) RETURNS TABLE (
    scheduled_event_id uuid, start_date_time timestamptz, end_date_time timestamptz, live boolean
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT b.scheduled_event_id, lower(b.during), upper(b.during),
           b.status <> 4 AND (b.status <> 0 OR b.hold_expires_at IS NULL OR b.hold_expires_at > p_now)
    FROM scheduled_events b WHERE b.scheduled_event_id = ANY (p_bookings)
$$;

CREATE FUNCTION booking_is_live(p_booking uuid, p_now timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT b.status <> 4 AND (b.status <> 0 OR b.hold_expires_at IS NULL OR b.hold_expires_at > p_now)
    FROM scheduled_events b WHERE b.scheduled_event_id = p_booking
$$;

-- Functions are open to everyone by default; these bypass row policies, so each is granted by name.
REVOKE EXECUTE ON FUNCTION
    app_user(), app_role(), my_access(uuid), my_calendars(smallint), event_is_booked(uuid),
    sees_resource(uuid, smallint, integer, uuid[]), calendar_as_seen(calendars, integer, uuid[]),
    resource_as_seen(resources, integer, uuid[]),
    closure_as_seen(resource_availability, resources, integer, uuid[]),
    is_clash(uuid, uuid, smallint, uuid, timestamptz),
    claims_in(uuid[], tstzrange[], timestamptz, uuid), bookings_in(uuid[], tstzrange[], timestamptz, uuid),
    look(timestamptz, uuid, uuid[], uuid[], tstzrange[], uuid),
    record_conflicts(jsonb, jsonb, smallint, timestamptz),
    schedule_bookings(uuid[]), schedule_occupancy(tstzrange, uuid[], uuid[], uuid[]), schedule_limits(tstzrange),
    booking_times(uuid[], timestamptz), booking_is_live(uuid, timestamptz),
    holds_under(uuid[], tstzrange[], timestamptz, uuid[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    app_user(), app_role(), my_access(uuid), my_calendars(smallint), event_is_booked(uuid),
    sees_resource(uuid, smallint, integer, uuid[]),
    look(timestamptz, uuid, uuid[], uuid[], tstzrange[], uuid),
    record_conflicts(jsonb, jsonb, smallint, timestamptz),
    schedule_bookings(uuid[]), schedule_occupancy(tstzrange, uuid[], uuid[], uuid[]), schedule_limits(tstzrange),
    booking_times(uuid[], timestamptz), booking_is_live(uuid, timestamptz),
    holds_under(uuid[], tstzrange[], timestamptz, uuid[])
    TO callboard_app, callboard_worker;
