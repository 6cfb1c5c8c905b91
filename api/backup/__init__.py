"""A backup: the database, the exported files and the key that signs, in one file."""
