-- Who may come in: people with passwords, people of a foreign issuer, and service accounts with tokens.

-- issuer: of whose people; NULL for our own. scopes: of a service account; NULL for people.
ALTER TABLE users
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN disabled_at timestamptz,
    ADD COLUMN issuer text,
    ADD COLUMN scopes text[] CHECK (scopes <@ ARRAY['Read', 'Book', 'Manage']),
    ADD CONSTRAINT users_service_accounts_have_no_address CHECK (scopes IS NULL OR (email IS NULL AND issuer IS NULL));
-- Our own people come in by their address.
CREATE UNIQUE INDEX users_email ON users (lower(email)) WHERE issuer IS NULL;
CREATE INDEX users_name ON users (name, user_id);

CREATE TABLE passwords (
    user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    password_hash text NOT NULL,
    changed_at timestamptz NOT NULL
);

-- Somebody signed in: as long as its refresh token is exchanged for a new one in time. Only the newest one is good.
CREATE TABLE sessions (
    session_id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    token_hash bytea NOT NULL CHECK (octet_length(token_hash) = 32),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Tokens of service accounts.
CREATE TABLE access_tokens (
    access_token_id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
    created_at timestamptz NOT NULL,
    created_by uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX access_tokens_user ON access_tokens (user_id, access_token_id);

-- How often somebody has tried to sign in, by the keyed hash of the account's address or of where they call from.
CREATE TABLE login_attempts (
    subject bytea PRIMARY KEY CHECK (octet_length(subject) = 32),
    attempts integer NOT NULL,
    since timestamptz NOT NULL
);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['passwords', 'sessions', 'access_tokens', 'login_attempts'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY %I ON %I TO callboard_owner USING (true) WITH CHECK (true)', t || '_owner', t);
        EXECUTE format('CREATE POLICY %I ON %I TO callboard_worker USING (true) WITH CHECK (true)', t || '_worker', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO callboard_worker', t);
    END LOOP;
END $$;

-- The application reaches passwords and attempts through the functions below alone: it has no right to the tables. Of
-- sessions and tokens it can read all but the hashes.
GRANT SELECT (session_id, user_id, created_at, expires_at), INSERT, DELETE ON sessions TO callboard_app;
CREATE POLICY sessions_own ON sessions TO callboard_app
    USING (user_id = (SELECT app_user()) OR (SELECT app_role()) >= 3)
    WITH CHECK (user_id = (SELECT app_user()));
GRANT SELECT (access_token_id, user_id, created_at, created_by, expires_at, last_used_at, revoked_at), INSERT,
    UPDATE (revoked_at) ON access_tokens TO callboard_app;
CREATE POLICY access_tokens_admin ON access_tokens TO callboard_app
    USING ((SELECT app_role()) >= 3) WITH CHECK ((SELECT app_role()) >= 3);

-- What a password is checked against, by the address of one account of our own; with NULL, the caller's own.
CREATE FUNCTION login_of(p_email text) RETURNS TABLE (user_id uuid, role smallint, password_hash text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public, pg_temp AS $$
    SELECT u.user_id, u.role, p.password_hash FROM users u JOIN passwords p USING (user_id)
    WHERE u.disabled_at IS NULL AND u.issuer IS NULL
      AND CASE WHEN p_email IS NULL THEN u.user_id = app_user() ELSE lower(u.email) = lower(p_email) END
$$;

-- Stores the hash of one's own password or, as an Admin, of anybody's.
CREATE FUNCTION store_password(p_user uuid, p_hash text, p_now timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
    IF p_user IS DISTINCT FROM app_user() AND app_role() < 3 THEN
        RAISE insufficient_privilege USING MESSAGE = 'permission denied for the password of another';
    END IF;
    INSERT INTO passwords VALUES (p_user, p_hash, p_now)
    ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash, changed_at = excluded.changed_at;
END $$;

-- Counts an attempt for each subject, or answers until when there may be none because one has had its limit.
CREATE FUNCTION count_login_attempt(
    p_subjects bytea[], p_limits integer[], p_window interval, p_now timestamptz
) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    wait_until timestamptz;
BEGIN
    INSERT INTO login_attempts SELECT s, 0, p_now FROM unnest(p_subjects) s ORDER BY s ON CONFLICT DO NOTHING;
    PERFORM FROM login_attempts a WHERE a.subject = ANY (p_subjects) ORDER BY a.subject FOR UPDATE;
    UPDATE login_attempts a SET attempts = 0, since = p_now
    WHERE a.subject = ANY (p_subjects) AND a.since <= p_now - p_window;
    SELECT max(a.since + p_window) INTO wait_until
    FROM unnest(p_subjects, p_limits) AS l (subject, most) JOIN login_attempts a ON a.subject = l.subject
    WHERE a.attempts >= l.most;
    IF wait_until IS NULL THEN
        UPDATE login_attempts a SET attempts = a.attempts + 1 WHERE a.subject = ANY (p_subjects);
    END IF;
    RETURN wait_until;
END $$;

-- A good password: the account's attempts are forgotten, and the address is not held to account for this one.
CREATE FUNCTION forgive_login_attempt(p_account bytea, p_address bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
    PERFORM FROM login_attempts a WHERE a.subject IN (p_account, p_address) ORDER BY a.subject FOR UPDATE;
    DELETE FROM login_attempts a WHERE a.subject = p_account;
    UPDATE login_attempts a SET attempts = greatest(a.attempts - 1, 0) WHERE a.subject = p_address;
END $$;

-- Exchanges the refresh token of a session for the next one, and says whose it is. Somebody who comes with an older one
-- has copied it, or was copied: the session ends, and was_reused is true.
CREATE FUNCTION renew_session(
    p_session uuid, p_old bytea, p_new bytea, p_now timestamptz, p_expires_at timestamptz
) RETURNS TABLE (user_id uuid, role smallint, was_reused boolean)
LANGUAGE plpgsql SECURITY DEFINER ROWS 1 SET search_path = public, pg_temp AS $$
DECLARE
    known sessions;
    person users;
BEGIN
    SELECT * INTO known FROM sessions s WHERE s.session_id = p_session FOR UPDATE;
    SELECT * INTO person FROM users u WHERE u.user_id = known.user_id;
    IF known.session_id IS NULL THEN
        RETURN;
    END IF;
    IF known.expires_at <= p_now OR person.disabled_at IS NOT NULL OR known.token_hash <> p_old THEN
        DELETE FROM sessions s WHERE s.session_id = p_session;
        IF known.token_hash <> p_old THEN
            RETURN QUERY SELECT person.user_id, person.role, true;
        END IF;
        RETURN;
    END IF;
    UPDATE sessions s SET token_hash = p_new, expires_at = p_expires_at WHERE s.session_id = p_session;
    RETURN QUERY SELECT person.user_id, person.role, false;
END $$;

-- Which service account a token is of, and what it may; nothing for one that is over, revoked or of a disabled account.
-- When it was last used is noted once a minute.
CREATE FUNCTION bearer_of(p_token_hash bytea, p_now timestamptz) RETURNS TABLE (
    user_id uuid, role smallint, scopes text[], expires_at timestamptz
)
LANGUAGE plpgsql SECURITY DEFINER ROWS 1 SET search_path = public, pg_temp AS $$ BEGIN
    UPDATE access_tokens t SET last_used_at = p_now
    WHERE t.token_hash = p_token_hash AND t.revoked_at IS NULL AND t.expires_at > p_now
      AND (t.last_used_at IS NULL OR t.last_used_at < p_now - interval '1 minute');
    RETURN QUERY
    SELECT u.user_id, u.role, u.scopes, t.expires_at FROM access_tokens t JOIN users u ON u.user_id = t.user_id
    WHERE t.token_hash = p_token_hash AND t.revoked_at IS NULL AND t.expires_at > p_now
      AND u.disabled_at IS NULL AND u.scopes IS NOT NULL;
END $$;

-- Notes who the caller is, as a foreign issuer has it; false for somebody who may not come in.
CREATE FUNCTION note_person(p_issuer text, p_name text, p_email text, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known users;
BEGIN
    INSERT INTO users (user_id, name, email, role, created_at, issuer)
    VALUES (app_user(), coalesce(p_name, p_email, 'Somebody'), p_email, app_role(), p_now, p_issuer)
    ON CONFLICT (user_id) DO NOTHING;
    SELECT * INTO known FROM users u WHERE u.user_id = app_user();
    IF known.disabled_at IS NOT NULL OR known.scopes IS NOT NULL THEN
        RETURN false;
    END IF;
    UPDATE users u
    SET name = coalesce(p_name, u.name), email = coalesce(p_email, u.email), role = app_role(), version = u.version + 1
    WHERE u.user_id = app_user() AND u.issuer = p_issuer
      AND (u.name, u.email, u.role::integer)
          IS DISTINCT FROM (coalesce(p_name, u.name), coalesce(p_email, u.email), app_role());
    RETURN true;
END $$;

-- A feed ends with its owner's right to come in, for as long as that is taken away.
CREATE OR REPLACE FUNCTION feed_of(p_token_hash bytea) RETURNS TABLE (
    feed_id uuid, owner_id uuid, role smallint, calendar_id uuid, audience text, created_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public, pg_temp AS $$
    SELECT f.feed_id, f.owner_id, least(f.role, u.role), f.calendar_id, f.audience, f.created_at
    FROM feeds f LEFT JOIN users u ON u.user_id = f.owner_id
    WHERE f.token_hash = p_token_hash AND u.disabled_at IS NULL
$$;

REVOKE EXECUTE ON FUNCTION
    login_of(text), store_password(uuid, text, timestamptz),
    count_login_attempt(bytea[], integer[], interval, timestamptz), forgive_login_attempt(bytea, bytea),
    renew_session(uuid, bytea, bytea, timestamptz, timestamptz), bearer_of(bytea, timestamptz),
    note_person(text, text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    login_of(text), store_password(uuid, text, timestamptz),
    count_login_attempt(bytea[], integer[], interval, timestamptz), forgive_login_attempt(bytea, bytea),
    renew_session(uuid, bytea, bytea, timestamptz, timestamptz), bearer_of(bytea, timestamptz),
    note_person(text, text, text, timestamptz) TO callboard_app, callboard_worker;
