"""Whose eyes a cached answer is for."""

from domain.enums import Role
from domain.viewer import Viewer

EVERYTHING = "all"
"""Managers and Admins see the same of everything."""


def scope_of(viewer: Viewer) -> str:
    """What stands in the key of an answer that depends on who asks; below Manager, each has their own."""
    return EVERYTHING if viewer.sees_all else f"{viewer.role.name}-{viewer.user_id}"


def scope_on_calendar(viewer: Viewer) -> str:
    """The same of one calendar, for those who may look at it: Staff see all of it, as Managers do."""
    return EVERYTHING if viewer.role >= Role.Staff else scope_of(viewer)
