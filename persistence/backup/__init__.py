"""The database as one file and back, with PostgreSQL's own programs, as its owner (DESIGN section 1)."""
