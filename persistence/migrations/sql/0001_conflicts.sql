-- What the detection and the list of conflicts read past row policies: ids and ranges, no titles.
CREATE INDEX schedule_conflicts_resource ON schedule_conflicts (resource_id);

-- The two bookings of some conflicts, as far as they take what they clash over; of one that no longer does, its
-- own time. live: both hold their place; gone_at: since when one does not.
CREATE FUNCTION conflict_spans(p_conflicts uuid[], p_now timestamptz) RETURNS TABLE (
    schedule_conflict_id uuid, first_start timestamptz, first_end timestamptz, second_start timestamptz,
    second_end timestamptz, live boolean, shared boolean, gone_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.schedule_conflict_id,
           lower(coalesce(ca.during, a.during)), upper(coalesce(ca.during, a.during)),
           lower(coalesce(cb.during, b.during)), upper(coalesce(cb.during, b.during)),
           ga.gone_at IS NULL AND gb.gone_at IS NULL,
           CASE WHEN s.resource_id IS NULL THEN a.calendar_id = b.calendar_id
                ELSE ca.claim_id IS NOT NULL AND cb.claim_id IS NOT NULL END,
           least(ga.gone_at, gb.gone_at)
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

-- The resources that detection must look at, in id order: claimed in the window, or with a conflict not known to be
-- over. With a calendar, only those that it or its bookings use.
CREATE FUNCTION resources_to_sweep(p_after uuid, p_limit integer, p_during tstzrange, p_calendar uuid)
RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.resource_id FROM resources r
    WHERE r.resource_id > p_after
      AND (
          EXISTS (SELECT FROM claims c WHERE c.resource_id = r.resource_id AND c.during && p_during AND c.live)
          OR EXISTS (SELECT FROM schedule_conflicts s WHERE s.resource_id = r.resource_id
                     AND (s.status <> 2 OR s.resolution_method = 3))
      )
      AND (
          p_calendar IS NULL OR r.calendar_id = p_calendar
          OR EXISTS (SELECT FROM claims c WHERE c.resource_id = r.resource_id AND c.during && p_during AND c.live
                     AND c.calendar_id = p_calendar)
          OR EXISTS (SELECT FROM schedule_conflicts s
                     JOIN scheduled_events b
                         ON b.scheduled_event_id IN (s.scheduled_event_id, s.conflicting_event_id)
                     WHERE s.resource_id = r.resource_id AND (s.status <> 2 OR s.resolution_method = 3)
                       AND b.calendar_id = p_calendar)
      )
    ORDER BY r.resource_id LIMIT p_limit
$$;

-- The same of calendars that limit concurrency themselves.
CREATE FUNCTION calendars_to_sweep(p_after uuid, p_limit integer, p_during tstzrange, p_calendar uuid)
RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.calendar_id FROM calendars k
    WHERE k.calendar_id > p_after AND k.owner_type <> 0 AND (p_calendar IS NULL OR k.calendar_id = p_calendar)
      AND (
          EXISTS (SELECT FROM scheduled_events b
                  WHERE b.calendar_id = k.calendar_id AND b.during && p_during AND b.status <> 4)
          OR EXISTS (SELECT FROM schedule_conflicts s
                     JOIN scheduled_events b
                         ON b.scheduled_event_id IN (s.scheduled_event_id, s.conflicting_event_id)
                     WHERE s.resource_id IS NULL AND (s.status <> 2 OR s.resolution_method = 3)
                       AND b.calendar_id = k.calendar_id)
      )
    ORDER BY k.calendar_id LIMIT p_limit
$$;

-- Locks resources in id order, if asked to, and only then, in a later statement, reads who takes how much of them.
CREATE FUNCTION sweep_claims(p_resources uuid[], p_during tstzrange, p_now timestamptz, p_lock boolean)
RETURNS TABLE (
    resource_id uuid, resource_type smallint, available integer, scheduled_event_id uuid, "start" timestamptz,
    "end" timestamptz, created_at timestamptz, quantity integer, role smallint, is_hold boolean
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF p_lock THEN
        PERFORM FROM resources r WHERE r.resource_id = ANY (p_resources) ORDER BY r.resource_id FOR NO KEY UPDATE;
    END IF;
    RETURN QUERY
    SELECT r.resource_id, r.resource_type, r.quantity, c.scheduled_event_id, lower(c.during), upper(c.during),
           c.created_at, c.quantity, c.role, c.is_hold
    FROM claims_in(p_resources, ARRAY[p_during], p_now, NULL) c JOIN resources r ON r.resource_id = c.resource_id;
END $$;

-- The same of calendars that limit concurrency themselves.
CREATE FUNCTION sweep_bookings(p_calendars uuid[], p_during tstzrange, p_now timestamptz) RETURNS TABLE (
    calendar_id uuid, available integer, scheduled_event_id uuid, "start" timestamptz, "end" timestamptz,
    created_at timestamptz, is_hold boolean
)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM calendars k WHERE k.calendar_id = ANY (p_calendars) ORDER BY k.calendar_id FOR NO KEY UPDATE;
    RETURN QUERY
    SELECT k.calendar_id, k.max_concurrent_events, b.scheduled_event_id, lower(b.during), upper(b.during),
           b.created_at, b.status = 0
    FROM bookings_in(p_calendars, ARRAY[p_during], p_now, NULL) b JOIN calendars k ON k.calendar_id = b.calendar_id;
END $$;

-- What several bookings claim more than once between them.
CREATE FUNCTION resources_in_common(p_bookings uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.resource_id FROM claims c WHERE c.scheduled_event_id = ANY (p_bookings) AND c.live
    GROUP BY c.resource_id HAVING count(*) > 1
$$;

REVOKE EXECUTE ON FUNCTION
    conflict_spans(uuid[], timestamptz), resources_to_sweep(uuid, integer, tstzrange, uuid),
    calendars_to_sweep(uuid, integer, tstzrange, uuid), sweep_claims(uuid[], tstzrange, timestamptz, boolean),
    sweep_bookings(uuid[], tstzrange, timestamptz), resources_in_common(uuid[])
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    conflict_spans(uuid[], timestamptz), resources_to_sweep(uuid, integer, tstzrange, uuid),
    calendars_to_sweep(uuid, integer, tstzrange, uuid), sweep_claims(uuid[], tstzrange, timestamptz, boolean),
    sweep_bookings(uuid[], tstzrange, timestamptz), resources_in_common(uuid[])
    TO callboard_app, callboard_worker;
