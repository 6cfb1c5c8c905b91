-- What people are told of: notices made from facts, and how each person wants them; and how holds stand.

CREATE TABLE notices (
    notice_id uuid PRIMARY KEY,
    recipient_id uuid NOT NULL,
    kind text NOT NULL,
    scheduled_event_id uuid NOT NULL,
    -- The fact that it comes from: one that is read again after a crash makes no second notice.
    sequence bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    -- How the booking was before, who did it and why, as far as the fact tells.
    details jsonb NOT NULL,
    -- When it goes out at the latest; with it goes all else that waits for the person.
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL,
    settled_at timestamptz,
    outcome text CHECK (outcome IN ('Sent', 'Needless', 'Unwanted', 'NoAddress', 'GivenUp')),
    CHECK ((settled_at IS NULL) = (outcome IS NULL)),
    CONSTRAINT notices_once UNIQUE (recipient_id, kind, scheduled_event_id, sequence)
);
CREATE INDEX notices_waiting ON notices (recipient_id, due_at) WHERE settled_at IS NULL;
CREATE INDEX notices_settled ON notices (settled_at) WHERE settled_at IS NOT NULL;

CREATE TABLE notice_preferences (
    user_id uuid PRIMARY KEY,
    unwanted text[] NOT NULL,
    frequency text NOT NULL CHECK (frequency IN ('Soon', 'Hourly', 'Daily', 'Never')),
    invitations boolean NOT NULL,
    own_changes boolean NOT NULL,
    version integer NOT NULL
);

-- How holds stood when last looked at; rank 0 of one whose expiry has been told.
CREATE TABLE hold_standings (
    scheduled_event_id uuid PRIMARY KEY REFERENCES scheduled_events ON DELETE CASCADE,
    rank bigint NOT NULL CHECK (rank >= 0),
    noted_at timestamptz NOT NULL
);

ALTER TABLE notices ENABLE ROW LEVEL SECURITY;
ALTER TABLE notices FORCE ROW LEVEL SECURITY;
CREATE POLICY notices_owner ON notices TO callboard_owner USING (true) WITH CHECK (true);
CREATE POLICY notices_worker ON notices TO callboard_worker USING (true) WITH CHECK (true);
CREATE POLICY notices_own ON notices FOR SELECT TO callboard_app USING (recipient_id = (SELECT app_user()));
GRANT SELECT, INSERT, UPDATE, DELETE ON notices TO callboard_worker;
GRANT SELECT ON notices TO callboard_app;

ALTER TABLE notice_preferences ENABLE ROW LEVEL SECURITY;
ALTER TABLE notice_preferences FORCE ROW LEVEL SECURITY;
CREATE POLICY notice_preferences_owner ON notice_preferences TO callboard_owner USING (true) WITH CHECK (true);
CREATE POLICY notice_preferences_worker ON notice_preferences TO callboard_worker USING (true) WITH CHECK (true);
CREATE POLICY notice_preferences_own ON notice_preferences TO callboard_app
    USING (user_id = (SELECT app_user())) WITH CHECK (user_id = (SELECT app_user()));
GRANT SELECT, INSERT, UPDATE, DELETE ON notice_preferences TO callboard_worker;
GRANT SELECT, INSERT, UPDATE ON notice_preferences TO callboard_app;

ALTER TABLE hold_standings ENABLE ROW LEVEL SECURITY;
ALTER TABLE hold_standings FORCE ROW LEVEL SECURITY;
CREATE POLICY hold_standings_owner ON hold_standings TO callboard_owner USING (true) WITH CHECK (true);
CREATE POLICY hold_standings_worker ON hold_standings TO callboard_worker USING (true) WITH CHECK (true);
-- The worker's alone: what the application tells of a hold's rank it counts anew.
GRANT SELECT, INSERT, UPDATE, DELETE ON hold_standings TO callboard_worker;

-- What has been published before is old news.
INSERT INTO relay_positions SELECT 'notices', sequence FROM relay_positions WHERE name = 'published';
-- Nor is anybody told that a hold has expired which nobody missed.
INSERT INTO hold_standings
    SELECT scheduled_event_id, 0, hold_expires_at FROM scheduled_events
    WHERE status = 0 AND hold_expires_at <= now();

