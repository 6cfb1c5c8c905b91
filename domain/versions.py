"""Optimistic concurrency: a change names the version it was made on."""

from domain.errors import StaleVersion


def ensure_version(found: int, expected: int | None) -> None:
    """Raise StaleVersion when the caller expects another version than there is; None expects nothing."""
    if expected is not None and found != expected:
        raise StaleVersion(f"It is at version {found} now, not {expected}; read it again")
