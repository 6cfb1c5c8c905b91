-- Whether the caller may still come in by the hash that was checked; until this transaction ends that stays so, and
-- whoever changes the password or disables the account after that ends the session that begins here.
CREATE FUNCTION login_stands(p_checked text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
    PERFORM FROM passwords p WHERE p.user_id = app_user() AND p.password_hash = p_checked FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM FROM users u WHERE u.user_id = app_user() AND u.disabled_at IS NULL AND u.issuer IS NULL FOR SHARE;
    RETURN FOUND;
END $$;
REVOKE EXECUTE ON FUNCTION login_stands(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION login_stands(text) TO callboard_app, callboard_worker;

-- What is about accounts is for Admins.
ALTER POLICY audit_log_read ON audit_log USING (
    (SELECT app_role()) >= 3
    OR (SELECT app_role()) >= 2 AND action NOT IN (
        'AccessTokenCreated', 'AccessTokenRevoked', 'PasswordChanged', 'RefreshTokenReused', 'ServiceAccountCreated',
        'ServiceAccountUpdated', 'SignedIn', 'SignedOut', 'UserCreated', 'UserErased', 'UserUpdated'
    )
);

-- Judges the subjects in their order, each before the next has a row: a client that has had its limit leaves none for
-- the accounts it names.
CREATE OR REPLACE FUNCTION count_login_attempt(
    p_subjects bytea[], p_limits integer[], p_window interval, p_now timestamptz
) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known login_attempts;
BEGIN
    FOR i IN 1 .. cardinality(p_subjects) LOOP
        INSERT INTO login_attempts VALUES (p_subjects[i], 0, p_now) ON CONFLICT DO NOTHING;
        SELECT * INTO known FROM login_attempts a WHERE a.subject = p_subjects[i] FOR UPDATE;
        IF known.since <= p_now - p_window THEN
            UPDATE login_attempts a SET attempts = 0, since = p_now WHERE a.subject = p_subjects[i];
        ELSIF known.attempts >= p_limits[i] THEN
            RETURN known.since + p_window;
        END IF;
    END LOOP;
    UPDATE login_attempts a SET attempts = a.attempts + 1 WHERE a.subject = ANY (p_subjects);
    RETURN NULL;
END $$;

-- Locks in the same order: where somebody calls from, then the account.
CREATE OR REPLACE FUNCTION forgive_login_attempt(p_account bytea, p_address bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$ BEGIN
    UPDATE login_attempts a SET attempts = greatest(a.attempts - 1, 0) WHERE a.subject = p_address;
    DELETE FROM login_attempts a WHERE a.subject = p_account;
END $$;

-- An account that is not that issuer's is nobody's to take over.
CREATE OR REPLACE FUNCTION note_person(p_issuer text, p_name text, p_email text, p_now timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known users;
BEGIN
    INSERT INTO users (user_id, name, email, role, created_at, issuer)
    VALUES (app_user(), coalesce(p_name, p_email, 'Somebody'), p_email, app_role(), p_now, p_issuer)
    ON CONFLICT (user_id) DO NOTHING;
    SELECT * INTO known FROM users u WHERE u.user_id = app_user();
    IF known.issuer IS DISTINCT FROM p_issuer OR known.disabled_at IS NOT NULL OR known.scopes IS NOT NULL THEN
        RETURN false;
    END IF;
    UPDATE users u
    SET name = coalesce(p_name, u.name), email = coalesce(p_email, u.email), role = app_role(), version = u.version + 1
    WHERE u.user_id = app_user()
      AND (u.name, u.email, u.role::integer)
          IS DISTINCT FROM (coalesce(p_name, u.name), coalesce(p_email, u.email), app_role());
    RETURN true;
END $$;

-- A feed ends with its owner's right to come in, and a service account's with its right to read.
CREATE OR REPLACE FUNCTION feed_of(p_token_hash bytea) RETURNS TABLE (
    feed_id uuid, owner_id uuid, role smallint, calendar_id uuid, audience text, created_at timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public, pg_temp AS $$
    SELECT f.feed_id, f.owner_id, least(f.role, u.role), f.calendar_id, f.audience, f.created_at
    FROM feeds f LEFT JOIN users u ON u.user_id = f.owner_id
    WHERE f.token_hash = p_token_hash AND u.disabled_at IS NULL AND (u.scopes IS NULL OR 'Read' = ANY (u.scopes))
$$;
