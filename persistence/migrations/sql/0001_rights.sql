-- Who may see and write which row (spec 10.3). The application sets app.user_id and app.role in each transaction.
CREATE FUNCTION app_user() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog
    AS $$ SELECT nullif(current_setting('app.user_id', true), '')::uuid $$;
CREATE FUNCTION app_role() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog
    AS $$ SELECT coalesce(nullif(current_setting('app.role', true), '')::integer, -1) $$;

-- Whether any booking, hidden ones included, is of this event.
CREATE FUNCTION event_is_booked(p_event_id uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT EXISTS (SELECT FROM scheduled_events WHERE event_id = p_event_id) $$;

-- The calendars the caller may look at (0) or book (1); read once a statement by the policies below.
CREATE FUNCTION my_calendars(p_level smallint) RETURNS uuid[]
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT coalesce(array_agg(calendar_id), '{}') FROM calendar_access
          WHERE user_id = app_user() AND access_level >= p_level $$;

-- The caller's grant on a calendar; NULL for none.
CREATE FUNCTION my_access(p_calendar_id uuid) RETURNS smallint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT access_level FROM calendar_access
          WHERE calendar_id = p_calendar_id AND user_id = app_user() $$;

-- Whether a resource is seen with these rights (p_mine: my_calendars(0)). People without a calendar are seen by
-- staff only; things without one by everyone. In plpgsql: it keeps its plan, and is asked once a row.
CREATE FUNCTION sees_resource(p_calendar_id uuid, p_resource_type smallint, p_role integer, p_mine uuid[])
    RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog
    AS $$ BEGIN
        RETURN p_role >= 2
            OR p_calendar_id IS NULL AND (p_role = 1 OR p_role = 0 AND p_resource_type >= 2)
            OR coalesce(p_calendar_id = ANY (p_mine), false);
    END $$;

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY[
        'users', 'events', 'calendars', 'resources', 'calendar_access', 'resource_availability',
        'scheduled_events', 'claims', 'schedule_conflicts', 'suggestions', 'audit_log', 'outbox'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        -- FORCE binds the owner too, and without this policy definer functions would see nothing.
        EXECUTE format('CREATE POLICY %I ON %I TO callboard_owner USING (true) WITH CHECK (true)', t || '_owner', t);
        EXECUTE format('CREATE POLICY %I ON %I TO callboard_worker USING (true) WITH CHECK (true)', t || '_worker', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO callboard_worker', t);
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA public TO callboard_app, callboard_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON
    users, events, calendars, resources, calendar_access, resource_availability, scheduled_events, claims,
    suggestions TO callboard_app;
GRANT SELECT, UPDATE ON schedule_conflicts TO callboard_app;
GRANT SELECT, INSERT ON audit_log TO callboard_app;
GRANT INSERT ON outbox TO callboard_app;

CREATE POLICY users_read ON users FOR SELECT TO callboard_app
    USING ((SELECT app_role()) >= 2 OR user_id = (SELECT app_user()));
CREATE POLICY users_write ON users TO callboard_app
    USING ((SELECT app_role()) >= 3) WITH CHECK ((SELECT app_role()) >= 3);

CREATE POLICY calendars_read ON calendars FOR SELECT TO callboard_app
    USING ((SELECT app_role()) >= 2 OR calendar_id = ANY ((SELECT my_calendars(0::smallint))::uuid[]));
CREATE POLICY calendars_write ON calendars TO callboard_app
    USING ((SELECT app_role()) >= 3) WITH CHECK ((SELECT app_role()) >= 3);

CREATE POLICY calendar_access_read ON calendar_access FOR SELECT TO callboard_app
    USING ((SELECT app_role()) >= 2 OR user_id = (SELECT app_user()));
CREATE POLICY calendar_access_write ON calendar_access TO callboard_app
    USING ((SELECT app_role()) >= 3) WITH CHECK ((SELECT app_role()) >= 3);

CREATE POLICY resources_read ON resources FOR SELECT TO callboard_app
    USING (
        (SELECT app_role()) >= 2
        OR sees_resource(
            calendar_id, resource_type, (SELECT app_role()), (SELECT my_calendars(0::smallint))::uuid[]
        )
    );
CREATE POLICY resources_write ON resources TO callboard_app
    USING ((SELECT app_role()) >= 2) WITH CHECK ((SELECT app_role()) >= 2);

CREATE POLICY resource_availability_read ON resource_availability FOR SELECT TO callboard_app
    USING (
        (SELECT app_role()) >= 2
        OR EXISTS (SELECT FROM resources r WHERE r.resource_id = resource_availability.resource_id)
    );
CREATE POLICY resource_availability_write ON resource_availability TO callboard_app
    USING (
        (SELECT app_role()) >= 1
        AND EXISTS (SELECT FROM resources r WHERE r.resource_id = resource_availability.resource_id)
    )
    WITH CHECK (
        (SELECT app_role()) >= 1
        AND EXISTS (SELECT FROM resources r WHERE r.resource_id = resource_availability.resource_id)
    );

-- A booking is seen by its owner, by staff with its calendar, and by managers.
CREATE POLICY scheduled_events_read ON scheduled_events FOR SELECT TO callboard_app
    USING (
        (SELECT app_role()) >= 2
        OR owner_id = (SELECT app_user())
        OR ((SELECT app_role()) = 1 AND calendar_id = ANY ((SELECT my_calendars(0::smallint))::uuid[]))
    );
CREATE POLICY scheduled_events_write ON scheduled_events TO callboard_app
    USING (
        (SELECT app_role()) >= 2
        OR ((SELECT app_role()) = 1 AND calendar_id = ANY ((SELECT my_calendars(1::smallint))::uuid[]))
        OR owner_id = (SELECT app_user())
    )
    WITH CHECK (
        (SELECT app_role()) >= 2
        OR (calendar_id = ANY ((SELECT my_calendars(1::smallint))::uuid[]) AND ((SELECT app_role()) = 1 OR owner_id = (SELECT app_user())))
        -- One's own is cancelled without a grant too.
        OR (owner_id = (SELECT app_user()) AND status = 4)
    );
CREATE POLICY claims_read ON claims FOR SELECT TO callboard_app
    USING (
        (SELECT app_role()) >= 2
        OR owner_id = (SELECT app_user())
        OR ((SELECT app_role()) = 1 AND calendar_id = ANY ((SELECT my_calendars(0::smallint))::uuid[]))
    );
CREATE POLICY claims_write ON claims TO callboard_app
    USING (
        (SELECT app_role()) >= 2
        OR ((SELECT app_role()) = 1 AND calendar_id = ANY ((SELECT my_calendars(1::smallint))::uuid[]))
        OR owner_id = (SELECT app_user())
    )
    WITH CHECK (
        (SELECT app_role()) >= 2
        OR (calendar_id = ANY ((SELECT my_calendars(1::smallint))::uuid[]) AND ((SELECT app_role()) = 1 OR owner_id = (SELECT app_user())))
        OR (owner_id = (SELECT app_user()) AND NOT live)
    );

-- Staff see the events they organize, those booked where they may look, and those nobody has booked yet.
CREATE POLICY events_read ON events FOR SELECT TO callboard_app
    USING (
        (SELECT app_role()) >= 2
        OR organizer_id = (SELECT app_user())
        OR (
            (SELECT app_role()) = 1
            AND (
                NOT event_is_booked(event_id)
                OR EXISTS (SELECT FROM scheduled_events s WHERE s.event_id = events.event_id)
            )
        )
    );
CREATE POLICY events_write ON events TO callboard_app
    USING (
        (SELECT app_role()) >= 2
        OR organizer_id = (SELECT app_user())
        OR (
            (SELECT app_role()) = 1
            AND (
                NOT event_is_booked(event_id)
                OR EXISTS (SELECT FROM scheduled_events s WHERE s.event_id = events.event_id)
            )
        )
    )
    WITH CHECK ((SELECT app_role()) >= 1 OR organizer_id = (SELECT app_user()));

-- A conflict is seen by whoever sees one of its bookings; it is written through record_conflicts.
CREATE POLICY schedule_conflicts_read ON schedule_conflicts FOR SELECT TO callboard_app
    USING (
        (SELECT app_role()) >= 2
        OR EXISTS (
            SELECT FROM scheduled_events s
            WHERE s.scheduled_event_id
                IN (schedule_conflicts.scheduled_event_id, schedule_conflicts.conflicting_event_id)
        )
    );
CREATE POLICY schedule_conflicts_write ON schedule_conflicts FOR UPDATE TO callboard_app
    USING ((SELECT app_role()) >= 2) WITH CHECK ((SELECT app_role()) >= 2);

CREATE POLICY suggestions_own ON suggestions TO callboard_app
    USING (requester_id = (SELECT app_user())) WITH CHECK (requester_id = (SELECT app_user()));

CREATE POLICY audit_log_read ON audit_log FOR SELECT TO callboard_app USING ((SELECT app_role()) >= 2);
CREATE POLICY audit_log_append ON audit_log FOR INSERT TO callboard_app
    WITH CHECK (user_id = (SELECT app_user()));
CREATE POLICY outbox_append ON outbox FOR INSERT TO callboard_app WITH CHECK (true);
