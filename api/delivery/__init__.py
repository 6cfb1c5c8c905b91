"""Facts on their way to those outside: the relay, the Redis stream, webhooks and the event stream."""
