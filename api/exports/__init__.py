"""Schedules as files: pure functions from what a viewer sees to bytes, one module a format (SCH-044)."""
