-- Changes near the start that wait for a manager (SCH-005). The booking itself stays as it is.
CREATE TABLE change_requests (
    change_request_id uuid PRIMARY KEY,
    -- A booking or a series, and its version when the change was asked for: another one's change ends the request.
    schedule_id uuid NOT NULL,
    schedule_version integer NOT NULL,
    command text NOT NULL,
    request jsonb NOT NULL,
    -- What it is to be; NULL for a removal.
    wanted_calendar_id uuid,
    wanted_during tstzrange,
    reason text,
    requested_by uuid NOT NULL,
    requested_at timestamptz NOT NULL,
    lapses_at timestamptz NOT NULL,
    decision text CHECK (decision IN ('Approved', 'Rejected', 'Withdrawn')),
    decided_by uuid,
    decided_at timestamptz,
    decision_reason text,
    CHECK ((decision IS NULL) = (decided_at IS NULL))
);
CREATE INDEX change_requests_schedule ON change_requests (schedule_id, requested_at);
CREATE INDEX change_requests_waiting ON change_requests (lapses_at) WHERE decision IS NULL;

ALTER TABLE change_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE change_requests FORCE ROW LEVEL SECURITY;
CREATE POLICY change_requests_owner ON change_requests TO callboard_owner USING (true) WITH CHECK (true);
CREATE POLICY change_requests_worker ON change_requests TO callboard_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON change_requests TO callboard_worker;
GRANT SELECT, INSERT, UPDATE ON change_requests TO callboard_app;
-- Seen by whoever sees the booking or series; decided by managers, taken back by whoever asked.
CREATE POLICY change_requests_read ON change_requests FOR SELECT TO callboard_app
    USING (
        (SELECT app_role()) >= 2
        OR requested_by = (SELECT app_user())
        OR EXISTS (SELECT FROM scheduled_events b WHERE b.scheduled_event_id = change_requests.schedule_id)
        OR EXISTS (SELECT FROM series s WHERE s.series_id = change_requests.schedule_id)
    );
CREATE POLICY change_requests_ask ON change_requests FOR INSERT TO callboard_app
    WITH CHECK (requested_by = (SELECT app_user()) AND decision IS NULL);
CREATE POLICY change_requests_decide ON change_requests FOR UPDATE TO callboard_app
    USING ((SELECT app_role()) >= 2 OR requested_by = (SELECT app_user()))
    WITH CHECK ((SELECT app_role()) >= 2 OR (requested_by = (SELECT app_user()) AND decision = 'Withdrawn'));

-- The bookings whose change waits, and until when: ids and instants, for statuses to be told by. Few at any time.
CREATE FUNCTION changes_waiting(p_now timestamptz) RETURNS TABLE (scheduled_event_id uuid, lapses_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 10 SET search_path = public, pg_temp AS $$
    SELECT w.scheduled_event_id, min(w.lapses_at)
    FROM (
        SELECT b.scheduled_event_id, r.lapses_at
        FROM change_requests r JOIN scheduled_events b ON b.scheduled_event_id = r.schedule_id
        WHERE r.decision IS NULL AND r.lapses_at > p_now AND b.version = r.schedule_version AND b.status <> 4
        UNION ALL
        -- The version of a series counts every change of any of its dates.
        SELECT b.scheduled_event_id, r.lapses_at
        FROM change_requests r
        JOIN series s ON s.series_id = r.schedule_id
        JOIN scheduled_events b ON b.series_id = s.series_id
        WHERE r.decision IS NULL AND r.lapses_at > p_now AND b.status <> 4 AND lower(b.during) > p_now
          AND r.schedule_version = s.version + (
              SELECT coalesce(sum(o.version - 1), 0) FROM scheduled_events o WHERE o.series_id = s.series_id
          )
    ) w
    GROUP BY w.scheduled_event_id
$$;
REVOKE EXECUTE ON FUNCTION changes_waiting(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION changes_waiting(timestamptz) TO callboard_app, callboard_worker;

-- How many holds stand before a hold: live ones that were there earlier and want some of the same at the same time, on
-- its calendar or of what it claims; hidden ones count too. Two holds never conflict; who came first may come first.
CREATE FUNCTION holds_before(p_booking uuid, p_now timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM scheduled_events mine JOIN scheduled_events b
        ON b.scheduled_event_id <> mine.scheduled_event_id
    WHERE mine.scheduled_event_id = p_booking
      AND b.status = 0 AND (b.hold_expires_at IS NULL OR b.hold_expires_at > p_now)
      AND (b.created_at, b.scheduled_event_id) < (mine.created_at, mine.scheduled_event_id)
      AND (
          (b.calendar_id = mine.calendar_id AND b.during && mine.during)
          OR EXISTS (
              SELECT FROM claims c JOIN claims d ON d.resource_id = c.resource_id AND d.during && c.during
              WHERE c.scheduled_event_id = mine.scheduled_event_id AND d.scheduled_event_id = b.scheduled_event_id
          )
      )
$$;
REVOKE EXECUTE ON FUNCTION holds_before(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION holds_before(uuid, timestamptz) TO callboard_app, callboard_worker;
