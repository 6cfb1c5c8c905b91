"""Suggested fixes for the service's users: snapshot, solve in a thread, keep what came of it."""
