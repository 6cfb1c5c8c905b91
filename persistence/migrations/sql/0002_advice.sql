-- Advice on a clash reads what bears on that clash, not the whole house.

-- By default a function is taken to answer a thousand rows, and what is joined to it is read whole.
ALTER FUNCTION booking_times(uuid[], timestamptz) ROWS 10;
ALTER FUNCTION conflict_spans(uuid[], timestamptz) ROWS 50;
ALTER FUNCTION schedule_bookings(uuid[]) ROWS 10;

-- All that limits where bookings that use some calendars and resources may go, hidden or not, with the caller's
-- grant: these, what may stand in for them (as in domain.interchange), and the calendars that those own. What is
-- hidden stays in place and is never named: it has neither name nor reason here.
DROP FUNCTION schedule_limits(tstzrange);
CREATE FUNCTION schedule_limits(p_during tstzrange, p_calendars uuid[], p_resources uuid[]) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH used AS (
        SELECT r.* FROM resources r
        WHERE r.resource_id = ANY (p_resources)
           OR r.resource_id IN (SELECT k.owner_id FROM calendars k WHERE k.calendar_id = ANY (p_calendars))
    ), near AS (
        SELECT r.* FROM resources r
        WHERE EXISTS (
            SELECT FROM used u
            WHERE u.resource_id = r.resource_id
               OR u.resource_type = r.resource_type
                  AND CASE WHEN u.interchange_group IS NULL THEN u.resource_type = 0
                           ELSE r.interchange_group = u.interchange_group END
        )
    )
    SELECT jsonb_build_object(
        'calendars', (SELECT jsonb_agg(calendar_as_seen(k, mine.role, mine.calendars) ORDER BY k.calendar_id)
            FROM calendars k
            WHERE k.calendar_id = ANY (p_calendars) OR k.owner_id IN (SELECT n.resource_id FROM near n)),
        'resources', (SELECT jsonb_agg(resource_as_seen(r, mine.role, mine.calendars) ORDER BY r.resource_id)
            FROM resources r WHERE r.resource_id IN (SELECT n.resource_id FROM near n)),
        'closures', (SELECT jsonb_agg(closure_as_seen(a, r, mine.role, mine.calendars))
            FROM resource_availability a JOIN resources r ON r.resource_id = a.resource_id
            WHERE a.during && p_during AND r.resource_id IN (SELECT n.resource_id FROM near n))
    )
    FROM (SELECT app_role() AS role, my_calendars(0::smallint) AS calendars) AS mine
$$;

-- As before, but with date_part: extract() computes in numeric, several times slower.
CREATE OR REPLACE FUNCTION schedule_occupancy(
    p_during tstzrange, p_resources uuid[], p_calendars uuid[], p_except uuid[]
) RETURNS TABLE (
    resource_id uuid, calendar_id uuid, starts integer[], ends integer[], quantities integer[], primaries boolean[]
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.resource_id, NULL::uuid,
           array_agg(floor(date_part('epoch', lower(c.during)) / 60)::integer),
           array_agg(ceil(date_part('epoch', upper(c.during)) / 60)::integer),
           array_agg(c.quantity), array_agg(c.role = 0)
    FROM claims c
    WHERE c.resource_id = ANY (p_resources) AND c.during && p_during AND c.live AND NOT c.is_hold
      AND c.scheduled_event_id <> ALL (p_except)
    GROUP BY c.resource_id
    UNION ALL
    SELECT NULL, b.calendar_id,
           array_agg(floor(date_part('epoch', lower(b.during)) / 60)::integer),
           array_agg(ceil(date_part('epoch', upper(b.during)) / 60)::integer),
           array_agg(1), array_agg(true)
    FROM calendars k
    JOIN scheduled_events b ON b.calendar_id = k.calendar_id AND b.during && p_during AND b.status <> 4
    WHERE k.calendar_id = ANY (p_calendars) AND k.owner_type <> 0 AND b.status <> 0
      AND b.scheduled_event_id <> ALL (p_except)
    GROUP BY b.calendar_id
$$;

-- The live holds on single pieces that bookings of some slots would stand over, each resource in its own slot;
-- place: the position of the resource and slot, from 1.
DROP FUNCTION holds_under(uuid[], tstzrange[], timestamptz, uuid[]);
CREATE FUNCTION holds_under(p_resources uuid[], p_slots tstzrange[], p_now timestamptz) RETURNS TABLE (
    place integer, scheduled_event_id uuid
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 10 AS $$
    SELECT wanted.place::integer, c.scheduled_event_id
    FROM unnest(p_resources, p_slots) WITH ORDINALITY AS wanted (resource_id, slot, place)
    JOIN resources r USING (resource_id)
    JOIN claims c ON c.resource_id = r.resource_id AND c.live AND c.during && tstzrange(
        lower(slot) - make_interval(mins => r.setup_minutes),
        upper(slot) + make_interval(mins => r.teardown_minutes)
    )
    WHERE r.quantity = 1 AND c.is_hold AND (c.hold_expires_at IS NULL OR c.hold_expires_at > p_now)
$$;

REVOKE EXECUTE ON FUNCTION
    schedule_limits(tstzrange, uuid[], uuid[]), holds_under(uuid[], tstzrange[], timestamptz)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    schedule_limits(tstzrange, uuid[], uuid[]), holds_under(uuid[], tstzrange[], timestamptz)
    TO callboard_app, callboard_worker;
