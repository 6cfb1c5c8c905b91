-- What takes an applied fix back: where its bookings were, in which versions it left them, what clashed there.
ALTER TABLE suggestions ADD COLUMN undo jsonb;
ALTER TABLE suggestions ADD COLUMN undone_at timestamptz;

-- What was answered to writes that came with an Idempotency-Key, for when they are sent again.
CREATE TABLE idempotency_keys (
    -- Of the user, the route and the key: a digest, so that it says nothing of them.
    idempotency_key_id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    request_hash bytea NOT NULL,
    -- Sealed by the service: answers hold names, and some hold secrets.
    answer bytea NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);

ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY idempotency_keys_owner ON idempotency_keys TO callboard_owner USING (true) WITH CHECK (true);
CREATE POLICY idempotency_keys_worker ON idempotency_keys TO callboard_worker USING (true) WITH CHECK (true);
CREATE POLICY idempotency_keys_own ON idempotency_keys TO callboard_app
    USING (user_id = (SELECT app_user())) WITH CHECK (user_id = (SELECT app_user()));
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO callboard_worker;
GRANT SELECT, INSERT, DELETE ON idempotency_keys TO callboard_app;

-- Take the key until the commit, and say what is stored by it: no row when another transaction has it, nulls when it
-- is new. Lock and look are two statements of a volatile function, so that the second sees what the lock waited for.
CREATE FUNCTION claim_idempotency_key(p_key uuid, p_now timestamptz) RETURNS TABLE (request_hash bytea, answer bytea)
LANGUAGE plpgsql VOLATILE ROWS 1 SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('callboard idempotency ' || p_key::text, 0)) THEN
        RETURN;
    END IF;
    DELETE FROM idempotency_keys k WHERE k.idempotency_key_id = p_key AND k.expires_at <= p_now;
    RETURN QUERY
        SELECT k.request_hash, k.answer
        FROM (SELECT) AS always LEFT JOIN idempotency_keys k ON k.idempotency_key_id = p_key;
END
$$;
REVOKE EXECUTE ON FUNCTION claim_idempotency_key(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION claim_idempotency_key(uuid, timestamptz) TO callboard_app;
