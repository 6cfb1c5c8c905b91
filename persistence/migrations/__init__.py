"""Alembic's home: revisions in `versions`, their SQL in `sql`."""
