"""Queries: rows as the viewer may see them, to read models."""
