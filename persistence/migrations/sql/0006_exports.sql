-- Files that were made of a calendar, until they expire. The calendar may go before its exports do.
CREATE TABLE exports (
    export_id uuid PRIMARY KEY,
    owner_id uuid NOT NULL,
    -- What it was made with: somebody whose role has been lowered since does not get it any more.
    role smallint NOT NULL CHECK (role BETWEEN 0 AND 3),
    calendar_id uuid NOT NULL,
    period text NOT NULL CHECK (period IN ('Daily', 'Weekly', 'Monthly')),
    first_day date NOT NULL,
    format text NOT NULL CHECK (format IN ('Pdf', 'Excel', 'ICalendar')),
    file_name text NOT NULL,
    storage_key text NOT NULL UNIQUE,
    size_bytes integer NOT NULL CHECK (size_bytes >= 0),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX exports_expiry ON exports (expires_at);
CREATE INDEX exports_owner ON exports (owner_id);

-- Addresses from which calendar programs fetch a schedule without signing in. The token itself is kept nowhere.
CREATE TABLE feeds (
    feed_id uuid PRIMARY KEY,
    owner_id uuid NOT NULL,
    role smallint NOT NULL CHECK (role BETWEEN 0 AND 3),
    -- NULL: the owner's own bookings, wherever they are.
    calendar_id uuid REFERENCES calendars ON DELETE CASCADE,
    audience text NOT NULL CHECK (audience IN ('Owner', 'Public')),
    token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    created_at timestamptz NOT NULL
);
CREATE INDEX feeds_owner ON feeds (owner_id, feed_id);
CREATE INDEX feeds_calendar ON feeds (calendar_id);

-- Cancelled bookings are in files and feeds, and not in the index of what holds its place.
CREATE INDEX scheduled_events_cancelled ON scheduled_events USING gist (calendar_id, during) WHERE status = 4;

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['exports', 'feeds'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO callboard_owner USING (true) WITH CHECK (true)', t || '_owner', t);
        EXECUTE format('CREATE POLICY %I ON %I TO callboard_worker USING (true) WITH CHECK (true)', t || '_worker', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO callboard_worker', t);
        EXECUTE format('GRANT SELECT, INSERT, DELETE ON %I TO callboard_app', t);
    END LOOP;
END $$;

CREATE POLICY exports_own ON exports TO callboard_app
    USING (owner_id = (SELECT app_user()))
    WITH CHECK (owner_id = (SELECT app_user()) AND role = (SELECT app_role()));
-- An Admin can end any feed.
CREATE POLICY feeds_own ON feeds TO callboard_app
    USING (owner_id = (SELECT app_user()) OR (SELECT app_role()) >= 3)
    WITH CHECK (owner_id = (SELECT app_user()) AND role = (SELECT app_role()));

-- What the caller may know of a calendar within a window: the bookings they see, cancelled ones included, by id;
-- and of the others the times without an id, where a Customer may book and so has to know what is taken.
CREATE FUNCTION calendar_window(p_calendar uuid, p_during tstzrange, p_now timestamptz) RETURNS TABLE (
    scheduled_event_id uuid, start_date_time timestamptz, end_date_time timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 200 SET search_path = public, pg_temp AS $$
    WITH caller AS MATERIALIZED (
        SELECT app_user() AS user_id, app_role() AS role, my_access(p_calendar) AS access
    ), found AS (
        SELECT b.scheduled_event_id, b.owner_id, b.during,
               b.status <> 0 OR b.hold_expires_at IS NULL OR b.hold_expires_at > p_now AS live
        FROM scheduled_events b
        WHERE b.calendar_id = p_calendar AND b.during && p_during AND b.status <> 4
        UNION ALL
        SELECT b.scheduled_event_id, b.owner_id, b.during, false
        FROM scheduled_events b
        WHERE b.calendar_id = p_calendar AND b.during && p_during AND b.status = 4
    ), seen AS (
        SELECT f.*, c.role >= 2 OR f.owner_id = c.user_id OR (c.role = 1 AND c.access IS NOT NULL) AS visible,
               c.role = 0 AND c.access = 1 AS told
        FROM found f, caller c
    )
    SELECT CASE WHEN visible THEN seen.scheduled_event_id END, lower(during), upper(during)
    FROM seen WHERE visible OR (told AND live)
$$;

-- Whose feed a token is of, for a caller who is nobody yet, with what the owner's role is by now at most. People of a
-- foreign issuer have no row in users: theirs keeps the role it was made with.
CREATE FUNCTION feed_of(p_token_hash bytea) RETURNS TABLE (
    feed_id uuid, owner_id uuid, role smallint, calendar_id uuid, audience text, created_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public, pg_temp AS $$
    SELECT f.feed_id, f.owner_id, least(f.role, u.role), f.calendar_id, f.audience, f.created_at
    FROM feeds f LEFT JOIN users u ON u.user_id = f.owner_id
    WHERE f.token_hash = p_token_hash
$$;

-- With a row of users go the person's feeds and exports. No foreign key: people of a foreign issuer have no row. Exports
-- expire rather than go, so that their files are removed as well.
CREATE FUNCTION end_feeds_and_exports() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
    DELETE FROM feeds f USING gone g WHERE f.owner_id = g.user_id;
    UPDATE exports e SET expires_at = least(e.expires_at, e.created_at) FROM gone g WHERE e.owner_id = g.user_id;
    RETURN NULL;
END $$;
CREATE TRIGGER users_end_feeds_and_exports AFTER DELETE ON users REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION end_feeds_and_exports();
REVOKE EXECUTE ON FUNCTION end_feeds_and_exports() FROM PUBLIC;

REVOKE EXECUTE ON FUNCTION calendar_window(uuid, tstzrange, timestamptz), feed_of(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION calendar_window(uuid, tstzrange, timestamptz), feed_of(bytea)
    TO callboard_app, callboard_worker;
