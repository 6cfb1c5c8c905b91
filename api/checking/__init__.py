"""Checking a schedule file: no server, no database."""
