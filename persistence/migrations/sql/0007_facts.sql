-- Facts on their way out: published with a public sequence, read by those who may know them, sent to webhooks.

-- Which state of its aggregate a fact is of, for receivers that get facts out of order; NULL where it has no versions.
ALTER TABLE outbox ADD COLUMN aggregate_version integer;

-- How far facts have come: 'published' is the public sequence, without gaps; each sink has a row of its own.
CREATE TABLE relay_positions (
    name text PRIMARY KEY,
    sequence bigint NOT NULL CHECK (sequence >= 0)
);
INSERT INTO relay_positions VALUES ('published', 0), ('redis', 0);

CREATE TABLE webhooks (
    webhook_id uuid PRIMARY KEY,
    owner_id uuid NOT NULL,
    -- What it was made with: somebody whose role has been lowered since is told no more than the new one may know.
    role smallint NOT NULL CHECK (role BETWEEN 0 AND 3),
    url text NOT NULL,
    description text,
    fact_types text[] NOT NULL CHECK (cardinality(fact_types) > 0),
    -- Its secrets are made from the issuer's key and this number; none is stored.
    secret_number integer NOT NULL CHECK (secret_number >= 1),
    rotated_at timestamptz,
    created_at timestamptz NOT NULL,
    version integer NOT NULL,
    -- Since when every attempt has failed, and the first fact that did not arrive; NULL while it answers.
    failing_since timestamptz,
    failing_sequence bigint,
    failures integer NOT NULL CHECK (failures >= 0),
    resting_until timestamptz,
    last_error text,
    delivered_at timestamptz,
    disabled_at timestamptz,
    CHECK ((failing_since IS NULL) = (failures = 0))
);
CREATE INDEX webhooks_owner ON webhooks (owner_id, webhook_id);

-- How far the sequence has come says nothing of what is in it: no row policy.
GRANT SELECT ON relay_positions TO callboard_app;
GRANT SELECT, UPDATE ON relay_positions TO callboard_worker;

ALTER TABLE webhooks ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhooks FORCE ROW LEVEL SECURITY;
CREATE POLICY webhooks_owner ON webhooks TO callboard_owner USING (true) WITH CHECK (true);
CREATE POLICY webhooks_worker ON webhooks TO callboard_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON webhooks TO callboard_app, callboard_worker;
-- An Admin can look at any webhook and end it.
CREATE POLICY webhooks_own ON webhooks TO callboard_app
    USING (owner_id = (SELECT app_user()) OR (SELECT app_role()) >= 3)
    WITH CHECK (owner_id = (SELECT app_user()) OR (SELECT app_role()) >= 3);

-- Whether somebody sees a booking or a series, as their row policies say; as a Customer, whether it is theirs.
CREATE FUNCTION sees_booking(p_booking uuid, p_user uuid, p_role integer, p_mine uuid[]) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT p_role >= 2 OR EXISTS (
        SELECT FROM scheduled_events b
        WHERE b.scheduled_event_id = p_booking
          AND (b.owner_id = p_user OR (p_role = 1 AND b.calendar_id = ANY (p_mine)))
    ) OR EXISTS (
        SELECT FROM series s
        WHERE s.series_id = p_booking
          AND (s.owner_id = p_user OR (p_role = 1 AND s.calendar_id = ANY (p_mine)))
    ) $$;

-- A fact's payload for the caller: NULL when it is none of their business, without the ids of bookings that they do
-- not see. Facts of queries tell who looks at what, and are for managers.
CREATE FUNCTION fact_as_seen(o outbox, p_user uuid, p_role integer, p_mine uuid[]) RETURNS jsonb
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
            'ScheduleChangeRequested', 'ScheduleChangeApproved', 'ScheduleChangeRejected'
        ) THEN
            -- Staff hear of the calendar that the fact is about, wherever the booking has gone since.
            seen := CASE WHEN p_role = 1 AND told ? 'calendarId'
                THEN (told ->> 'calendarId')::uuid = ANY (p_mine)
                    OR sees_booking((told ->> 'scheduledEventId')::uuid, p_user, 0, '{}')
                ELSE sees_booking((told ->> 'scheduledEventId')::uuid, p_user, p_role, p_mine) END;
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

-- Published facts after a position, in order: each with its payload as the caller may know it, or with nothing but its
-- number. p_types: of these types; NULL for all.
CREATE FUNCTION facts_after(p_after bigint, p_limit integer, p_types text[]) RETURNS TABLE (
    sequence bigint, outbox_id uuid, fact_type text, aggregate_id uuid, aggregate_version integer,
    occurred_at timestamptz, payload jsonb
)
    LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_temp
    AS $$
DECLARE
    mine uuid[] := my_calendars(0::smallint);
BEGIN
    RETURN QUERY
    SELECT o.sequence,
           CASE WHEN s.told IS NOT NULL THEN o.outbox_id END,
           CASE WHEN s.told IS NOT NULL THEN o.fact_type END,
           CASE WHEN s.told IS NOT NULL THEN o.aggregate_id END,
           CASE WHEN s.told IS NOT NULL THEN o.aggregate_version END,
           CASE WHEN s.told IS NOT NULL THEN o.occurred_at END,
           s.told
    FROM (
        SELECT * FROM outbox n WHERE n.sequence > p_after ORDER BY n.sequence LIMIT p_limit
    ) o
    CROSS JOIN LATERAL (
        SELECT CASE WHEN p_types IS NULL OR o.fact_type = ANY (p_types)
                    THEN fact_as_seen(o, app_user(), app_role(), mine) END AS told
    ) s
    ORDER BY o.sequence;
END $$;

-- The oldest fact that is still kept; NULL when there is none.
CREATE FUNCTION oldest_fact() RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT min(sequence) FROM outbox $$;

-- With a row of users go the person's feeds, exports and webhooks.
CREATE OR REPLACE FUNCTION end_feeds_and_exports() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
    DELETE FROM feeds f USING gone g WHERE f.owner_id = g.user_id;
    DELETE FROM webhooks w USING gone g WHERE w.owner_id = g.user_id;
    UPDATE exports e SET expires_at = least(e.expires_at, e.created_at) FROM gone g WHERE e.owner_id = g.user_id;
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION
    sees_booking(uuid, uuid, integer, uuid[]), fact_as_seen(outbox, uuid, integer, uuid[]),
    facts_after(bigint, integer, text[]), oldest_fact() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION facts_after(bigint, integer, text[]), oldest_fact() TO callboard_app, callboard_worker;
