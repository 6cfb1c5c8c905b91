-- What strands a booking: [{"resource_id", "reason"}], a resource once; NULL for nothing. The reason names what
-- only those may know who see the resource, so readers say it by resource; block_reason is for everyone.
ALTER TABLE scheduled_events ADD COLUMN blocks jsonb;

-- The live bookings (hidden ones included) that claim a resource, in a stretch of time and not over, as when they are.
CREATE FUNCTION claimants_of(p_resource uuid, p_during tstzrange, p_now timestamptz) RETURNS TABLE (
    scheduled_event_id uuid, "start" timestamptz, "end" timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 50 SET search_path = public, pg_temp AS $$
    SELECT b.scheduled_event_id, lower(b.during), upper(b.during)
    FROM claims c JOIN scheduled_events b USING (scheduled_event_id)
    WHERE c.resource_id = p_resource AND c.live AND c.during && p_during
      AND b.during && p_during AND upper(b.during) > p_now
      AND (NOT c.is_hold OR c.hold_expires_at IS NULL OR c.hold_expires_at > p_now)
    ORDER BY lower(b.during), b.scheduled_event_id
$$;

-- Writes down which of some bookings a resource strands, and why; the others it strands no more. Others' bookings
-- too, of staff who may close the resource but not change them. Returns the bookings for which that is news.
CREATE FUNCTION record_blocks(p_resource uuid, p_judged uuid[], p_blocked uuid[], p_reasons text[])
RETURNS TABLE (scheduled_event_id uuid, is_blocked boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER ROWS 50 SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF app_role() < 1 OR NOT EXISTS (
        SELECT FROM resources r WHERE r.resource_id = p_resource
          AND (app_role() >= 2 OR r.calendar_id IS NULL OR r.calendar_id = ANY (my_calendars(1::smallint)))
    ) THEN
        RETURN;
    END IF;
    PERFORM FROM scheduled_events b
    WHERE b.scheduled_event_id = ANY (p_judged) ORDER BY b.scheduled_event_id FOR NO KEY UPDATE;
    RETURN QUERY
    WITH judged AS (
        SELECT b.scheduled_event_id, nullif(
            coalesce(
                (SELECT jsonb_agg(one) FROM jsonb_array_elements(b.blocks) AS one
                 WHERE one->>'resource_id' <> p_resource::text), '[]'
            ) || CASE WHEN w.reason IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(
                jsonb_build_object('resource_id', p_resource, 'reason', w.reason)) END,
            '[]'::jsonb
        ) AS blocks
        FROM scheduled_events b
        LEFT JOIN unnest(p_blocked, p_reasons) AS w (id, reason) ON w.id = b.scheduled_event_id
        WHERE b.scheduled_event_id = ANY (p_judged)
          AND EXISTS (SELECT FROM claims c
                      WHERE c.scheduled_event_id = b.scheduled_event_id AND c.resource_id = p_resource)
    )
    UPDATE scheduled_events b
    SET blocks = j.blocks, is_blocked = j.blocks IS NOT NULL,
        block_reason = CASE WHEN j.blocks IS NOT NULL THEN 'A resource is not available' END
    FROM judged j
    WHERE b.scheduled_event_id = j.scheduled_event_id AND (b.blocks IS DISTINCT FROM j.blocks OR b.is_blocked <> (j.blocks IS NOT NULL))
    RETURNING b.scheduled_event_id, b.is_blocked;
END $$;

-- What `look` tells, but without locks, of resources that the caller sees and the calendars they own, for some slots.
CREATE FUNCTION glance(p_now timestamptz, p_resources uuid[], p_slots tstzrange[]) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_role integer := app_role();
    v_mine uuid[] := my_calendars(0::smallint);
    v_seen uuid[];
    v_calendars uuid[];
BEGIN
    SELECT coalesce(array_agg(r.resource_id), '{}') INTO v_seen FROM resources r
    WHERE r.resource_id = ANY (p_resources) AND sees_resource(r.calendar_id, r.resource_type, v_role, v_mine);
    SELECT coalesce(array_agg(k.calendar_id), '{}') INTO v_calendars FROM calendars k
    WHERE k.owner_id = ANY (v_seen) AND k.owner_type <= 2;
    RETURN jsonb_build_object(
        'event', NULL, 'booking', NULL, 'open_bookings', 0,
        'calendars', (SELECT jsonb_agg(calendar_as_seen(k, v_role, v_mine))
            FROM calendars k WHERE k.calendar_id = ANY (v_calendars)),
        'resources', (SELECT jsonb_agg(resource_as_seen(r, v_role, v_mine))
            FROM resources r WHERE r.resource_id = ANY (v_seen)),
        'closures', (SELECT jsonb_agg(closure_as_seen(a, r, v_role, v_mine))
            FROM resource_availability a JOIN resources r ON r.resource_id = a.resource_id
            WHERE a.resource_id = ANY (v_seen) AND a.during && ANY (p_slots)),
        'claims', (SELECT jsonb_agg(jsonb_build_object(
                'resource_id', c.resource_id, 'scheduled_event_id', c.scheduled_event_id,
                'start', lower(c.during), 'end', upper(c.during), 'quantity', c.quantity, 'role', c.role,
                'is_hold', c.is_hold, 'created_at', c.created_at))
            FROM claims_in(v_seen, p_slots, p_now, NULL) c),
        'bookings', (SELECT jsonb_agg(jsonb_build_object(
                'calendar_id', b.calendar_id, 'scheduled_event_id', b.scheduled_event_id,
                'start', lower(b.during), 'end', upper(b.during), 'is_hold', b.status = 0,
                'created_at', b.created_at))
            FROM bookings_in(v_calendars, p_slots, p_now, NULL) b)
    );
END $$;

-- Every calendar and resource with the caller's grant, and the closures that touch a stretch of time; what is hidden
-- has neither name nor reason here, and is left out by who reads it.
CREATE FUNCTION premises(p_during tstzrange) RETURNS jsonb
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

-- Closing asks for what claiming does: staff need to book the calendar of a resource that has one, not to see it alone.
DROP POLICY resource_availability_write ON resource_availability;
CREATE POLICY resource_availability_write ON resource_availability TO callboard_app
    USING (
        (SELECT app_role()) >= 1
        AND EXISTS (
            SELECT FROM resources r WHERE r.resource_id = resource_availability.resource_id
              AND ((SELECT app_role()) >= 2 OR r.calendar_id IS NULL
                   OR r.calendar_id = ANY ((SELECT my_calendars(1::smallint))::uuid[]))
        )
    )
    WITH CHECK (
        (SELECT app_role()) >= 1
        AND EXISTS (
            SELECT FROM resources r WHERE r.resource_id = resource_availability.resource_id
              AND ((SELECT app_role()) >= 2 OR r.calendar_id IS NULL
                   OR r.calendar_id = ANY ((SELECT my_calendars(1::smallint))::uuid[]))
        )
    );

REVOKE EXECUTE ON FUNCTION
    premises(tstzrange), claimants_of(uuid, tstzrange, timestamptz), record_blocks(uuid, uuid[], uuid[], text[]),
    glance(timestamptz, uuid[], tstzrange[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    premises(tstzrange), claimants_of(uuid, tstzrange, timestamptz), record_blocks(uuid, uuid[], uuid[], text[]),
    glance(timestamptz, uuid[], tstzrange[])
    TO callboard_app, callboard_worker;
