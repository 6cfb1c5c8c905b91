-- The request that a fact comes from, for logs and traces of what is done about it: {"requestId", "traceparent"}. It is
-- no part of the fact and told to nobody; NULL where there was none.
ALTER TABLE outbox ADD COLUMN cause jsonb;