-- As before, but found by calendar and by resource, each with an index, for every hold is looked at every minute.
CREATE OR REPLACE FUNCTION holds_before(p_booking uuid, p_now timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH mine AS (
        SELECT m.scheduled_event_id, m.calendar_id, m.during, m.created_at FROM scheduled_events m
        WHERE m.scheduled_event_id = p_booking
    ), rivals AS (
        SELECT b.scheduled_event_id FROM mine JOIN scheduled_events b
            ON b.calendar_id = mine.calendar_id AND b.during && mine.during AND b.status <> 4
        UNION
        SELECT d.scheduled_event_id FROM claims c JOIN claims d
            ON d.resource_id = c.resource_id AND d.during && c.during AND d.live
        WHERE c.scheduled_event_id = p_booking AND d.is_hold
    )
    SELECT count(*) FROM rivals JOIN scheduled_events b USING (scheduled_event_id) CROSS JOIN mine
    WHERE b.scheduled_event_id <> mine.scheduled_event_id
      AND b.status = 0 AND (b.hold_expires_at IS NULL OR b.hold_expires_at > p_now)
      AND (b.created_at, b.scheduled_event_id) < (mine.created_at, mine.scheduled_event_id)
$$;

-- A fact's payload for the caller, as before; and of bookings that are blocked, and of how holds stand.
CREATE OR REPLACE FUNCTION fact_as_seen(o outbox, p_user uuid, p_role integer, p_mine uuid[]) RETURNS jsonb
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
DECLARE
    told jsonb := o.payload;
    seen boolean;
    other boolean;
BEGIN
    IF p_role >= 2 THEN
        RETURN told;
    END IF;
    CASE
        WHEN o.fact_type IN (
            'EventScheduledOnCalendar', 'EventRescheduled', 'EventRemovedFromCalendar', 'OverbookingAllowedByOverride',
            'ScheduleChangeRequested', 'ScheduleChangeApproved', 'ScheduleChangeRejected',
            'HoldExpired', 'HoldPromoted'
        ) THEN
            -- Staff hear of the calendar that the fact is about, wherever the booking has gone since.
            seen := CASE WHEN p_role = 1 AND told ? 'calendarId'
                THEN (told ->> 'calendarId')::uuid = ANY (p_mine)
                    OR sees_booking((told ->> 'scheduledEventId')::uuid, p_user, 0, '{}')
                ELSE sees_booking((told ->> 'scheduledEventId')::uuid, p_user, p_role, p_mine) END;
        WHEN o.fact_type IN ('ScheduledEventBlocked', 'ScheduledEventUnblocked') THEN
            seen := sees_booking((told ->> 'scheduledEventId')::uuid, p_user, p_role, p_mine);
            IF NOT EXISTS (
                SELECT FROM resources r
                WHERE r.resource_id = (told ->> 'resourceId')::uuid
                  AND sees_resource(r.calendar_id, r.resource_type, p_role, p_mine)
            ) THEN
                told := told - 'resourceId';
            END IF;
        WHEN o.fact_type = 'ScheduleConflictDetected' THEN
            seen := sees_booking((told ->> 'scheduledEventId')::uuid, p_user, p_role, p_mine);
            other := sees_booking((told ->> 'conflictingEventId')::uuid, p_user, p_role, p_mine);
            IF NOT seen THEN
                told := told - 'scheduledEventId';
            END IF;
            IF NOT other THEN
                told := told - 'conflictingEventId';
            END IF;
            seen := seen OR other;
        WHEN o.fact_type IN ('ScheduleConflictResolved', 'ScheduleConflictEscalated') THEN
            seen := EXISTS (
                SELECT FROM schedule_conflicts c
                WHERE c.schedule_conflict_id = (told ->> 'scheduleConflictId')::uuid
                  AND (sees_booking(c.scheduled_event_id, p_user, p_role, p_mine)
                       OR sees_booking(c.conflicting_event_id, p_user, p_role, p_mine))
            );
        WHEN o.fact_type = 'OverbookingPreventedBySystem' THEN
            seen := (told ->> 'attemptedBy')::uuid = p_user
                OR (p_role = 1 AND (told ->> 'calendarId')::uuid = ANY (p_mine));
        WHEN o.fact_type = 'OverbookingWarningTriggered' THEN
            seen := p_role = 1 AND (told ->> 'calendarId')::uuid = ANY (p_mine);
        WHEN o.fact_type IN ('ResourceMarkedUnavailable', 'ResourceMarkedAvailable') THEN
            seen := EXISTS (
                SELECT FROM resources r
                WHERE r.resource_id = (told ->> 'resourceId')::uuid
                  AND sees_resource(r.calendar_id, r.resource_type, p_role, p_mine)
            );
        WHEN o.fact_type IN ('DailyScheduleExported', 'WeeklyScheduleExported', 'MonthlyScheduleExported') THEN
            seen := (told ->> 'exportedBy')::uuid = p_user;
        ELSE
            seen := false;
    END CASE;
    IF NOT coalesce(seen, false) THEN
        RETURN NULL;
    END IF;
    -- Customers hear of themselves, and not which of the house's people did what.
    IF p_role = 0 THEN
        SELECT coalesce(jsonb_object_agg(key, value), '{}') INTO told
        FROM jsonb_each(told)
        WHERE NOT (key ~ '(By|escalatedTo)$' AND value #>> '{}' <> p_user::text);
    END IF;
    RETURN told;
END $$;

-- Holds that lie ahead, each with where it stands now and where it stood when last looked at (NULL: not looked at
-- yet); and those that have expired since `p_since` and whose expiry has not been told, with rank 0.
CREATE FUNCTION holds_to_note(p_now timestamptz, p_since timestamptz) RETURNS TABLE (
    scheduled_event_id uuid, calendar_id uuid, hold_expires_at timestamptz, rank bigint, noted bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT b.scheduled_event_id, b.calendar_id, b.hold_expires_at,
           1 + holds_before(b.scheduled_event_id, p_now), s.rank
    FROM scheduled_events b LEFT JOIN hold_standings s USING (scheduled_event_id)
    WHERE b.status = 0 AND (b.hold_expires_at IS NULL OR b.hold_expires_at > p_now) AND upper(b.during) > p_now
    UNION ALL
    SELECT b.scheduled_event_id, b.calendar_id, b.hold_expires_at, 0, s.rank
    FROM scheduled_events b LEFT JOIN hold_standings s USING (scheduled_event_id)
    WHERE b.status = 0 AND b.hold_expires_at <= p_now AND b.hold_expires_at > p_since
      AND s.rank IS DISTINCT FROM 0
    ORDER BY 1
$$;
REVOKE EXECUTE ON FUNCTION holds_to_note(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION holds_to_note(timestamptz, timestamptz) TO callboard_worker;

-- Whether a person sees a booking, for what they are written of it.
GRANT EXECUTE ON FUNCTION sees_booking(uuid, uuid, integer, uuid[]) TO callboard_worker;
