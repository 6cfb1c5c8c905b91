-- What the caller may know of the bookings that hold their place on a calendar within a range: a booking that is
-- hidden from them has no id and no level here. lapses_at: when one of the holds behind the row expires, if nobody
-- does anything, or a change that waits for approval lapses. Customers see their own, and of a calendar they may
-- book when the others are; a calendar that is hidden shows them nothing.
CREATE FUNCTION calendar_bookings(p_calendar uuid, p_during tstzrange, p_now timestamptz) RETURNS TABLE (
    scheduled_event_id uuid, "start" timestamptz, "end" timestamptz, is_hold boolean, conflict_level smallint,
    lapses_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 500 AS $$
    WITH me AS MATERIALIZED (
        SELECT app_role() AS role, app_user() AS user_id, my_access(p_calendar) AS access
    ), found AS MATERIALIZED (
        SELECT b.scheduled_event_id, b.during, b.status, b.hold_expires_at,
               me.role >= 1 OR b.owner_id = me.user_id AS named
        FROM me, scheduled_events b
        WHERE b.calendar_id = p_calendar AND b.during && p_during AND b.status <> 4
          AND (b.status <> 0 OR b.hold_expires_at IS NULL OR b.hold_expires_at > p_now)
          AND (me.role >= 2 OR me.access >= 1 OR me.access = 0 AND (me.role = 1 OR b.owner_id = me.user_id))
    ), rivals AS (
        SELECT f.scheduled_event_id, s.conflict_level, s.conflicting_event_id AS rival_id
        FROM found f JOIN schedule_conflicts s ON s.scheduled_event_id = f.scheduled_event_id
        WHERE f.named AND s.status IN (0, 1, 3)
        UNION ALL
        SELECT f.scheduled_event_id, s.conflict_level, s.scheduled_event_id
        FROM found f JOIN schedule_conflicts s ON s.conflicting_event_id = f.scheduled_event_id
        WHERE f.named AND s.status IN (0, 1, 3)
    ), levels AS (
        SELECT r.scheduled_event_id, max(r.conflict_level) AS conflict_level,
               min(b.hold_expires_at) FILTER (WHERE b.status = 0) AS lapses_at
        FROM rivals r JOIN scheduled_events b ON b.scheduled_event_id = r.rival_id
        WHERE b.status <> 4 AND (b.status <> 0 OR b.hold_expires_at IS NULL OR b.hold_expires_at > p_now)
        GROUP BY r.scheduled_event_id
    )
    SELECT CASE WHEN f.named THEN f.scheduled_event_id END, lower(f.during), upper(f.during), f.status = 0,
           coalesce(l.conflict_level, 0)::smallint,
           least(
               CASE WHEN f.status = 0 THEN f.hold_expires_at
                    WHEN f.status = 3 AND lower(f.during) > p_now THEN lower(f.during) END,
               l.lapses_at
           )
    FROM found f LEFT JOIN levels l ON l.scheduled_event_id = f.scheduled_event_id
$$;

CREATE INDEX scheduled_events_holds ON scheduled_events (hold_expires_at) WHERE status = 0;

-- When the next hold expires that an open conflict is with; such a conflict is over then, without anybody writing.
CREATE FUNCTION next_conflict_lapse(p_now timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT b.hold_expires_at FROM scheduled_events b
    WHERE b.status = 0 AND b.hold_expires_at > p_now
      AND (
          EXISTS (SELECT FROM schedule_conflicts s
                  WHERE s.scheduled_event_id = b.scheduled_event_id AND s.status IN (0, 1, 3))
          OR EXISTS (SELECT FROM schedule_conflicts s
                     WHERE s.conflicting_event_id = b.scheduled_event_id AND s.status IN (0, 1, 3))
      )
    ORDER BY b.hold_expires_at LIMIT 1
$$;

REVOKE EXECUTE ON FUNCTION
    calendar_bookings(uuid, tstzrange, timestamptz), next_conflict_lapse(timestamptz)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    calendar_bookings(uuid, tstzrange, timestamptz), next_conflict_lapse(timestamptz)
    TO callboard_app, callboard_worker;
