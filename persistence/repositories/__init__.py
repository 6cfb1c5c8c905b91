"""Writes, entities in and out, one module a noun."""
