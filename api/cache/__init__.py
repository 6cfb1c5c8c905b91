"""Answers kept for those who ask again, never stale (DESIGN 4.9)."""
