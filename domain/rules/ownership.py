"""Whose own things somebody may list."""

from uuid import UUID

from domain.enums import Role
from domain.errors import ForbiddenException
from domain.viewer import Viewer


def owner_asked_for(viewer: Viewer, owner_id: UUID | None, what: str) -> UUID:
    """Whose things are meant: one's own without an id; of others, only an Admin lists them.

    what: as it is called in the refusal, in the plural.
    """
    if owner_id is None or owner_id == viewer.user_id:
        return viewer.user_id
    if viewer.role is not Role.Admin:
        raise ForbiddenException(f"Only an Admin lists the {what} of others")
    return owner_id
